import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodyOf, bytesOf, frameBytes, timestampBytes, wireText } from '../../src/events/event-text.js';

const jsonObject = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()).map((value) => JSON.stringify(value));

describe('bytesOf', () => {
  it('counts what UTF-8 takes', () => {
    expect(['', 'a', '\x7f', '\x80', 'é', '日', '😀', 'a%é'].map(bytesOf)).toEqual([0, 1, 1, 2, 2, 3, 4, 4]);
  });

  it('agrees with the platform on any JSON', () => {
    fc.assert(fc.property(jsonObject, (json) => bytesOf(json) === Buffer.byteLength(json)));
  });
});

describe('wireText', () => {
  it('adds the timestamp as the last field', () => {
    expect(wireText('{"a":1}', 1_800_000_000_000)).toBe('{"a":1,"timestamp":1800000000000}');
  });

  it('leaves an event without timestamp as it is, and writes the timestamp 0', () => {
    expect(wireText('{"a":1}', undefined)).toBe('{"a":1}');
    expect(JSON.parse(wireText('{"a":1}', 0))).toEqual({ a: 1, timestamp: 0 });
  });
});

describe('bodyOf', () => {
  it('is JSON with the events in order', () => {
    expect(JSON.parse(bodyOf(['{"a":1}', '{"b":2}']))).toEqual({ events: [{ a: 1 }, { b: 2 }] });
    expect(JSON.parse(bodyOf([]))).toEqual({ events: [] });
  });

  it('is never larger than its frame and the bytes reserved for each event', () => {
    const events = fc.array(
      fc.tuple(
        jsonObject.filter((json) => json !== '{}'),
        fc.nat(99_999_999_999_999),
      ),
    );
    fc.assert(
      fc.property(events, (all) => {
        const reserved = all.reduce((sum, [json]) => sum + bytesOf(json) + timestampBytes, frameBytes);
        return bytesOf(bodyOf(all.map(([json, timestamp]) => wireText(json, timestamp)))) <= reserved;
      }),
    );
  });
});
