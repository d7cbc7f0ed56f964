import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickOn, received, track, untilExit, useStage } from './harness.js';

// Without the back-forward cache, as the driver has it: a page that is left is gone, with all it did not hand over.
const stage = useStage();

/** The browser's limit for the bodies of requests that outlive a page. */
const keepaliveBytes = 65_536;

/** A way to the collector with latency, as all real networks have it. What the browser cancels on the way is lost; to a
 * server on the same machine even that would get through. */
let distant: { readonly origin: string; close(): void };

beforeAll(async () => {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    let isCancelled = false;
    client.on('error', () => {});
    client.on('close', () => {
      isCancelled = true;
      sockets.delete(client);
    });
    // Reading at once shows a cancellation at once; what was read is sent on later.
    const passage = client.pipe(new PassThrough());
    setTimeout(() => {
      if (isCancelled) return;
      const target = connect(stage.collector.port, '127.0.0.1');
      target.on('error', () => client.destroy());
      passage.pipe(target).pipe(client);
    }, 300);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  distant = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
});
afterAll(() => distant.close());

const openShop = async () => stage.open(await stage.context(), { ...untilExit, host: distant.origin });

/** Tracks this many events and leaves for another page in the same tick. */
function trackAndLeave(page: Page, count: number, padding = 0): Promise<void> {
  return page.evaluate(
    ([many, size]) => {
      for (let n = 0; n < many; n += 1) {
        const objectIDs = [`p${n}-${'x'.repeat(size)}`];
        window.user.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs });
      }
      location.assign('/next');
    },
    [count, padding] as const,
  );
}

const bytesReceived = () => stage.collector.requests.reduce((sum, { bytes }) => sum + bytes, 0);
test('DL-01: 100 events tracked in the tick in which the visitor leaves all arrive, once', async () => {
  const { collector } = stage;
  const page = await openShop();
  await trackAndLeave(page, 100);
  await collector.waitForEvents(100);
  await page.waitForURL('**/next');
  expect(new Set(received(collector)).size).toBe(100);
  expect(collector.events).toHaveLength(100);
  expect(bytesReceived()).toBeGreaterThan(10_000);
  expect(bytesReceived()).toBeLessThan(keepaliveBytes);
});

test('DL-02: when more waits than may outlive the page, as much as may does, and nothing goes twice', async () => {
  const { collector } = stage;
  const page = await openShop();
  await trackAndLeave(page, 200, 500);
  await page.waitForURL('**/next');
  await collector.waitForRequests(() => bytesReceived() > keepaliveBytes / 2);
  expect(collector.requests[0]!.bytes).toBeLessThanOrEqual(keepaliveBytes);
  await page.goto(stage.shopUrl());
  expect(await track(page, clickOn('last'))).toEqual({ status: 'delivered' });
  expect(new Set(received(collector)).size).toBe(collector.events.length);
  expect(collector.requests.filter(({ status }) => status !== 200)).toEqual([]);
});

test('what is in flight when the visitor leaves arrives, once', async () => {
  const { collector } = stage;
  const page = await stage.open(await stage.context());
  collector.setFault({ delayMs: 500 });
  await page.evaluate((event) => void window.user.track(event), clickOn('first'));
  await collector.waitForRequests(1);
  await trackAndLeave(page, 10);
  await collector.waitForEvents(11);
  await page.waitForURL('**/next');
  // The page after it tracks nothing of its own; a batch sent twice would come with the next request.
  await page.goto(stage.shopUrl());
  expect(await track(page, clickOn('last'))).toEqual({ status: 'delivered' });
  expect(collector.events).toHaveLength(12);
  expect(new Set(received(collector)).size).toBe(12);
});

test('a tab that is closed in the tick of the event still delivers it', async () => {
  const { collector } = stage;
  const opener = await stage.open(await stage.context());
  const [tab] = await Promise.all([
    opener.context().waitForEvent('page'),
    opener.evaluate((address) => void window.open(address), stage.shopUrl({ ...untilExit, host: distant.origin })),
  ]);
  await tab.waitForFunction(() => window.user !== undefined);
  const closed = tab.waitForEvent('close');
  // From a timer, since the call itself could not be answered any more.
  await tab.evaluate((event) => {
    setTimeout(() => {
      window.user.track(event);
      window.close();
    });
  }, clickOn('teapot'));
  await closed;
  await collector.waitForEvents(1);
  expect(received(collector)).toHaveLength(1);
});
