import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../src/adapters/memory-outbox.js';
import { entry, idsOf } from '../support/entry.js';

describe('an outbox in memory', () => {
  it('outlives no page', () => {
    expect(memoryOutbox().persistent).toBe(false);
  });

  it('holds 5000 events and 4,000,000 bytes where nothing else is said', () => {
    const outbox = memoryOutbox();
    const evicted = Array.from({ length: 5_001 }, (_, n) => outbox.add(entry(`${n}`))).flat();
    expect([outbox.size, idsOf(evicted)]).toEqual([5_000, ['0']]);
    outbox.clear();
    outbox.add(entry('a', { bytes: 3_999_900 }));
    expect(outbox.add(entry('b'))).toEqual([]);
    expect(idsOf(outbox.add(entry('c', { bytes: 1 })))).toEqual(['a']);
  });

  it('lets an event go at once that is larger than all it may hold', () => {
    const outbox = memoryOutbox({ maxBytes: 99 });
    expect(idsOf(outbox.add(entry('a')))).toEqual(['a']);
    expect(outbox.size).toBe(0);
  });

  it('counts the bytes of events that are removed or cleared no more', () => {
    const outbox = memoryOutbox({ maxBytes: 200 });
    const [a, b] = [entry('a'), entry('b')];
    outbox.add(a);
    outbox.add(b);
    outbox.remove([a, a, entry('unknown')]);
    expect(outbox.add(entry('c'))).toEqual([]);
    expect(idsOf(outbox.add(entry('d')))).toEqual(['b']);
    outbox.clear();
    expect([outbox.add(entry('e')), outbox.add(entry('f'))]).toEqual([[], []]);
  });

  it('keeps the newest events within its bounds, whatever is added and removed', () => {
    const step = fc.record({ bytes: fc.integer({ min: 1, max: 60 }), removes: fc.option(fc.nat(50)) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outbox = memoryOutbox({ maxEvents: 5, maxBytes: 100 });
        let expected: ReturnType<typeof entry>[] = [];
        const all: typeof expected = [];
        for (const { bytes, removes } of steps) {
          const added = entry(`${all.length}`, { bytes });
          all.push(added);
          expected.push(added);
          const evicted: typeof expected = [];
          const size = () => expected.reduce((sum, each) => sum + each.bytes, 0);
          while (expected.length > 5 || size() > 100) evicted.push(expected.shift()!);
          expect(outbox.add(added)).toEqual(evicted);
          if (removes !== null && all[removes]) {
            outbox.remove([all[removes]]);
            expected = expected.filter((each) => each !== all[removes]);
          }
          expect([...outbox.entries()]).toEqual(expected);
        }
      }),
    );
  });
});
