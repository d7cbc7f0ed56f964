import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idLifetimeMs, type QueuedEvent, type RelayStore } from '../src/store.js';

/** How the suite makes stores of a kind. */
export interface StoreKind {
  /** A store that is empty. @param now Milliseconds since the Unix epoch. */
  create(now: () => number): Promise<RelayStore> | RelayStore;
  /** Opens what a closed store has kept. */
  reopen?(now: () => number): Promise<RelayStore> | RelayStore;
  /** Whether the store takes its time from `now`. @default true */
  hasClock?: boolean;
}

const event = (id: string, fields: object = {}) => {
  const json = JSON.stringify({ eventType: 'click', userToken: 'visitor-1', objectIDs: [id], ...fields });
  const { userToken, authenticatedUserToken } = JSON.parse(json);
  return { id, json, tokens: [userToken, authenticatedUserToken].filter(Boolean) };
};
const many = (count: number) => Array.from({ length: count }, (_, index) => event(`many-${index}`));
const textsOf = (events: readonly QueuedEvent[]) => events.map(({ json }) => json);

/** What each store promises. */
export function describeStore(name: string, { create, reopen, hasClock = true }: StoreKind): void {
  describe(name, () => {
    let time = 1_700_000_000_000;
    let store: RelayStore;
    beforeEach(async () => {
      store = await create(() => time);
    });
    afterEach(() => store.close());

    it('gives out events in the order in which they came', async () => {
      expect(await store.add('app', [event('a'), event('b')])).toEqual([true, true]);
      await store.add('app', [event('c')]);
      expect(textsOf(await store.take('app', 10, 1e6))).toEqual(['a', 'b', 'c'].map((id) => event(id).json));
    });

    it('keeps one of two events with the same id', async () => {
      expect(await store.add('app', [event('a'), event('a'), event('b')])).toEqual([true, false, true]);
      expect(await store.add('app', [event('b'), event('c')])).toEqual([false, true]);
      expect(await store.take('app', 10, 1e6)).toHaveLength(3);
    });

    it('keeps one of many events with the same id that come at once', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => store.add('app', [event('a')])));
      expect(answers.flat().filter(Boolean)).toHaveLength(1);
      expect(await store.take('app', 100, 1e6)).toHaveLength(1);
    });

    it('knows the id of a settled event', async () => {
      await store.add('app', [event('a')]);
      await store.settle('app', await store.take('app', 10, 1e6));
      expect(await store.add('app', [event('a')])).toEqual([false]);
      expect(await store.take('app', 10, 1e6)).toEqual([]);
    });

    it('keeps applications apart', async () => {
      expect(await store.add('app', [event('a')])).toEqual([true]);
      expect(await store.add('other', [event('a')])).toEqual([true]);
      expect(await store.take('app', 10, 1e6)).toHaveLength(1);
      expect(await store.take('other', 10, 1e6)).toHaveLength(1);
    });

    it('gives each event to one taker until it is released', async () => {
      await store.add('app', many(5));
      const first = await store.take('app', 2, 1e6);
      const second = await store.take('app', 10, 1e6);
      expect(first).toHaveLength(2);
      expect(second).toHaveLength(3);
      expect(await store.take('app', 10, 1e6)).toEqual([]);
      await store.release('app', first);
      await expect.poll(async () => textsOf(await store.take('app', 10, 1e6))).toEqual(textsOf(first));
    });

    it('cuts what it gives out at a number of events and of bytes', async () => {
      await store.add('app', many(30));
      expect(await store.take('app', 7, 1e6)).toHaveLength(7);
      const bytes = Buffer.byteLength(event('many-7').json) + 1;
      expect((await store.take('app', 100, bytes * 3)).length).toBeLessThanOrEqual(3);
      // An event that is larger than the limit would never go out.
      expect(await store.take('app', 100, 1)).toHaveLength(1);
    });

    it('counts what is queued and says how old it is', async () => {
      expect(await store.size('app')).toEqual({ events: 0, oldestAt: undefined });
      const before = hasClock ? time : Date.now();
      await store.add('app', many(3));
      const { events, oldestAt } = await store.size('app');
      expect(events).toBe(3);
      expect(oldestAt).toBeGreaterThanOrEqual(before - 1_000);
      await store.settle('app', await store.take('app', 3, 1e6));
      await expect.poll(() => store.size('app')).toEqual({ events: 0, oldestAt: undefined });
    });

    it('forgets the queued events of a visitor, under either token', async () => {
      await store.add('app', [
        event('a'),
        event('b', { userToken: 'visitor-2' }),
        event('c', { userToken: 'visitor-3', authenticatedUserToken: 'visitor-1' }),
      ]);
      expect(await store.forget('app', 'visitor-1')).toBe(2);
      expect(textsOf(await store.take('app', 10, 1e6))).toEqual([event('b', { userToken: 'visitor-2' }).json]);
    });

    it('keeps any text whole', async () => {
      const odd = event('odd', { objectIDs: ['\u0000', '"\\', '\u{1f600}', '\u2028', 'x'.repeat(100_000)] });
      await store.add('app', [odd]);
      expect(textsOf(await store.take('app', 10, 1e6))).toEqual([odd.json]);
    });

    if (hasClock) {
      it('knows an id for 31 days', async () => {
        await store.add('app', [event('a')]);
        await store.settle('app', await store.take('app', 10, 1e6));
        time += idLifetimeMs - 1;
        expect(await store.add('app', [event('a')])).toEqual([false]);
        time += 1;
        await store.add('app', [event('b')]);
        expect(await store.add('app', [event('a')])).toEqual([true]);
      });
    }

    if (reopen) {
      it('has the same events and ids when it is opened again', async () => {
        await store.add('app', many(5));
        await store.settle('app', await store.take('app', 2, 1e6));
        await store.close();
        store = await reopen(() => time);
        expect(await store.add('app', many(5))).toEqual([false, false, false, false, false]);
        expect((await store.size('app')).events).toBe(3);
        expect(textsOf(await store.take('app', 10, 1e6))).toEqual(
          many(5)
            .slice(2)
            .map(({ json }) => json),
        );
      });
    }
  });
}
