import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/adapters/ports.js';
import { createReceipts, worstOf } from '../../src/delivery/receipts.js';
import type { Receipt } from '../../src/events/receipt.types.js';
import { fakeClock } from '../../src/testing/index.js';
import { entry } from '../support/entry.js';

const delivered: Receipt = { status: 'delivered' };
const stored: Receipt = { status: 'stored' };
const dropped: Receipt = { status: 'dropped', reason: 'refused' };

function receiptsOf() {
  const clock = fakeClock();
  const receipts = createReceipts(clock);
  const settled: Record<string, Receipt['status']> = {};
  return {
    clock,
    receipts,
    settled,
    /** Tracks an event now and notes its receipt. */
    track(id: string): OutboxEntry {
      const tracked = entry(id, { trackedAt: clock.monotonicNow() });
      void receipts.create(tracked).then(({ status }) => {
        settled[id] = status;
      });
      return tracked;
    },
  };
}

describe('a receipt', () => {
  it('is what its event came to, and the first word counts', async () => {
    const { receipts } = receiptsOf();
    const event = entry('a');
    const receipt = receipts.create(event);
    receipts.settle(event, dropped);
    receipts.settle(event, delivered);
    expect(await receipt).toBe(dropped);
  });

  it('is not touched by the end of another event, or of one that has none', async () => {
    const { clock, receipts, settled, track } = receiptsOf();
    const a = track('a');
    track('b');
    receipts.settle(a, delivered);
    receipts.settle(entry('of another page'), delivered);
    await clock.advance(0);
    expect(settled).toEqual({ a: 'delivered' });
  });

  it('says stored after ten seconds, each event by its own time', async () => {
    const { clock, settled, track } = receiptsOf();
    track('a');
    await clock.advance(4_000);
    track('b');
    await clock.advance(5_999);
    expect(settled).toEqual({});
    await clock.advance(1);
    expect(settled).toEqual({ a: 'stored' });
    await clock.advance(3_999);
    expect(settled).toEqual({ a: 'stored' });
    await clock.advance(1);
    expect(settled).toEqual({ a: 'stored', b: 'stored' });
  });

  it('says stored at once where all are told that their events are kept', async () => {
    const { clock, receipts, settled, track } = receiptsOf();
    track('a');
    track('b');
    receipts.storeAll();
    await clock.advance(0);
    expect([settled, clock.timers]).toEqual([{ a: 'stored', b: 'stored' }, 0]);
  });
});

describe('the timer', () => {
  it('is one for all events, and none once the last is settled', () => {
    const { clock, receipts, track } = receiptsOf();
    const [a, b] = [track('a'), track('b')];
    expect(clock.timers).toBe(1);
    receipts.settle(a, delivered);
    expect(clock.timers).toBe(1);
    receipts.settle(b, delivered);
    expect(clock.timers).toBe(0);
  });

  it('starts anew for the next event', async () => {
    const { clock, receipts, settled, track } = receiptsOf();
    receipts.settle(track('a'), delivered);
    track('b');
    await clock.advance(10_000);
    expect([settled, clock.timers]).toEqual([{ a: 'delivered', b: 'stored' }, 0]);
    track('c');
    await clock.advance(10_000);
    expect(settled.c).toBe('stored');
  });

  it('is missed by no receipt where the clock throws', async () => {
    const clock = fakeClock();
    const receipts = createReceipts({
      ...clock,
      setTimeout() {
        throw new Error('no timers here');
      },
    });
    const event = entry('a');
    const receipt = receipts.create(event);
    receipts.settle(event, delivered);
    expect(await receipt).toBe(delivered);
  });
});

describe('the worst of several receipts', () => {
  it('is the dropped one, else the stored one, else delivered', () => {
    expect(worstOf([delivered, stored, dropped])).toBe(dropped);
    expect(worstOf([delivered, stored, delivered])).toBe(stored);
    expect(worstOf([delivered, delivered])).toBe(delivered);
  });
});
