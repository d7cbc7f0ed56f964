import { expect } from 'vitest';
import type { Stage } from './harness.js';
import type { PageTraits } from './page-server.js';
import type { Patience, Tab } from './tab.js';

/** A page that runs functions: a tab of any engine, or a page or frame of Playwright's. */
type Runs = Pick<Tab, 'evaluate'>;

export const login = (page: Runs, id: string) => page.evaluate((given) => window.user.login(given), id);
export const logout = (page: Runs) => page.evaluate(() => window.user.logout());
export const deny = (page: Runs) => page.evaluate(() => window.user.consent.deny());
export const who = (page: Runs) => page.evaluate(() => ({ state: window.user.state, token: window.user.token }));

/** Waits until the page knows of the outage. */
export const whileBackingOff = (tab: Tab) => tab.until(() => window.user.delivery.getSnapshot().value === 'backingOff');

/** Waits until the page has stored an event. */
export const untilStored = (tab: Tab) =>
  tab.until(() => Object.keys(localStorage).some((key) => /^usertoken:outbox:[^:]+:[^:]+:\d+$/.test(key)));

/** A visit so much later that chunks which their page could not release are no longer young. */
export const later: PageTraits = { aheadMs: 11_000 };

/** Goes to a page of the site without the library. */
export const leave = (stage: Stage, tab: Tab) => tab.goto(stage.pages.url(undefined, { path: '/elsewhere' }));

/** The address of a page of another site. A page that is left for it has no successor. */
export const otherSite = ({ pages }: Stage) =>
  pages.url(undefined, { path: '/elsewhere', origin: `http://localhost:${pages.port}` });

/** Tracks events, `<prefix>0` and so on, and leaves for an address in the same task.
 * @param filler Makes each event this many bytes longer. */
export const trackAndLeave = (tab: Tab, prefix: string, count: number, address: string, filler = 0): Promise<void> =>
  tab.evaluate(
    ([prefix, count, address, filler]) => {
      for (let n = 0; n < count; n += 1) {
        const objectIDs = [`${prefix}${n}`, ...(filler ? ['x'.repeat(filler)] : [])];
        void window.user.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs });
      }
      location.assign(address);
    },
    [prefix, count, address, filler] as const,
  );

/** Goes back in the history. Whether the page is restored or loaded anew, it is there afterwards. */
export async function goBack(tab: Tab): Promise<void> {
  await tab.back();
  await tab.until(() => window.user !== undefined);
}

/** Waits until no chunk is left in storage for a second delivery. */
async function settle(tab: Tab, patience: Patience): Promise<void> {
  const isEmpty = () => Object.keys(localStorage).every((key) => !/^usertoken:outbox:[^:]+:[^:]+:\d+$/.test(key));
  await tab.until(isEmpty, undefined, patience);
  expect(await tab.evaluate(() => window.user.flush())).toBe(true);
}

/** Names of the objects that arrived, in order of arrival. */
export const arrivals = ({ collector }: Stage): string[] =>
  collector.events.map(({ event }) => (event.objectIDs as string[])[0]!);

/** Chunks that their page did not release are taken over after ten seconds at the earliest. */
const patience = { timeoutMs: 35_000 };

/** How often each of these events, and any other, arrived. */
function countArrivals(stage: Stage, expected: readonly string[]): Map<string, number> {
  const counts = new Map(expected.map((name) => [name, 0]));
  for (const name of arrivals(stage)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Waits until nothing is left to send, and then counts: none lost, none twice.
 * @param canRepeat Names the events that may arrive twice, where nobody can know that they did arrive. */
export async function expectOnce(
  stage: Stage,
  tab: Tab,
  expected: readonly string[],
  canRepeat: (name: string) => boolean = () => false,
): Promise<void> {
  const countLost = () => [...countArrivals(stage, expected).values()].filter((count) => count === 0).length;
  await stage.collector.waitForEvents(() => countLost() === 0, patience);
  await settle(tab, patience);
  const counts = [...countArrivals(stage, expected)];
  const tooOften = counts.filter(([name, count]) => count > (canRepeat(name) ? 2 : 1)).length;
  expect({ lost: countLost(), tooOften, all: counts.length }).toEqual({ lost: 0, tooOften: 0, all: expected.length });
}
