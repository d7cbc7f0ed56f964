import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/testing/collector.types.js';
import { expectOnce, login, whileBackingOff, who } from './actions.js';
import { can } from './engines.js';
import { clickOn, names, received, trackMany, useStage } from './harness.js';

const stage = useStage();

const httpDate = () => new Date(Date.now() + 1_000).toUTCString();
const faults: readonly (readonly [string, () => Fault])[] = [
  ['answers 503', () => ({ status: 503 })],
  ['answers 503 that the page may not read', () => ({ status: 503, cors: false })],
  ['answers 429 with Retry-After in seconds', () => ({ status: 429, retryAfter: 1 })],
  ['answers 429 with Retry-After as a date', () => ({ status: 429, retryAfter: httpDate() })],
  ['answers 429 with a Retry-After that is hidden', () => ({ status: 429, retryAfter: 1, exposeRetryAfter: false })],
  ['resets connections', () => ({ drop: true })],
  ['never answers', () => ({ hang: true })],
];

test.each(faults)(
  'delivers 100 events once each, under their tokens, after the API %s for a while',
  async (_, fault) => {
    const { collector } = stage;
    const { hang } = fault();
    const tab = await (await stage.profile()).open({ requestTimeoutMs: hang ? 500 : 30_000 });
    const anonymous = (await who(tab)).token;
    collector.setFault(fault());
    await trackMany(tab, 'before', 50);
    await collector.waitForRequests(1);
    await login(tab, 'ada-1815');
    await trackMany(tab, 'after', 50);
    await collector.waitForRequests(2, { timeoutMs: 15_000 });
    expect(collector.events).toEqual([]);
    collector.setFault(null);
    await expectOnce(stage, tab, [...names('before', 50), ...names('after', 50)]);
    const labelled = [
      ...names('before', 50).map((name) => `${anonymous}: ${name}`),
      ...names('after', 50).map((name) => `ada-1815: ${name}`),
    ];
    expect(received(collector).sort()).toEqual(labelled.sort());
  },
);

test('delivers 100 events once each after a server refused connections', async () => {
  const { passage, collector } = stage;
  const tab = await (await stage.profile()).open({ host: passage.origin });
  await passage.refuse();
  try {
    await trackMany(tab, 'refused', 100);
    await whileBackingOff(tab);
    expect(collector.requests).toEqual([]);
  } finally {
    await passage.accept();
  }
  await expectOnce(stage, tab, names('refused', 100));
});

test('makes at most ten requests for 100 events that are tracked one by one during an outage', async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open({ batchWindowMs: 250 });
  collector.setFault({ status: 503 });
  await tab.evaluate(async (event) => {
    for (let n = 0; n < 100; n += 1) {
      void window.user.track({ ...event, objectIDs: [`steady${n}`] });
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, clickOn('x'));
  collector.setFault(null);
  await expectOnce(stage, tab, names('steady', 100));
  expect(collector.requests.length).toBeLessThanOrEqual(10);
});

test('delivers the events of a tab that is closed during an outage once, with the next visit', async () => {
  const profile = await stage.profile();
  const tab = await profile.open();
  stage.collector.setFault({ status: 503 });
  await trackMany(tab, 'outage', 100);
  await whileBackingOff(tab);
  await tab.close();
  stage.collector.setFault(null);
  await expectOnce(stage, await profile.open(), names('outage', 100));
});

test('delivers the events of four tabs once each when one of them is closed during an outage', async () => {
  const profile = await stage.profile();
  const all = [await profile.open(), await profile.open(), await profile.open(), await profile.open()];
  stage.collector.setFault({ status: 503 });
  await Promise.all(all.map((tab, n) => trackMany(tab, `tab${n}-`, 100)));
  await Promise.all(all.map(whileBackingOff));
  await all[3]!.close();
  stage.collector.setFault(null);
  await expectOnce(
    stage,
    all[0]!,
    all.flatMap((_, n) => names(`tab${n}-`, 100)),
  );
});

describe.runIf(can('playwright'))('a content blocker', () => {
  // DL-14 of the test cases.
  test('causes one warning, and the events it stopped arrive once it lets them through', async () => {
    stage.expectErrors(/Failed to load resource/);
    const { collector } = stage;
    const page = await stage.open(await stage.context());
    const address = `${collector.origin}/1/events*`;
    await page.route(address, (route) => route.abort('blockedbyclient'));
    await trackMany(page, 'blocked', 50);
    await page.waitForFunction(() => window.warnings.length > 0);
    await trackMany(page, 'later', 50);
    expect(collector.requests).toEqual([]);
    await page.unroute(address);
    await collector.waitForEvents(100);
    expect(await page.evaluate(() => window.user.flush())).toBe(true);
    expect(new Set(received(collector)).size).toBe(100);
    expect(collector.events).toHaveLength(100);
    expect(await page.evaluate(() => window.warnings)).toEqual(['api-unreachable']);
  });
});
