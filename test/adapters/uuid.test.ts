import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { OutboxEntry } from '../../src/adapters/ports.js';
import { isRandomStrong, uuid } from '../../src/adapters/uuid.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { memoryStorage } from '../support/memory-storage.js';

const pattern = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const many = Array.from({ length: 1_000 });

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('is a random UUID of version 4', () => {
  const ids = many.map(uuid);
  for (const id of ids) expect(id).toMatch(pattern);
  expect(new Set(ids).size).toBe(many.length);
  expect(isRandomStrong()).toBe(true);
});

// S11: there was no warning, and with a fixed Math.random two tabs shared one page id.
describe.each<[string, unknown]>([
  ['no crypto', undefined],
  ['a crypto without getRandomValues', {}],
  [
    'a crypto that throws, as in workers outside of a request',
    {
      getRandomValues() {
        throw new Error('Disallowed operation');
      },
    },
  ],
])('with %s and a Math.random that always says the same', (_, crypto) => {
  beforeEach(() => {
    vi.stubGlobal('crypto', crypto);
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });

  it('ids of one page differ, and it is known that they are weak', () => {
    expect(isRandomStrong()).toBe(false);
    const ids = many.map(uuid);
    for (const id of ids) expect(id).toMatch(pattern);
    expect(new Set(ids).size).toBe(many.length);
  });

  it('ids of two pages differ that were opened at different times', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    const open = async (age: number) => {
      vi.resetModules();
      vi.spyOn(performance, 'now').mockReturnValue(age);
      return (await import('../../src/adapters/uuid.js')).uuid();
    };
    expect(await open(20)).not.toBe(await open(20.1));
  });

  it('pages of one name keep their events apart, though no clock tells them apart', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(1_800_000_000_000);
    vi.spyOn(performance, 'now').mockReturnValue(20);
    const [storage, clock, tabs] = [memoryStorage(), fakeClock(), fakeTabs()];
    async function open() {
      vi.resetModules();
      const { storageOutbox } = await import('../../src/adapters/storage-outbox.js');
      const outbox = storageOutbox({ appId: 'APP', storage, clock, tabs: tabs(), locks: undefined });
      outbox.open?.(() => {});
      return outbox;
    }
    const entry = (id: string): OutboxEntry => ({
      id,
      json: '{"userToken":"u1"}',
      timestamp: 1_800_000_000_000,
      trackedAt: 5,
      bytes: 60,
      suspectFields: [],
    });
    const [one, two] = [await open(), await open()];
    one.add(entry('first'));
    await clock.advance(0);
    two.add(entry('second'));
    await clock.advance(0);
    one.add(entry('third'));
    await clock.advance(0);
    const stored = Array.from({ length: storage.length }, (_, index) => storage.getItem(storage.key(index)!)!);
    const ids = stored.flatMap((text) => text.match(/first|second|third/g) ?? []);
    expect(ids.sort()).toEqual(['first', 'second', 'third']);
  });
});
