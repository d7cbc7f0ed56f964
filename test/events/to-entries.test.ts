import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUserToken } from '../../machines/index.js';
import type { OutboxEntry } from '../../src/adapters/ports.js';
import { type Moment, toEntries } from '../../src/events/to-entries.js';
import { maxBatchBytes } from '../../src/limits.js';
import { click } from '../support/setup.js';

const moment: Moment = {
  tokens: { token: 'anonymous-1', authenticatedToken: undefined },
  checkToken: checkUserToken,
  id: 'id',
  now: 1_800_000_000_000,
  monotonicNow: 7,
};
const convert = (raw: unknown, kind = {}, more: Partial<Moment> = {}) => toEntries(raw, kind, { ...moment, ...more });
const entriesOf = (raw: unknown, kind = {}): readonly OutboxEntry[] => convert(raw, kind).entries!;
const sent = (raw: unknown, kind = {}) => entriesOf(raw, kind).map(({ json }) => JSON.parse(json));

describe('an event', () => {
  it('becomes one entry with its token, frozen as text', () => {
    const event = Object.freeze(click());
    expect(convert(event)).toEqual({
      entries: [
        {
          id: 'id',
          json: JSON.stringify({ ...event, userToken: 'anonymous-1' }),
          timestamp: 1_800_000_000_000,
          isGiven: undefined,
          trackedAt: 7,
          bytes: expect.any(Number),
          suspectFields: [],
        },
      ],
      warnings: [],
    });
  });

  it('gets type and subtype from the method, and its own win', () => {
    const kind = { eventType: 'conversion', eventSubtype: 'purchase' };
    const { eventType, ...untyped } = click();
    expect(sent(untyped, kind)).toMatchObject([kind]);
    const own = { eventType: 'conversion', eventSubtype: 'addToCart' };
    expect(sent({ ...untyped, ...own }, kind)).toMatchObject([own]);
    expect(sent(untyped, { eventType })[0]).not.toHaveProperty('eventSubtype');
  });

  it('reserves the bytes of its timestamp and comma', () => {
    const [{ json, bytes }] = entriesOf(click('é')) as [OutboxEntry];
    expect(bytes).toBe(Buffer.byteLength(`${json.slice(0, -1)},"timestamp":1800000000000},`) + 1);
  });

  it('is split with numbered ids, the first of which is its own', () => {
    const objectIDs = Array.from({ length: 45 }, (_, n) => `o${n}`);
    const entries = entriesOf({ ...click(), objectIDs });
    expect(entries.map(({ id }) => id)).toEqual(['id', 'id.1', 'id.2']);
    expect(entries.flatMap(({ json }) => JSON.parse(json).objectIDs)).toEqual(objectIDs);
  });

  it('of an unknown type passes untouched', () => {
    const event = { eventType: 'other', filters: ['a:b c'], objectIDs: [] };
    expect(sent(event)).toMatchObject([event]);
    const long = { eventType: 'other', objectIDs: Array.from({ length: 45 }, String) };
    expect(sent(long)).toMatchObject([long]);
  });
});

describe('what is no event', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const cyclic: Record<string, unknown> = { ...click() };
  cyclic.self = cyclic;
  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'click'],
    ['a list', [click()]],
    ['a function', () => click()],
    ['an object without a type', { eventName: 'Clicked' }],
    ['an empty type', { ...click(), eventType: '' }],
    ['a type that is no text', { ...click(), eventType: 7 }],
    [
      'a getter that throws',
      Object.defineProperty({}, 'eventType', { enumerable: true, get: () => cyclic.x!.toString() }),
    ],
    ['a cycle', cyclic],
    ['a bigint', { ...click(), n: 1n }],
    ['a revoked proxy', revoked.proxy],
  ])('%s is dropped', (_, raw) => {
    expect(convert(raw)).toEqual({
      dropped: { status: 'dropped', reason: 'not-an-event', field: 'eventType', message: expect.any(String) },
    });
  });

  it('nothing thrown at it makes it throw', () => {
    fc.assert(
      fc.property(fc.anything({ withBigInt: true, withNullPrototype: true }), (raw) => {
        const { entries, dropped } = convert(raw, { eventType: 'click' });
        return !entries !== !dropped;
      }),
    );
  });
});

