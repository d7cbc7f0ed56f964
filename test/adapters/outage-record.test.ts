import { describe, expect, it } from 'vitest';
import { outageRecord } from '../../src/adapters/outage-record.js';
import { safeStorage } from '../../src/adapters/web-storage.js';
import { fakeClock } from '../../src/testing/index.js';
import { memoryStorage } from '../support/memory-storage.js';

const hour = 3_600_000;
function site(storage: Storage = memoryStorage()) {
  const clock = fakeClock();
  const page = () => outageRecord(safeStorage({ storage }), clock, 'outage');
  return { storage, clock, page, record: page() };
}

describe('what pages know of an outage', () => {
  it('is nothing at first, and nothing is written for an API that answers', () => {
    const { storage, record } = site();
    expect(record.read()).toBeUndefined();
    record.write(undefined);
    expect(storage.length).toBe(0);
  });

  it('reaches other pages, with the pause that the server asked for', () => {
    const { page, record } = site();
    record.write({ retries: 3, waitUntil: 1_800_000_060_000 });
    expect(page().read()).toEqual({ retries: 3, waitUntil: 1_800_000_060_000 });
    record.write({ retries: 4 });
    expect(page().read()).toEqual({ retries: 4, waitUntil: undefined });
  });

  it('ends with the first answer, which leaves nothing in the storage', () => {
    const { storage, page, record } = site();
    record.write({ retries: 1 });
    page().write(undefined);
    expect([record.read(), storage.length]).toEqual([undefined, 0]);
  });

  it('is forgotten an hour after the last failure', async () => {
    const { clock, record } = site();
    record.write({ retries: 1 });
    await clock.advance(hour - 1);
    expect(record.read()).toEqual({ retries: 1, waitUntil: undefined });
    record.write({ retries: 2 });
    await clock.advance(hour - 1);
    expect(record.read()).toMatchObject({ retries: 2 });
    await clock.advance(1);
    expect(record.read()).toBeUndefined();
  });

  it('is no more known when the clock was set back by an hour', () => {
    const { clock, record } = site();
    record.write({ retries: 1 });
    clock.setNow(clock.now() - hour);
    expect(record.read()).toBeUndefined();
  });

  it.each([
    'text',
    'null',
    '7',
    '{}',
    '{"retries":1}',
    '{"at":"now","retries":1}',
    '{"at":1800000000000,"retries":0}',
    '{"at":1800000000000,"retries":-1}',
    '{"at":1800000000000,"retries":1.5}',
    '{"at":1800000000000,"retries":"1"}',
  ])('is not %s', (text) => {
    const { storage, record } = site();
    storage.setItem('outage', text);
    expect(record.read()).toBeUndefined();
  });

  it('has no pause where that is no number', () => {
    const { storage, record } = site();
    storage.setItem('outage', '{"at":1800000000000,"retries":1,"waitUntil":"later"}');
    expect(record.read()).toEqual({ retries: 1, waitUntil: undefined });
  });
});
