import { expect, test } from 'vitest';
import { names } from '../../browser/harness.js';
import { expectOnce, login, logout, trackMany, whileBackingOff } from '../actions.js';
import type { Profile, Stage } from '../harness/stage.js';
import type { Tab } from '../harness/tab.js';

/** The visitor has no network. Where the driver can't take it away, the server refuses connections. */
export function offline(stage: Stage): void {
  /** Takes the network away, for a page that sends over the passage. */
  async function cutOff(profile: Profile, tab: Tab): Promise<boolean> {
    await profile.setOffline(true);
    const isOffline = !(await tab.evaluate(() => navigator.onLine));
    if (!stage.supports('offline mode', isOffline)) await stage.passage.refuse();
    return isOffline;
  }
  const reconnect = async (profile: Profile, isOffline: boolean) =>
    isOffline ? void (await profile.setOffline(false)) : stage.passage.accept();

  test('100 events tracked offline arrive once when the network is back', async () => {
    const { collector, passage } = stage;
    const profile = await stage.profile();
    const tab = await profile.open({ host: passage.origin });
    const isOffline = await cutOff(profile, tab);
    try {
      await trackMany(tab, 'offline', 100);
      if (isOffline) expect(await tab.evaluate(() => window.user.delivery.getSnapshot().value)).toBe('offline');
      else await whileBackingOff(tab);
      expect(collector.requests).toEqual([]);
    } finally {
      await reconnect(profile, isOffline);
    }
    await expectOnce(stage, tab, names('offline', 100));
    expect(collector.requests).toHaveLength(1);
  });

  test('tracked offline, the page closed, reopened online: sent once, under the token of then', async () => {
    const { collector, passage } = stage;
    const profile = await stage.profile();
    const tab = await profile.open({ host: passage.origin });
    await login(tab, 'ada-1815');
    const isOffline = await cutOff(profile, tab);
    try {
      await trackMany(tab, 'closed', 100);
      if (!isOffline) await whileBackingOff(tab);
      await tab.until(() => Object.keys(localStorage).some((key) => /^usertoken:outbox:.*:\d+$/.test(key)));
      await logout(tab);
      await tab.close();
    } finally {
      await reconnect(profile, isOffline);
    }
    await expectOnce(stage, await profile.open(), names('closed', 100));
    expect(new Set(collector.events.map(({ userToken }) => userToken))).toEqual(new Set(['ada-1815']));
  });

  test('tracked in an outage, the whole browser closed and started again: sent once', async () => {
    const { collector } = stage;
    const folder = await stage.folder();
    const profile = await stage.profileIn(folder);
    if (!stage.supports('kept profiles', profile !== undefined) || !profile) return;
    const tab = await profile.open();
    collector.setFault({ status: 503 });
    await trackMany(tab, 'restart', 100);
    await whileBackingOff(tab);
    await profile.close();
    collector.setFault(null);
    const next = (await stage.profileIn(folder))!;
    await expectOnce(stage, await next.open(), names('restart', 100));
  });
}
