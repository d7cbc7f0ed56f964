import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkText, parseChunk } from '../../src/adapters/chunk.js';
import type { OutboxEntry } from '../../src/adapters/ports.js';
import { entry, idsOf } from '../support/entry.js';

const whole = entry('a', { isGiven: true, suspectFields: ['click.index'] });
/** A stored chunk with these fields in the place of its own. */
const stored = (fields: object, entries: unknown[] = [whole]) =>
  JSON.stringify({ v: 1, at: 7, isFree: true, entries, ...fields });

describe('a chunk', () => {
  it('comes back as it was stored, but for the clock of the page that tracked its events', () => {
    const { trackedAt, ...kept } = whole;
    expect(parseChunk(chunkText({ at: 7, isFree: true, entries: [whole] }))).toEqual({
      at: 7,
      isFree: true,
      entries: [kept],
    });
  });

  it('comes back whatever text its events hold', () => {
    const fields = {
      at: fc.maxSafeInteger(),
      isFree: fc.boolean(),
      names: fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }),
    };
    fc.assert(
      fc.property(fc.record(fields), ({ at, isFree, names }) => {
        const entries = names.map((name) => entry(name, { bytes: 100 + 6 * name.length }));
        const chunk = parseChunk(chunkText({ at, isFree, entries }))!;
        expect([chunk.at, chunk.isFree]).toEqual([at, isFree]);
        expect(chunk.entries.map(({ json }) => json)).toEqual(entries.map(({ json }) => json));
      }),
    );
  });

  it('is free only where it says so with true', () => {
    expect([true, false, 1, 'true', undefined].map((isFree) => parseChunk(stored({ isFree }))?.isFree)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('of another version is left alone', () => {
    expect([parseChunk(stored({ v: 2 })), parseChunk('{"v":0}')]).toEqual([null, null]);
  });

  it.each([
    undefined,
    '',
    'text',
    'null',
    '7',
    '[]',
    '{}',
    stored({ v: '1' }),
    stored({ at: 'now' }),
    stored({ at: 0.5 }),
    stored({ at: null }),
    stored({ entries: {} }),
    stored({}).slice(0, -1),
  ])('is not %j', (text) => {
    expect(parseChunk(text)).toBeUndefined();
  });

  it('nothing stored makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((entries) => stored({ entries })),
        ),
        (text) => {
          const chunk = parseChunk(text);
          return !chunk || Array.isArray(chunk.entries);
        },
      ),
    );
  });
});

describe('an event of a chunk', () => {
  const json = (event: object) => ({ json: JSON.stringify(event), bytes: 500 });
  it.each<[string, object]>([
    ['without id', { id: undefined }],
    ['with an id that is no text', { id: 7 }],
    ['without text', { json: undefined }],
    ['that is a list', { json: '[]' }],
    ['that is cut off', { json: '{"userToken":"u1"' }],
    ['that is no JSON', { json: '{userToken}' }],
    ['with text around it', { json: ' {"userToken":"u1"} ' }],
    ['without user token', json({ eventType: 'click' })],
    ['with a user token that Algolia would reject', json({ userToken: 'a b' })],
    ['with an e-mail address as user token', json({ userToken: 'jane@example.com' })],
    ['with a time that is no number', { timestamp: '1' }],
    ['with a time in fractions', { timestamp: 0.5 }],
    ['with bytes that are no number', { bytes: '100' }],
    ['with bytes in fractions', { bytes: 100.5 }],
    ['with fewer bytes than characters', { bytes: whole.json.length - 1 }],
    ['with more bytes than a request takes', { bytes: 1_990_001 }],
    ['without suspect fields', { suspectFields: undefined }],
    ['with suspect fields that are no texts', { suspectFields: ['click.index', 7] }],
  ])('%s is not taken, its neighbours are', (_, fields) => {
    const damaged = { ...whole, id: 'damaged', ...fields };
    const text = stored({}, [entry('before'), damaged, null, 'text', entry('after')]);
    expect(idsOf(parseChunk(text)!.entries)).toEqual(['before', 'after']);
  });

  it('is taken at the bounds: as many bytes as characters, or as a request takes', () => {
    const entries = [entry('a', { bytes: whole.json.length }), entry('b', { bytes: 1_990_000 })];
    expect(idsOf(parseChunk(stored({}, entries))!.entries)).toEqual(['a', 'b']);
  });

  it('is taken with line separators in its text, and with a token that only its page may judge', () => {
    const odd = json({ eventName: '\u2028', userToken: '+4917012345678' });
    const spaced = { json: '{"userToken":"u1",\n"eventName":"x"}' };
    expect(parseChunk(stored({}, [entry('a', odd), entry('b', spaced)]))!.entries).toHaveLength(2);
  });

  it('has a time of its own only where that is true, and no more fields than it needs', () => {
    const [kept] = parseChunk(stored({}, [{ ...whole, isGiven: 'yes', extra: 1, trackedAt: 5 }]))!.entries as [
      OutboxEntry,
    ];
    expect(kept.isGiven).toBeUndefined();
    expect(Object.keys(kept).sort()).toEqual(['bytes', 'id', 'isGiven', 'json', 'suspectFields', 'timestamp']);
  });
});
