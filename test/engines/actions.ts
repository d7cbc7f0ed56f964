import { expect } from 'vitest';
import type { InsightsEvent } from '../../src/index.js';
import { clickOn } from '../browser/harness.js';
import type { Stage } from './harness/stage.js';
import type { Patience, Tab } from './harness/tab.js';

/** Tracks on the page and resolves to the receipt. */
export const track = (tab: Tab, event: InsightsEvent) => tab.evaluate((given) => window.user.track(given), event);

/** Tracks events, `<prefix>0` and so on, without waiting for what becomes of them. */
export const trackMany = (tab: Tab, prefix: string, count: number) =>
  tab.evaluate(
    (event, prefix, count) => {
      for (let n = 0; n < count; n += 1) void window.user.track({ ...event, objectIDs: [`${prefix}${n}`] });
    },
    clickOn('x'),
    prefix,
    count,
  );

export const login = (tab: Tab, id: string) => tab.evaluate((given) => window.user.login(given), id);
export const logout = (tab: Tab) => tab.evaluate(() => window.user.logout());
export const deny = (tab: Tab) => tab.evaluate(() => window.user.consent.deny());
export const who = (tab: Tab) => tab.evaluate(() => ({ state: window.user.state, token: window.user.token }));

/** Waits until the page knows of the outage. */
export const whileBackingOff = (tab: Tab) => tab.until(() => window.user.delivery.getSnapshot().value === 'backingOff');

/** Goes back in the history. Whether the page is restored or loaded anew, it is there afterwards. */
export async function goBack(tab: Tab): Promise<void> {
  await tab.back();
  await tab.until(() => window.user !== undefined);
}

/** Waits until no chunk is left in storage for a second delivery. */
export async function settle(tab: Tab, patience?: Patience): Promise<void> {
  const isEmpty = () => Object.keys(localStorage).every((key) => !/^usertoken:outbox:.*:\d+$/.test(key));
  await tab.until(isEmpty, [], patience);
  expect(await tab.evaluate(() => window.user.flush())).toBe(true);
}

/** Names of the objects that arrived, in order of arrival. */
export const arrivals = ({ collector }: Stage): string[] =>
  collector.events.map(({ event }) => (event.objectIDs as string[])[0]!);

/** Segments that their page did not release are taken over after ten seconds at the earliest. */
const patience = { timeoutMs: 35_000 };

/** How often each of these events, and any other, arrived. */
function countArrivals(stage: Stage, expected: readonly string[]): Map<string, number> {
  const counts = new Map(expected.map((name) => [name, 0]));
  for (const name of arrivals(stage)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Waits until nothing is left to send, and then counts: none lost, none twice.
 * @param maxCopies How often an event may arrive where the engine gives no way to know that it did. @default 1 */
export async function expectOnce(stage: Stage, tab: Tab, expected: readonly string[], maxCopies = 1): Promise<void> {
  const isLost = () => [...countArrivals(stage, expected)].filter(([, count]) => count === 0).length;
  await stage.collector.waitForEvents(() => isLost() === 0, patience);
  await settle(tab, patience);
  const counts = [...countArrivals(stage, expected)];
  const tooOften = counts.filter(([, count]) => count > maxCopies).length;
  expect({ lost: isLost(), tooOften, all: counts.length }).toEqual({ lost: 0, tooOften: 0, all: expected.length });
}
