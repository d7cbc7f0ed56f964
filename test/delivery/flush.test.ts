import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryOutbox } from '../../src/adapters/memory-outbox.js';
import { createDelivery } from '../../src/delivery/delivery.js';
import { flush } from '../../src/delivery/flush.js';
import { fakeClock, fakeTransport } from '../../src/testing/index.js';
import { entry } from '../support/entry.js';

function deliveryOf({ isAwaitingConsent = false } = {}) {
  const clock = fakeClock();
  const transport = fakeTransport();
  const outbox = memoryOutbox();
  const delivery = createDelivery({
    url: 'https://insights.algolia.io/1/events',
    outbox,
    transport,
    clock,
    random: () => 1,
    isAwaitingConsent: () => isAwaitingConsent,
    batchWindowMs: 250,
    requestTimeoutMs: 30_000,
    maxEventAgeMs: 86_400_000,
    onTrouble: () => {},
    onError: () => {},
  });
  return { clock, transport, outbox, delivery };
}

describe('flush', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('sends before the batch window is over, and resolves to true with the answer', async () => {
    const { clock, delivery, outbox, transport } = deliveryOf();
    let answer = () => {};
    transport.answerWith(
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200 });
        }),
    );
    void delivery.add([entry('a')]);
    let isEmpty: boolean | undefined;
    void flush(delivery, outbox, 5_000).then((value) => {
      isEmpty = value;
    });
    await clock.advance(0);
    expect([transport.requests.length, isEmpty]).toEqual([1, undefined]);
    answer();
    await clock.advance(0);
    expect(isEmpty).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves to true at once where nothing waits', async () => {
    const { delivery, outbox, transport } = deliveryOf();
    expect(await flush(delivery, outbox, 5_000)).toBe(true);
    expect(transport.requests).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('resolves to false when the answer takes too long', async () => {
    const { delivery, outbox, transport } = deliveryOf();
    transport.answerWith(() => new Promise(() => {}));
    void delivery.add([entry('a')]);
    const flushed = flush(delivery, outbox, 5_000);
    let isOver = false;
    void flushed.then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(4_999);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(await flushed).toBe(false);
  });

  it('resolves to true when the last of several batches is answered', async () => {
    const { clock, delivery, outbox, transport } = deliveryOf();
    for (let n = 0; n < 1001; n += 1) void delivery.add([entry(`${n}`)]);
    const flushed = flush(delivery, outbox, 5_000);
    await clock.advance(0);
    expect(await flushed).toBe(true);
    expect(transport.requests).toHaveLength(2);
  });

  it('resolves to false at once without consent', async () => {
    const { delivery, outbox, transport } = deliveryOf({ isAwaitingConsent: true });
    void delivery.add([entry('a')]);
    expect(await flush(delivery, outbox, 5_000)).toBe(false);
    expect(transport.requests).toEqual([]);
  });

  it('resolves to false as soon as Algolia rejects the key, and from then on also with an empty outbox', async () => {
    const { clock, delivery, outbox, transport } = deliveryOf();
    transport.answerWith({ status: 401 });
    void delivery.add([entry('a')]);
    const flushed = flush(delivery, outbox, 5_000);
    await clock.advance(0);
    expect(await flushed).toBe(false);
    outbox.clear();
    expect(await flush(delivery, outbox, 5_000)).toBe(false);
  });

  it('resolves when the client is disposed of meanwhile', async () => {
    const { clock, delivery, outbox, transport } = deliveryOf();
    transport.answerWith({ status: 503 });
    void delivery.add([entry('a')]);
    const flushed = flush(delivery, outbox, 5_000);
    await clock.advance(0);
    delivery.dispose();
    expect(await flushed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
