import { describe, expect, test } from 'vitest';
import { expectOnce, later, whileBackingOff } from './actions.js';
import { can } from './engines.js';
import { names, trackMany, useStage } from './harness.js';

const stage = useStage();

test('one of five tabs that open at once takes over the events that several closed tabs left', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  collector.setFault({ status: 503 });
  for (const n of [1, 2, 3]) {
    const tab = await profile.open();
    await trackMany(tab, `tab${n}-`, 20);
    // Until it knows of the outage, a page that ends hands its events over, and the server may refuse them.
    await whileBackingOff(tab);
    await tab.close();
  }
  collector.setFault(null);
  const tabs = await Promise.all([1, 2, 3, 4, 5].map(() => profile.open({}, later)));
  await expectOnce(stage, tabs[0]!, [...names('tab1-', 20), ...names('tab2-', 20), ...names('tab3-', 20)]);
});

test('each of 500 orphaned chunks is taken by exactly one of five tabs', async () => {
  const profile = await stage.profile();
  const tabs = [];
  for (const _ of [1, 2, 3, 4, 5]) tabs.push(await profile.open());
  await tabs[0]!.evaluate(() => {
    for (let n = 0; n < 500; n += 1) {
      const json = '{"eventType":"click","userToken":"u1"}';
      const entry = { id: `orphan-${n}`, json, timestamp: Date.now(), bytes: 90, suspectFields: [] };
      const chunk = { v: 1, at: Date.now(), isFree: true, entries: [entry] };
      localStorage.setItem(`usertoken:outbox:RACE:dead:${n}`, JSON.stringify(chunk));
    }
  });
  const takeOver = async () => {
    const outbox = window.usertoken.storageOutbox({ appId: 'RACE' });
    outbox.open?.(() => {});
    const left = () => Object.keys(localStorage).some((key) => key.startsWith('usertoken:outbox:RACE:dead:'));
    while (left()) await new Promise((resolve) => setTimeout(resolve, 50));
    return Array.from(outbox.entries(), ({ id }) => id);
  };
  const ids = (await Promise.all(tabs.map((tab) => tab.evaluate(takeOver)))).flat();
  expect(new Set(ids).size, 'none left behind').toBe(500);
  expect(ids.length, 'none taken twice').toBe(500);
});

describe.runIf(can('crash'))('a renderer that crashes', () => {
  test('loses and repeats no event when no request was under way', async () => {
    const { passage } = stage;
    const profile = await stage.profile();
    const tab = await profile.open({ host: passage.origin });
    // Refused rather than reset, and until the next page is there: a browser may repeat a request of a page that crashed.
    await passage.refuse();
    const next = await (async () => {
      await trackMany(tab, 'crash', 100);
      await whileBackingOff(tab);
      await tab.crash();
      return profile.open({}, later);
    })().finally(passage.accept);
    await expectOnce(stage, next, names('crash', 100));
  });

  test('loses no event, and repeats only a batch that was accepted without the page knowing', async () => {
    const { collector } = stage;
    const profiles = [await stage.profile(), await stage.profile()] as const;
    const [unheard, accepted] = [await profiles[0].open(), await profiles[1].open()];
    collector.setFault({ hang: true });
    await trackMany(unheard, 'unheard', 60);
    await collector.waitForRequests(1);
    await trackMany(unheard, 'waiting', 40);
    await unheard.crash();
    collector.setFault({ delayMs: 60_000 });
    await trackMany(accepted, 'accepted', 60);
    await collector.waitForEvents(60);
    await trackMany(accepted, 'queued', 40);
    await accepted.crash();
    collector.setFault(null);

    const [first, second] = await Promise.all(profiles.map((profile) => profile.open({}, later)));
    const once = [...names('unheard', 60), ...names('waiting', 40), ...names('queued', 40)];
    const all = [...once, ...names('accepted', 60)];
    await expectOnce(stage, first!, all, (name) => name.startsWith('accepted'));
    await expectOnce(stage, second!, all, (name) => name.startsWith('accepted'));
  });

  test('leaves its events to the other tabs, which deliver them once each after ten seconds', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tabs = [];
    for (const _ of [0, 1, 2, 3, 4]) tabs.push(await profile.open());
    collector.setFault({ status: 503 });
    await Promise.all(tabs.map((tab, n) => trackMany(tab, `tab${n}-`, 200)));
    await Promise.all(tabs.map(whileBackingOff));
    await tabs[4]!.crash();
    collector.setFault(null);
    await expectOnce(
      stage,
      tabs[0]!,
      tabs.flatMap((_, n) => names(`tab${n}-`, 200)),
    );
  });
});