describe('tokens', () => {
  it('a wrong token drops the event and names the field', () => {
    expect(convert({ ...click(), userToken: 'a b' }).dropped).toMatchObject({
      reason: 'invalid-token',
      field: 'userToken',
      message: expect.stringMatching(/\S/),
    });
  });

  it('a toJSON of the event does not replace them', () => {
    const event = { ...click(), toJSON: () => ({ userToken: 'mallory' }) };
    expect(sent(event)).toEqual([{ ...click(), userToken: 'anonymous-1' }]);
  });
});

describe('the timestamp', () => {
  it.each([1, 1_799_000_000_000, Number.MAX_SAFE_INTEGER])('%d is kept, and marked as given', (timestamp) => {
    const { entries, warnings } = convert({ ...click(), timestamp });
    expect(entries).toMatchObject([{ timestamp, isGiven: true }]);
    expect(entries![0]!.json).not.toContain('timestamp');
    expect(warnings).toEqual([]);
  });

  it.each([0, -1, 1.5, Number.NaN, '1799000000000', null, new Date(5), 2 ** 53])(
    '%s is replaced by the time of tracking, with a warning',
    (timestamp) => {
      const { entries, warnings } = convert({ ...click(), timestamp });
      expect(entries).toMatchObject([{ timestamp: moment.now }]);
      expect(entries![0]!.isGiven).toBeUndefined();
      expect(warnings).toEqual(['timestamp']);
    },
  );
});

describe('lists', () => {
  it.each([{ objectIDs: [] }, { objectIDs: undefined, filters: [] }])('%j has nothing to send', (lists) => {
    expect(convert({ ...click(), ...lists }).dropped).toEqual({
      status: 'dropped',
      reason: 'nothing-to-send',
      field: 'objectIDs',
      message: expect.stringMatching(/\S/),
    });
  });

  it('filters are encoded once, halves on their own', () => {
    const filters = ['brand:A & B%', 'brand:A%20%26%20B%25', 'plain', 'a:b:c', 'ä:ö', '\ud800:x', 7];
    const [event] = sent({ ...click(), objectIDs: undefined, filters });
    expect(event.filters).toEqual([
      'brand:A%20%26%20B%25',
      'brand:A%20%26%20B%25',
      'plain',
      'a:b%3Ac',
      '%C3%A4:%C3%B6',
      '\ud800:x',
      7,
    ]);
  });

  it('encoding an encoded filter changes nothing', () => {
    const filtersOf = (filters: readonly string[]) => sent({ ...click(), objectIDs: undefined, filters })[0].filters;
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }), (filters) => {
        const once = filtersOf(filters.map((filter) => `a:${filter}`));
        expect(filtersOf(once)).toEqual(once);
      }),
    );
  });
});

describe('suspect fields', () => {
  it('are named with the type in the entry, and alone in the warning', () => {
    const { entries, warnings } = convert({ ...click(), eventName: '', index: 7 });
    expect(entries![0]!.suspectFields).toEqual(['click.eventName', 'click.index']);
    expect(warnings).toEqual(['eventName', 'index']);
  });

  it('are found in the JSON that leaves, where NaN has become null', () => {
    expect(convert({ ...click(), eventType: 'conversion', value: Number.NaN }).warnings).toEqual(['value']);
  });
});

describe('size', () => {
  /** An event whose entry has exactly this many bytes more than the API takes, with the frame of a body. */
  const sized = (excess: number) => {
    const [{ bytes }] = entriesOf({ ...click(), pad: '' }) as [OutboxEntry];
    return { ...click(), pad: 'x'.repeat(maxBatchBytes - '{"events":[]}'.length - bytes + excess) };
  };

  it('an event that fills a request is taken, one byte more is too large', () => {
    expect(convert(sized(0)).entries).toHaveLength(1);
    expect(convert(sized(1)).dropped).toMatchObject({
      reason: 'too-large',
      field: '',
      message: expect.stringContaining(String(maxBatchBytes - '{"events":[]}'.length)),
    });
  });
});
