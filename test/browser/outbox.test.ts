import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { clickOn, crash, names, received, trackMany, useStage } from './harness.js';

const stage = useStage();

const objectsIn = () => received(stage.collector).map((line) => line.replace(/.*: /, ''));
const chunksOf = (page: Page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => /^usertoken:outbox:.*:\d+$/.test(key)).length);

/** Waits until the collector has them all, and no chunk is left for another delivery. */
async function arrived(page: Page, expected: readonly string[]): Promise<void> {
  await stage.collector.waitForEvents(expected.length, { timeoutMs: 25_000 });
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => !/^usertoken:outbox:.*:\d+$/.test(key)));
  expect(objectsIn().sort()).toEqual([...expected].sort());
}

test('ST-07: tracked offline, the page closed, reopened online: sent once, under the token of then', async () => {
  const context = await stage.context();
  const page = await stage.open(context);
  await page.evaluate(() => window.user.login('ada-1815'));
  await context.setOffline(true);
  await trackMany(page, 'offline', 100);
  await page.waitForFunction(() => Object.keys(localStorage).some((key) => /^usertoken:outbox:.*:\d+$/.test(key)));
  await page.evaluate(() => window.user.logout());
  await page.close();
  await context.setOffline(false);
  const next = await stage.open(context);
  await arrived(next, names('offline', 100));
  expect(new Set(stage.collector.events.map(({ userToken }) => userToken))).toEqual(new Set(['ada-1815']));
});

test('an outage in which the tab is closed loses nothing and doubles nothing', async () => {
  stage.expectErrors(/503/);
  const context = await stage.context();
  const page = await stage.open(context);
  stage.collector.setFault({ status: 503 });
  await trackMany(page, 'outage', 100);
  await page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'backingOff');
  await page.close();
  stage.collector.setFault(null);
  await arrived(await stage.open(context), names('outage', 100));
});

test('a renderer that crashes in an outage, with no request under way, loses nothing and doubles nothing', async () => {
  stage.expectErrors(/ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|Failed to load/);
  const context = await stage.context();
  const page = await stage.open(context);
  stage.collector.setFault({ drop: true });
  await trackMany(page, 'crash', 100);
  await page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'backingOff');
  await crash(context, page);
  stage.collector.setFault(null);
  // Young chunks are their owner's alone, so this takes ten seconds.
  await arrived(await stage.open(context), names('crash', 100));
});

test('200 events of 900 bytes and then the next page in the same tick: what exceeds the budget goes from there', async () => {
  const context = await stage.context();
  const page = await stage.open(context);
  const address = stage.shopUrl();
  await page.evaluate(
    ([event, address]) => {
      for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`big${n}`, 'x'.repeat(900)] });
      location.assign(`${address}#next`);
    },
    [clickOn('x'), `${address}&page=2`] as const,
  );
  await page.waitForURL('**page=2*');
  await stage.collector.waitForEvents(200, { timeoutMs: 20_000 });
  const objects = stage.collector.events.map(({ event }) => (event as { objectIDs: string[] }).objectIDs[0]!);
  expect(objects.sort()).toEqual(names('big', 200).sort());
});

test('more than outlives a page is unanswered when the next page loads: nothing is lost, nothing arrives twice', async () => {
  const context = await stage.context();
  const page = await stage.open(context);
  // Events are stored at receipt, so the page goes while it does not know of them.
  stage.collector.setFault({ delayMs: 1_500 });
  await page.evaluate((event) => {
    for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`big${n}`, 'x'.repeat(900)] });
  }, clickOn('x'));
  await stage.collector.waitForRequests(1);
  await page.goto(stage.shopUrl());
  stage.collector.setFault(null);
  await stage.collector.waitForEvents(200, { timeoutMs: 20_000 });
  await page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'idle');
  const objects = stage.collector.events.map(({ event }) => (event as { objectIDs: string[] }).objectIDs[0]!);
  expect(objects.sort()).toEqual(names('big', 200).sort());
});

test('what several tabs left behind is taken over once, whichever of the tabs that open together takes it', async () => {
  const context = await stage.context();
  stage.expectErrors(/503/);
  stage.collector.setFault({ status: 503 });
  const expected: string[] = [];
  for (const tab of [1, 2, 3]) {
    const page = await stage.open(context);
    await trackMany(page, `tab${tab}-`, 20);
    expected.push(...names(`tab${tab}-`, 20));
    // Until the outage is known, a page that ends hands its events over, and the server may refuse them.
    await page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'backingOff');
    await page.close();
  }
  stage.collector.setFault(null);
  const pages = await Promise.all([1, 2, 3, 4, 5].map(() => stage.open(context)));
  await arrived(pages[0]!, expected);
});

test.each([2, 5])('500 orphaned chunks, %i tabs that open at once: each is taken by exactly one', async (tabs) => {
  const context = await stage.context();
  const pages = await Promise.all(Array.from({ length: tabs }, () => stage.open(context)));
  await pages[0]!.evaluate(() => {
    for (let n = 0; n < 500; n += 1) {
      const json = '{"eventType":"click","userToken":"u1"}';
      const entry = { id: `orphan-${n}`, json, timestamp: Date.now(), bytes: 90, suspectFields: [] };
      localStorage.setItem(
        `usertoken:outbox:RACE:dead:${n}`,
        JSON.stringify({ v: 1, at: Date.now(), isFree: true, entries: [entry] }),
      );
    }
  });
  const taken = await Promise.all(
    pages.map((page) =>
      page.evaluate(async () => {
        const outbox = window.usertoken.storageOutbox({ appId: 'RACE' });
        outbox.open?.(() => {});
        const left = () => Object.keys(localStorage).some((key) => key.startsWith('usertoken:outbox:RACE:dead:'));
        while (left()) await new Promise((resolve) => setTimeout(resolve, 50));
        return Array.from(outbox.entries(), ({ id }) => id);
      }),
    ),
  );
  const ids = taken.flat();
  expect(new Set(ids).size, 'none left behind').toBe(500);
  expect(ids.length, 'none taken twice').toBe(500);
});

test('a denial erases what other tabs keep, and what earlier pages left', async () => {
  const context = await stage.context();
  const [first, second] = [await stage.open(context), await stage.open(context)];
  await context.setOffline(true);
  await trackMany(second, 'gone', 10);
  await second.waitForFunction(() => Object.keys(localStorage).some((key) => /^usertoken:outbox:.*:\d+$/.test(key)));
  await first.evaluate(() => window.user.consent.deny());
  await second.waitForFunction(() => window.user.consent.state === 'denied');
  expect(await second.evaluate(() => localStorage.length)).toBe(0);
  await context.setOffline(false);
  expect(await second.evaluate(() => window.user.flush())).toBe(true);
  expect(stage.collector.requests).toEqual([]);
  expect(await chunksOf(first)).toBe(0);
});
