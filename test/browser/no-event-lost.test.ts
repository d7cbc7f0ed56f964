import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/testing/collector.types.js';
import { clickOn, crash, names, trackMany, untilExit, useStage } from './harness.js';

const stage = useStage();

const outageErrors = /Failed to load resource|has been blocked by CORS policy/;
/** Segments that their page did not release are taken over after ten seconds at the earliest. */
const patience = { timeoutMs: 28_000 };

const eventNames = (events: readonly { readonly objectIDs?: unknown }[]) =>
  events.map(({ objectIDs }) => (objectIDs as string[])[0]!);
const arrivals = () => eventNames(stage.collector.events.map(({ event }) => event));
const whileBackingOff = (page: Page) =>
  page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'backingOff');

/** Waits until nothing is left to send on the page or in storage, so that a second copy would be here by now. */
async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => !/^usertoken:outbox:.*:\d+$/.test(key)));
  expect(await page.evaluate(() => window.user.flush())).toBe(true);
}

/** Waits for as many, and then counts: none lost, none twice. */
async function expectOnce(page: Page, expected: readonly string[]): Promise<void> {
  await stage.collector.waitForEvents(expected.length, patience);
  await settle(page);
  expect(arrivals().sort()).toEqual([...expected].sort());
}

test('1000 events in a burst arrive once, in at most five requests', async () => {
  const page = await stage.open(await stage.context());
  await trackMany(page, 'burst', 1000);
  await expectOnce(page, names('burst', 1000));
  expect(stage.collector.requests.length).toBeLessThanOrEqual(5);
});

const httpDate = () => new Date(Date.now() + 1_000).toUTCString();
const outages: readonly (readonly [string, () => Fault])[] = [
  ['of 503', () => ({ status: 503 })],
  ['of 429 with Retry-After in seconds', () => ({ status: 429, retryAfter: 1 })],
  ['of 429 with Retry-After as a date', () => ({ status: 429, retryAfter: httpDate() })],
  ['of 429 with a Retry-After that is hidden', () => ({ status: 429, retryAfter: 1, exposeRetryAfter: false })],
  ['of connections that are reset', () => ({ drop: true })],
];

test.each(outages)('100 events tracked over an outage %s arrive once', async (_, fault) => {
  stage.expectErrors(outageErrors);
  const { collector } = stage;
  const page = await stage.open(await stage.context());
  collector.setFault(fault());
  await trackMany(page, 'first', 50);
  await whileBackingOff(page);
  await trackMany(page, 'second', 50);
  await collector.waitForRequests(2);
  expect(collector.events).toEqual([]);
  collector.setFault(null);
  await expectOnce(page, [...names('first', 50), ...names('second', 50)]);
});

test('100 events tracked while the browser is offline arrive once it is online, in one request', async () => {
  const context = await stage.context();
  const page = await stage.open(context);
  await context.setOffline(true);
  await trackMany(page, 'offline', 100);
  await context.setOffline(false);
  await expectOnce(page, names('offline', 100));
  expect(stage.collector.requests).toHaveLength(1);
});

test('100 events over an outage of 503 that goes on for as long as they are tracked cost at most ten requests', async () => {
  stage.expectErrors(outageErrors);
  const { collector } = stage;
  const page = await stage.open(await stage.context(), { batchWindowMs: 250 });
  collector.setFault({ status: 503 });
  await page.evaluate(async (event) => {
    for (let n = 0; n < 100; n += 1) {
      void window.user.track({ ...event, objectIDs: [`steady${n}`] });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }, clickOn('x'));
  collector.setFault(null);
  await expectOnce(page, names('steady', 100));
  expect(collector.requests.length).toBeLessThanOrEqual(10);
});

test('a renderer that crashes before the answer: none is lost, and only a batch that was accepted may come twice', async () => {
  const { collector } = stage;
  const contexts = [await stage.context(), await stage.context()] as const;
  const [unheard, accepted] = [await stage.open(contexts[0]), await stage.open(contexts[1])];
  collector.setFault({ hang: true });
  await trackMany(unheard, 'unheard', 60);
  await collector.waitForRequests(1);
  await trackMany(unheard, 'waiting', 40);
  await crash(contexts[0], unheard);
  collector.setFault({ delayMs: 60_000 });
  await trackMany(accepted, 'accepted', 60);
  await collector.waitForEvents(60);
  await trackMany(accepted, 'queued', 40);
  await crash(contexts[1], accepted);
  collector.setFault(null);

  const next = await Promise.all(contexts.map((context) => stage.open(context)));
  const once = [...names('unheard', 60), ...names('waiting', 40), ...names('queued', 40)];
  await collector.waitForEvents(
    (events) => new Set(eventNames(events.map(({ event }) => event))).size === once.length + 60,
    patience,
  );
  for (const page of next) await settle(page);
  const isAccepted = (name: string) => name.startsWith('accepted');
  expect(
    arrivals()
      .filter((name) => !isAccepted(name))
      .sort(),
  ).toEqual(once.sort());
  expect(arrivals().filter(isAccepted).length).toBeLessThanOrEqual(120);
});

test('DL-01: 200 events tracked in the tick in which the visitor leaves arrive once', async () => {
  const page = await stage.open(await stage.context());
  await page.evaluate(
    ([event, address]) => {
      for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`leaving${n}`] });
      location.assign(address);
    },
    [clickOn('x'), `${stage.shopUrl()}&page=2`] as const,
  );
  await page.waitForURL('**page=2*');
  await expectOnce(page, names('leaving', 200));
});

test('a tab that closes itself in the tick of 200 events: they arrive once, at the latest with the next visit', async () => {
  const opener = await stage.open(await stage.context());
  const [tab] = await Promise.all([
    opener.context().waitForEvent('page'),
    opener.evaluate((address) => void window.open(address), stage.shopUrl(untilExit)),
  ]);
  await tab.waitForFunction(() => window.user !== undefined);
  const closed = tab.waitForEvent('close');
  // From a timer, since the call itself could not be answered any more.
  await tab.evaluate((event) => {
    setTimeout(() => {
      for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`closing${n}`] });
      window.close();
    });
  }, clickOn('x'));
  await closed;
  await expectOnce(await stage.open(opener.context()), names('closing', 200));
});

test('five tabs in an outage, one of which crashes: the others take over, and what each of them tracked arrives once', async () => {
  stage.expectErrors(outageErrors);
  const { collector } = stage;
  const context = await stage.context();
  const tabs = await Promise.all([0, 1, 2, 3, 4].map(() => stage.open(context)));
  collector.setFault({ status: 503 });
  await Promise.all(tabs.map((tab, n) => trackMany(tab, `tab${n}-`, 200)));
  await Promise.all(tabs.map(whileBackingOff));
  await crash(context, tabs[4]!);
  collector.setFault(null);
  await expectOnce(
    tabs[0]!,
    tabs.flatMap((_, n) => names(`tab${n}-`, 200)),
  );
});

test('DL-14: what a blocker cancels is kept, said once, and arrives when it is let through', async () => {
  stage.expectErrors(outageErrors);
  const page = await stage.open(await stage.context());
  const events = `${stage.collector.origin}/1/events*`;
  await page.route(events, (route) => route.abort('blockedbyclient'));
  await trackMany(page, 'blocked', 50);
  await page.waitForFunction(() => window.warnings.length > 0);
  await trackMany(page, 'later', 50);
  expect(stage.collector.requests).toEqual([]);
  await page.unroute(events);
  await expectOnce(page, [...names('blocked', 50), ...names('later', 50)]);
  expect(await page.evaluate(() => window.warnings)).toEqual(['api-unreachable']);
});
