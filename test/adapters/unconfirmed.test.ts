import { describe, expect, it } from 'vitest';
import type { Locks } from '../../src/adapters/short-lock.js';
import { unconfirmedChunks } from '../../src/adapters/unconfirmed.js';
import { safeStorage } from '../../src/adapters/web-storage.js';
import { fakeClock } from '../../src/testing/index.js';
import { entry, idsOf } from '../support/entry.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';

/** A site whose pages share a storage. */
function site() {
  const [clock, raw] = [fakeClock(), memoryStorage()];
  const storage = safeStorage({ storage: raw });
  const page = (locks: Locks = undefined) => unconfirmedChunks({ storage, clock, locks: () => locks, prefix: 'sent:' });
  /** What a page learns from an answer. */
  async function settle(isAccepted: boolean, sentAt = clock.now(), chunks = page()) {
    const delivered: string[] = [];
    const failed: string[] = [];
    await chunks.settle(
      isAccepted,
      sentAt,
      (entries) => delivered.push(...idsOf(entries)),
      (entries) => failed.push(...idsOf(entries)),
    );
    return { delivered, failed };
  }
  return { clock, raw, page, settle, keys: () => storage.keysUnder('sent:') };
}

describe('events that the browser was given at page exit', () => {
  it('count as delivered once the API accepts a later request', async () => {
    const { page, settle, keys } = site();
    page().keep('a', [entry('1'), entry('2')]);
    page().keep('b', [entry('3')]);
    expect(await settle(true)).toEqual({ delivered: ['1', '2', '3'], failed: [] });
    expect(keys()).toEqual([]);
    expect(await settle(true)).toEqual({ delivered: [], failed: [] });
  });

  it('are sent again when the next request fails', async () => {
    const { page, settle, keys } = site();
    page().keep('a', [entry('1')]);
    expect(await settle(false)).toEqual({ delivered: [], failed: ['1'] });
    expect(keys()).toEqual([]);
  });

  it('count as delivered when the failure comes five minutes later', async () => {
    for (const [ms, isSentAgain] of [
      [299_999, true],
      [300_000, false],
    ] as const) {
      const { clock, page, settle } = site();
      page().keep('a', [entry('1')]);
      await clock.advance(ms);
      const { failed, delivered } = await settle(false);
      expect([failed.length, delivered.length]).toEqual(isSentAgain ? [1, 0] : [0, 1]);
    }
  });

  it('are told nothing by a request that was sent before them', async () => {
    const { clock, page, settle, keys } = site();
    const sentAt = clock.now() - 1;
    page().keep('a', [entry('1')]);
    expect(await settle(true, sentAt)).toEqual({ delivered: [], failed: [] });
    expect(await settle(false, sentAt)).toEqual({ delivered: [], failed: [] });
    expect(keys()).toEqual(['sent:a']);
    expect(await settle(true, sentAt + 1)).toMatchObject({ delivered: ['1'] });
  });

  it('are taken back where the browser did not take them', async () => {
    const { page, settle, keys } = site();
    const chunks = page();
    chunks.keep('a', [entry('1')]);
    chunks.keep('b', [entry('2')]);
    expect(idsOf(chunks.take('a'))).toEqual(['1']);
    expect(keys()).toEqual(['sent:b']);
    expect(chunks.take('a')).toEqual([]);
    expect(await settle(true)).toMatchObject({ delivered: ['2'] });
  });

  it('are settled by one of several pages', async () => {
    const { clock, page, settle } = site();
    const locks = fakeLocks();
    page().keep('a', [entry('1')]);
    const pages = [page(locks), page(locks), page(locks)];
    const all = await Promise.all(pages.map((chunks) => settle(true, clock.now(), chunks)));
    expect(all.flatMap(({ delivered }) => delivered)).toEqual(['1']);
  });

  it('are left to the page that has the lock', async () => {
    const { clock, page, settle, keys } = site();
    const locks = fakeLocks();
    page().keep('a', [entry('1')]);
    locks.held.add('sent:a');
    expect(await settle(true, clock.now(), page(locks))).toEqual({ delivered: [], failed: [] });
    expect(keys()).toEqual(['sent:a']);
  });

  it('are not settled twice where another page was first between the look and the lock', async () => {
    const { clock, page, settle, keys } = site();
    const locks = fakeLocks();
    page().keep('a', [entry('1')]);
    const slow = {
      request: async (...args: Parameters<typeof locks.request>) => {
        page().take('a');
        return locks.request(...args);
      },
    } as Locks;
    expect(await settle(true, clock.now(), page(slow))).toEqual({ delivered: [], failed: [] });
    expect(keys()).toEqual([]);
  });

  it('are kept for twenty exits without an answer, then the oldest counts as delivered', async () => {
    const { clock, page, settle, keys } = site();
    for (let n = 0; n < 21; n += 1) {
      page().keep(`${n}`, [entry(`${n}`)]);
      await clock.advance(1);
    }
    expect(keys()).toHaveLength(20);
    const { failed } = await settle(false);
    expect(failed).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 1}`));
  });

  it('make room by age, whatever order the storage has', async () => {
    const { clock, page, keys } = site();
    clock.setNow(clock.now() + 10);
    page().keep('young', [entry('young')]);
    clock.setNow(clock.now() - 10);
    for (let n = 0; n < 20; n += 1) page().keep(`${n}`, [entry(`${n}`)]);
    expect(keys()).toContain('sent:young');
    expect(keys()).not.toContain('sent:0');
  });

  it('of another version stay, what is none of them is removed', async () => {
    const { raw, settle, keys } = site();
    raw.setItem('sent:future', '{"v":2}');
    raw.setItem('sent:junk', 'junk');
    expect(await settle(true)).toEqual({ delivered: [], failed: [] });
    expect(keys()).toEqual(['sent:future']);
  });
});
