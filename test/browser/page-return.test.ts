import { expect, test } from 'vitest';
import {
  deny,
  expectOnce,
  goBack,
  leave,
  login,
  logout,
  otherSite,
  trackAndLeave,
  whileBackingOff,
  who,
} from './actions.js';
import { clickOn, names, received, track, trackMany, useStage } from './harness.js';
import type { Tab } from './tab.js';

const stage = useStage();

/** Waits until the process of this tab has the cookies of others: browsers pass them on from process to process. */
const knows = (tab: Tab, user: string) =>
  tab.until((user) => (/_ALGOLIA_USER=([^;]*)/.exec(document.cookie)?.[1] ?? '') === user, user);

/** Goes back to a page that must be in the back-forward cache. */
async function restore(tab: Tab): Promise<void> {
  await goBack(tab);
  expect(await tab.evaluate(() => window.wasRestored)).toBe(true);
}

test('a page that comes back from the back-forward cache has the current visitor before its first event', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  const tab = await profile.open();
  const anonymous = (await who(tab)).token!;
  await leave(stage, tab);
  const other = await profile.open();
  await login(other, 'ada-1815');
  await knows(tab, 'ada-1815');

  await restore(tab);
  expect(await who(tab)).toEqual({ state: 'identified', token: 'ada-1815' });
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });

  await leave(stage, tab);
  await logout(other);
  await knows(tab, '');
  await restore(tab);
  expect(await who(tab)).toEqual({ state: 'loggedOut', token: anonymous });
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(received(collector)).toEqual(['ada-1815: teapot', `${anonymous}: kettle`]);
});

test('an event that a pageshow listener tracks carries the current token', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  const tab = await profile.open();
  await tab.evaluate((event) => {
    addEventListener('pageshow', ({ persisted }) => persisted && void window.user.track(event));
  }, clickOn('teapot'));
  await leave(stage, tab);
  await login(await profile.open(), 'ada-1815');
  await knows(tab, 'ada-1815');
  await restore(tab);
  await collector.waitForEvents(1);
  expect(received(collector)).toEqual(['ada-1815: teapot']);
});

test('a page that comes back from another site does not send again the events that it sent when it was left', async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open();
  await trackAndLeave(tab, 'leaving', 100, otherSite(stage));
  await tab.until(() => location.pathname === '/elsewhere');
  await collector.waitForEvents(100);
  await restore(tab);
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
  await expectOnce(stage, tab, [...names('leaving', 100), 'kettle']);
});

test('a request that was under way when the page was left holds the page up no longer than its timeout', async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open();
  collector.setFault({ delayMs: 1_000 });
  await trackMany(tab, 'flying', 3);
  await collector.waitForRequests(1);
  await leave(stage, tab);
  collector.setFault(null);
  await restore(tab);
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
  await expectOnce(stage, tab, [...names('flying', 3), 'kettle']);
});

test('a page with undelivered events stays in the cache beside an active tab, and each event arrives once', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  const [tab, other] = [await profile.open(), await profile.open()];
  collector.setFault({ status: 503 });
  await trackMany(tab, 'away', 50);
  await whileBackingOff(tab);
  await leave(stage, tab);
  await login(other, 'grace-1906');
  await trackMany(other, 'other', 10);
  await restore(tab);
  expect((await who(tab)).token).toBe('grace-1906');
  collector.setFault(null);
  await expectOnce(stage, tab, [...names('away', 50), ...names('other', 10)]);
  // The page listens to other tabs again.
  await logout(other);
  await tab.until(() => window.user.state === 'loggedOut');
});

test('a page in the cache comes back denied, without a cookie, when consent was denied meanwhile', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  const tab = await profile.open();
  await leave(stage, tab);
  await deny(await profile.open());
  await restore(tab);
  await tab.until(() => window.user.consent.state === 'denied');
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'dropped', reason: 'opted-out' });
  expect(await tab.cookies()).toEqual({});
  expect(collector.requests).toEqual([]);
});
