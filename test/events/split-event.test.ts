import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LooseEvent } from '../../src/events/event-rules.js';
import { splitEvent } from '../../src/events/split-event.js';

const numbered = <Item>(length: number, make: (index: number) => Item) => Array.from({ length }, (_, n) => make(n));
const objects = (length: number) => numbered(length, (n) => `o${n}`);
const lengths = (parts: readonly Readonly<Record<string, unknown>>[] | undefined, field: string) =>
  parts?.map((part) => (part[field] as unknown[]).length);

describe('splitEvent', () => {
  it.each([{}, { objectIDs: [] }, { objectIDs: objects(20) }, { filters: objects(20) }, { objectIDs: null }])(
    'leaves %j whole',
    (event) => {
      expect(splitEvent(event)).toBeUndefined();
    },
  );

  it('cuts 21 objects or filters into 20 and one', () => {
    expect(lengths(splitEvent({ objectIDs: objects(21) }), 'objectIDs')).toEqual([20, 1]);
    expect(lengths(splitEvent({ filters: objects(21) }), 'filters')).toEqual([20, 1]);
  });

  it('cuts 40 into two parts, without an empty third', () => {
    expect(lengths(splitEvent({ objectIDs: objects(40) }), 'objectIDs')).toEqual([20, 20]);
  });

  it('loses, doubles and reorders nothing, and keeps positions with their objects', () => {
    fc.assert(
      fc.property(fc.integer({ min: 21, max: 200 }), (count) => {
        const event = { eventName: 'e', objectIDs: objects(count), positions: numbered(count, (n) => n + 1) };
        const parts = splitEvent(event)!;
        expect(parts.flatMap(({ objectIDs }) => objectIDs)).toEqual(event.objectIDs);
        for (const { eventName, objectIDs, positions } of parts) {
          expect(eventName).toBe('e');
          expect((positions as number[]).map((position) => `o${position - 1}`)).toEqual(objectIDs);
        }
      }),
    );
  });

  it.each([
    ['too few positions', { objectIDs: objects(21), positions: numbered(20, Number) }],
    ['positions that are no list', { objectIDs: objects(21), positions: 'x'.repeat(21) }],
    ['objectData for some objects', { objectIDs: objects(21), objectData: [{}] }],
    ['filters next to more objects', { objectIDs: objects(25), filters: objects(21) }],
    ['a text in the place of the objects', { objectIDs: 'x'.repeat(21) }],
  ])('leaves an event with %s whole', (_, event) => {
    expect(splitEvent(event)).toBeUndefined();
  });

  it('splits an event whose other lists are null', () => {
    const parts = splitEvent({ objectIDs: objects(21), positions: null });
    expect(parts?.map(({ positions }) => positions)).toEqual([null, null]);
  });

  it('adds no value to an event without one', () => {
    const parts = splitEvent({ objectIDs: objects(21), objectData: objects(21).map(() => ({ price: 1 })) });
    expect(parts?.map((part) => 'value' in part)).toEqual([false, false]);
  });
});

describe('the value of a split purchase', () => {
  const valuesOf = (event: LooseEvent) => splitEvent({ objectIDs: objects(25), ...event })!.map(({ value }) => value);
  const items = (item: object) => objects(25).map(() => item);

  it('is what the items of each part cost', () => {
    expect(valuesOf({ value: 75, objectData: items({ price: 1.5, quantity: 2 }) })).toEqual([60, 15]);
  });

  it('counts one unit where no quantity is given, and none for quantity 0', () => {
    expect(valuesOf({ value: 75, objectData: items({ price: 3 }) })).toEqual([60, 15]);
    expect(valuesOf({ value: 75, objectData: items({ price: 3, quantity: 0 }) })).toEqual([0, 0]);
  });

  it('has no rounding noise', () => {
    expect(valuesOf({ value: 2.5, objectData: items({ price: 0.1 }) })).toEqual([2, 0.5]);
  });

  it.each([
    ['without items', {}],
    ['without prices', { objectData: items({ quantity: 2 }) }],
    ['with prices that are no numbers', { objectData: items({ price: 'free' }) }],
    ['with items that are null', { objectData: items(null as never) }],
  ])('stays with the first part %s', (_, event) => {
    expect(valuesOf({ value: 60, ...event })).toEqual([60, undefined]);
  });

  it('adds up to the worth of all items', () => {
    const cents = fc.array(fc.nat(100_000), { minLength: 21, maxLength: 100 });
    fc.assert(
      fc.property(cents, (prices) => {
        const parts = splitEvent({
          objectIDs: objects(prices.length),
          objectData: prices.map((price) => ({ price: price / 100 })),
          value: 1,
        })!;
        const total = parts.reduce((sum, { value }) => sum + (value as number), 0);
        expect(total).toBeCloseTo(prices.reduce((sum, price) => sum + price, 0) / 100, 4);
      }),
    );
  });
});

describe('objects found by the query cache', () => {
  const inferred = (event: LooseEvent) => splitEvent(event)!.map((part) => part.objectIDsWithInferredQueryID);

  it('are named only in the part that has them', () => {
    const event = { objectIDs: objects(25), objectIDsWithInferredQueryID: ['o3', 'o24', 'unknown'] };
    expect(inferred(event)).toEqual([['o3'], ['o24']]);
  });

  it('are left as they are where they are no list, and named in no part with filters', () => {
    expect(inferred({ objectIDs: objects(25), objectIDsWithInferredQueryID: 'o3' })).toEqual(['o3', 'o3']);
    expect(inferred({ filters: objects(25), objectIDsWithInferredQueryID: ['o3'] })).toEqual([[], []]);
  });
});
