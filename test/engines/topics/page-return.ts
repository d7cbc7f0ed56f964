import { expect, test } from 'vitest';
import { clickOn, names, received } from '../../browser/harness.js';
import { expectOnce, goBack, login, logout, track, trackMany, whileBackingOff, who } from '../actions.js';
import type { Stage } from '../harness/stage.js';
import type { Tab } from '../harness/tab.js';

/** Pages that come back from the back-forward cache. */
export function pageReturn(stage: Stage): void {
  const leave = async (tab: Tab) => tab.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
  /** Waits until the process of this tab has the cookies of others: browsers pass them on from process to process. */
  const knows = (tab: Tab, user: string) =>
    tab.until((user) => (/_ALGOLIA_USER=([^;]*)/.exec(document.cookie)?.[1] ?? '') === user, [user]);
  const returns = async (tab: Tab) => {
    await goBack(tab);
    stage.supports('back-forward cache', await tab.evaluate(() => window.wasRestored));
  };

  test('a page that comes back is who the visitor is by now, before its first event', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tab = await profile.open();
    const anonymous = (await who(tab)).token!;
    await leave(tab);
    const other = await profile.open();
    await login(other, 'ada-1815');
    await knows(tab, 'ada-1815');

    await returns(tab);
    expect(await who(tab)).toEqual({ state: 'identified', token: 'ada-1815' });
    expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });

    await leave(tab);
    await logout(other);
    await knows(tab, '');
    await returns(tab);
    expect(await who(tab)).toEqual({ state: 'loggedOut', token: anonymous });
    expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
    expect(received(collector)).toEqual(['ada-1815: teapot', `${anonymous}: kettle`]);
  });

  test('an event that the listener of the return tracks itself has the token of now', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tab = await profile.open();
    await tab.evaluate((event) => {
      addEventListener('pageshow', ({ persisted }) => persisted && void window.user.track(event));
    }, clickOn('teapot'));
    await leave(tab);
    await login(await profile.open(), 'ada-1815');
    await knows(tab, 'ada-1815');
    await returns(tab);
    await collector.waitForEvents(1);
    expect(received(collector)).toEqual(['ada-1815: teapot']);
  });

  test('events of a page that went into the cache are not sent again when it comes back', async () => {
    const { collector } = stage;
    const tab = await (await stage.profile()).open();
    await tab.evaluate(
      (event, address) => {
        void window.user.track(event);
        location.assign(address);
      },
      clickOn('teapot'),
      stage.pages.url(undefined, { path: '/elsewhere' }),
    );
    await tab.until(() => location.pathname === '/elsewhere');
    await collector.waitForEvents(1);
    await returns(tab);
    expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
    expect(received(collector).map((line) => line.replace(/.*: /, ''))).toEqual(['teapot', 'kettle']);
  });

  test('a request under way when the page went into the cache holds up the page that comes back for no longer than its timeout', async () => {
    const { collector } = stage;
    const tab = await (await stage.profile()).open();
    collector.setFault({ delayMs: 1_000 });
    await trackMany(tab, 'flying', 3);
    await collector.waitForRequests(1);
    await leave(tab);
    collector.setFault(null);
    await returns(tab);
    expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
    await expectOnce(stage, tab, [...names('flying', 3), 'kettle']);
  });

  test('with events undelivered and a second tab at work a page keeps its place in the cache, and each event arrives once', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const [tab, other] = [await profile.open(), await profile.open()];
    collector.setFault({ status: 503 });
    await trackMany(tab, 'away', 50);
    await whileBackingOff(tab);
    await leave(tab);
    await login(other, 'grace-1906');
    await trackMany(other, 'other', 10);
    await returns(tab);
    expect((await who(tab)).token).toBe('grace-1906');
    collector.setFault(null);
    await expectOnce(stage, tab, [...names('away', 50), ...names('other', 10)]);
  });

  test('consent denied while a page lay in the cache: it comes back denied, and has nothing', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tab = await profile.open();
    await leave(tab);
    const other = await profile.open();
    await other.evaluate(() => window.user.consent.deny());
    await returns(tab);
    await tab.until(() => window.user.consent.state === 'denied');
    expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'dropped', reason: 'opted-out' });
    expect(await tab.cookies()).toEqual({});
    expect(collector.requests).toEqual([]);
  });
}
