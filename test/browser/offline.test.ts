import { expect, test } from 'vitest';
import { expectOnce, later, login, logout, untilStored, whileBackingOff } from './actions.js';
import { can } from './engines.js';
import { names, type Profile, trackMany, useStage } from './harness.js';
import type { Tab } from './tab.js';

const stage = useStage();

/** Takes the network away while `action` runs, from a page that sends over the passage. Where the driver can't do that, the
 * server refuses connections. */
async function whileOffline(profile: Profile, action: () => Promise<void>): Promise<void> {
  await (can('offline') ? profile.setOffline(true) : stage.passage.refuse());
  await action().finally(() => (can('offline') ? profile.setOffline(false) : stage.passage.accept()));
}

const noticesOutage = (tab: Tab) =>
  can('offline') ? tab.until(() => window.user.delivery.getSnapshot().value === 'offline') : whileBackingOff(tab);

test('sends nothing while the browser is offline, and 100 events at once when it is back', async () => {
  const { collector, passage } = stage;
  const profile = await stage.profile();
  const tab = await profile.open({ host: passage.origin });
  await whileOffline(profile, async () => {
    await trackMany(tab, 'offline', 100);
    await noticesOutage(tab);
    expect(collector.requests).toEqual([]);
  });
  await expectOnce(stage, tab, names('offline', 100));
  // A retry carries one event, and only a page that knows it is offline makes none.
  expect(collector.requests).toHaveLength(can('offline') ? 1 : 2);
});

// ST-07 of the test cases.
test('events tracked offline in a page that is closed are sent once by the next visit, under their own token', async () => {
  const { collector, passage } = stage;
  const profile = await stage.profile();
  const tab = await profile.open({ host: passage.origin });
  await login(tab, 'ada-1815');
  await whileOffline(profile, async () => {
    await trackMany(tab, 'closed', 100);
    await noticesOutage(tab);
    await untilStored(tab);
    await logout(tab);
    await tab.close();
  });
  await expectOnce(stage, await profile.open({}, later), names('closed', 100));
  expect(new Set(collector.events.map(({ userToken }) => userToken))).toEqual(new Set(['ada-1815']));
});

test.runIf(can('profile on disk'))(
  'events of an outage are sent once after the browser itself was restarted',
  async () => {
    const { collector } = stage;
    const folder = await stage.folder();
    const profile = await stage.profileIn(folder);
    const tab = await profile.open();
    collector.setFault({ status: 503 });
    await trackMany(tab, 'restart', 100);
    await whileBackingOff(tab);
    await profile.close();
    collector.setFault(null);
    const next = await stage.profileIn(folder);
    await expectOnce(stage, await next.open({}, later), names('restart', 100));
  },
);
