import { describe, expect, it } from 'vitest';
import { memoryOutbox } from '../../src/adapters/memory-outbox.js';
import type { Outbox, OutboxEntry } from '../../src/adapters/ports.js';
import { storageOutbox } from '../../src/adapters/storage-outbox.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';

const limits = { maxEvents: 5, maxBytes: 1_000 };
const stored = (storage: Storage | undefined, isOpen: boolean) => () => {
  const outbox = storageOutbox({
    ...limits,
    appId: 'APP',
    storage,
    locks: fakeLocks(),
    tabs: fakeTabs()(),
    clock: fakeClock(),
  });
  if (isOpen) outbox.open?.(() => {});
  return outbox;
};
const full = () => ({
  ...memoryStorage(),
  setItem: () => {
    throw new DOMException('full', 'QuotaExceededError');
  },
});
const blocked = () =>
  new Proxy({} as Storage, {
    get() {
      throw new DOMException('blocked', 'SecurityError');
    },
  });

const outboxes: [string, () => Outbox][] = [
  ['memory', () => memoryOutbox(limits)],
  ['storage', stored(memoryStorage(), true)],
  ['storage before consent', stored(memoryStorage(), false)],
  // ST-03 of the test cases.
  ['storage that is full', stored(full(), true)],
  // ST-01 of the test cases.
  ['storage that throws', stored(blocked(), true)],
  ['no storage', stored(undefined, true)],
];

const entry = (id: string, bytes = 100): OutboxEntry => ({
  id,
  json: '{"eventType":"click"}',
  timestamp: 1,
  trackedAt: 1,
  bytes,
  suspectFields: [],
});
const idsIn = (outbox: Outbox) => Array.from(outbox.entries(), ({ id }) => id);

describe.each(outboxes)('an outbox: %s', (_, create) => {
  it('keeps entries in order, as the objects they are', () => {
    const outbox = create();
    const entries = ['a', 'b', 'c'].map((id) => entry(id));
    for (const each of entries) expect(outbox.add(each)).toEqual([]);
    expect([...outbox.entries()].every((kept, index) => kept === entries[index])).toBe(true);
    expect(outbox.size).toBe(3);
  });

  it('removes what it is given, and what is not there without complaint', () => {
    const outbox = create();
    const [a, b] = [entry('a'), entry('b')];
    outbox.add(a);
    outbox.add(b);
    outbox.remove([a, entry('x')]);
    outbox.remove([a]);
    expect(idsIn(outbox)).toEqual(['b']);
  });

  // ST-04 of the test cases.
  it('lets the oldest go when there are too many, or too many bytes', () => {
    const outbox = create();
    for (const id of ['a', 'b', 'c', 'd', 'e']) outbox.add(entry(id));
    expect(outbox.add(entry('f')).map(({ id }) => id)).toEqual(['a']);
    expect(outbox.add(entry('g', 700)).map(({ id }) => id)).toEqual(['b', 'c']);
    expect(idsIn(outbox)).toEqual(['d', 'e', 'f', 'g']);
  });

  it('clears, and can be filled again', () => {
    const outbox = create();
    outbox.add(entry('a'));
    outbox.clear();
    expect([outbox.size, idsIn(outbox)]).toEqual([0, []]);
    outbox.add(entry('b'));
    expect(idsIn(outbox)).toEqual(['b']);
  });
});
