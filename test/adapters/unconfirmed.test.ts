import { describe, expect, it } from 'vitest';
import { parseChunk } from '../../src/adapters/chunk.js';
import { unconfirmedChunks } from '../../src/adapters/unconfirmed.js';
import { safeStorage } from '../../src/adapters/web-storage.js';
import { fakeClock } from '../../src/testing/index.js';
import { entry, idsOf } from '../support/entry.js';
import { memoryStorage } from '../support/memory-storage.js';

/** A site whose pages share a storage. */
function site() {
  const [clock, raw] = [fakeClock(), memoryStorage()];
  const storage = safeStorage({ storage: raw });
  const page = () => unconfirmedChunks({ storage, clock, prefix: 'sent:', chunkPrefix: 'free:', onPutBack() {} });
  /** What a page learns from an answer: what counts as delivered, and what any page may send again. */
  function settle(isTaken: boolean, sentAt = clock.now(), chunks = page()) {
    const delivered: string[] = [];
    chunks.settle(isTaken, sentAt, (entries) => delivered.push(...idsOf(entries)));
    return { delivered, failed: free() };
  }
  /** What any page may take. */
  const free = () =>
    storage.keysUnder('free:').flatMap((key) => {
      const chunk = parseChunk(storage.get(key));
      return chunk?.isFree ? idsOf(chunk.entries) : [];
    });
  /** Copies that wait for an answer, by name. */
  const kept = () => storage.keysUnder('sent:').map((key) => key.split(':').at(-1));
  return { clock, raw, page, settle, free, kept };
}

describe('events that the browser was given at page exit', () => {
  it('count as delivered once the API accepts a later request', () => {
    const { page, settle, kept } = site();
    page().keep('a', [entry('1'), entry('2')]);
    page().keep('b', [entry('3')]);
    expect(settle(true)).toEqual({ delivered: ['1', '2', '3'], failed: [] });
    expect(kept()).toEqual([]);
    expect(settle(true)).toEqual({ delivered: [], failed: [] });
  });

  it('are sent again when the next request fails', () => {
    const { page, settle, kept } = site();
    page().keep('a', [entry('1')]);
    expect(settle(false)).toEqual({ delivered: [], failed: ['1'] });
    expect(kept()).toEqual([]);
  });

  it('count as delivered when the failure comes five minutes later', async () => {
    for (const [ms, isSentAgain] of [
      [299_999, true],
      [300_000, false],
    ] as const) {
      const { clock, page, settle } = site();
      page().keep('a', [entry('1')]);
      await clock.advance(ms);
      const { failed, delivered } = settle(false);
      expect([failed.length, delivered.length]).toEqual(isSentAgain ? [1, 0] : [0, 1]);
    }
  });

  it('are sent again after a failure however soon before the exit the API had answered', async () => {
    const { clock, page, settle } = site();
    settle(true);
    page().keep('a', [entry('1')]);
    await clock.advance(1_000);
    expect(settle(false)).toMatchObject({ failed: ['1'] });
  });

  it('are told nothing by a request that was sent before them', () => {
    const { clock, page, settle, kept } = site();
    const sentAt = clock.now() - 1;
    page().keep('a', [entry('1')]);
    expect(settle(true, sentAt)).toEqual({ delivered: [], failed: [] });
    expect(settle(false, sentAt)).toEqual({ delivered: [], failed: [] });
    expect(kept()).toEqual(['a']);
    expect(settle(true, sentAt + 1)).toMatchObject({ delivered: ['1'] });
  });

  it('are put back where the browser did not take them', () => {
    const { page, settle, kept, free } = site();
    const chunks = page();
    const putBack = chunks.keep('a', [entry('1')]);
    chunks.keep('b', [entry('2')]);
    putBack();
    putBack();
    expect(free()).toEqual(['1']);
    expect(kept()).toEqual(['b']);
    expect(settle(true)).toMatchObject({ delivered: ['2'] });
  });

  it('are sent again once when several pages learn that they failed', () => {
    const { clock, page, settle } = site();
    page().keep('a', [entry('1')]);
    const pages = [page(), page(), page()];
    expect(pages.map((chunks) => settle(false, clock.now(), chunks).failed)).toEqual([['1'], ['1'], ['1']]);
  });

  it('count as delivered on one of several pages', () => {
    const { clock, page, settle } = site();
    page().keep('a', [entry('1')]);
    const pages = [page(), page(), page()];
    expect(pages.flatMap((chunks) => settle(true, clock.now(), chunks).delivered)).toEqual(['1']);
  });

  it('are a recent exit for ten seconds, or until an answer tells of it', async () => {
    const { clock, page, settle } = site();
    expect(page().hasRecent()).toBe(false);
    page().keep('a', [entry('1')]);
    await clock.advance(9_999);
    expect(page().hasRecent()).toBe(true);
    await clock.advance(1);
    expect(page().hasRecent()).toBe(false);
    page().keep('b', [entry('2')]);
    expect(page().hasRecent()).toBe(true);
    settle(true);
    expect(page().hasRecent()).toBe(false);
  });

  it('are kept for twenty exits without an answer, then the oldest counts as delivered', async () => {
    const { clock, page, settle, kept } = site();
    for (let n = 0; n < 21; n += 1) {
      page().keep(`${n}`, [entry(`${n}`)]);
      await clock.advance(1);
    }
    expect(kept()).toHaveLength(20);
    const { failed } = settle(false);
    expect(failed.sort((a, b) => +a - +b)).toEqual(Array.from({ length: 20 }, (_, n) => `${n + 1}`));
  });

  it('make room by age, whatever order the storage has', () => {
    const { clock, page, kept } = site();
    clock.setNow(clock.now() + 10);
    page().keep('young', [entry('young')]);
    clock.setNow(clock.now() - 10);
    for (let n = 0; n < 20; n += 1) page().keep(`${n}`, [entry(`${n}`)]);
    expect(kept()).toContain('young');
    expect(kept()).not.toContain('0');
  });

  it('that are none of them, or of another version, are removed', () => {
    const { raw, settle, kept } = site();
    raw.setItem('sent:1:future', '{"v":2}');
    raw.setItem('sent:1:junk', 'junk');
    raw.setItem('sent:junk', 'junk');
    expect(settle(true)).toEqual({ delivered: [], failed: [] });
    expect(kept()).toEqual([]);
  });

  it('are not read when a page ends: their keys tell the time', () => {
    const { raw, page } = site();
    const chunks = page();
    chunks.keep('a', [entry('1')]);
    raw.getItem = () => {
      throw new Error('read');
    };
    for (let n = 0; n < 20; n += 1) chunks.keep(`${n}`, [entry(`${n}`)]);
    expect(chunks.hasRecent()).toBe(true);
  });
});
