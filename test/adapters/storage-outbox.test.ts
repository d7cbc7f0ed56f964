import { describe, expect, it } from 'vitest';
import type { Outbox, OutboxEntry } from '../../src/adapters/ports.js';
import { storageOutbox } from '../../src/adapters/storage-outbox.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';

let made = 0;
const entry = (more: Partial<OutboxEntry> = {}): OutboxEntry => {
  made += 1;
  return {
    id: `id-${made}`,
    json: `{"n":${made},"userToken":"u1"}`,
    timestamp: 1_800_000_000_000,
    trackedAt: 5,
    bytes: 60,
    suspectFields: [],
    ...more,
  };
};
const idsIn = (outbox: Outbox) => Array.from(outbox.entries(), ({ id }) => id);

/** A browser in which pages come and go. */
function browser({ hasLocks = true } = {}) {
  const storage = memoryStorage();
  const clock = fakeClock();
  const locks = hasLocks ? fakeLocks() : undefined;
  const channel = fakeTabs();
  const keys = () => Array.from({ length: storage.length }, (_, index) => storage.key(index)!);
  return {
    storage,
    clock,
    locks,
    keys,
    /** Chunks, without the marks of pages. */
    chunks: () => keys().filter((key) => /:\d+$/.test(key)),
    /** Opens a page, with a channel of its own or, where it is dead, none. */
    async open(appId = 'APP', isDead = false) {
      const tabs = isDead ? { post() {}, open() {}, close() {} } : channel();
      const adopted: number[] = [];
      const outbox: Outbox = storageOutbox({ appId, storage, locks, clock, tabs });
      outbox.open?.(() => adopted.push(outbox.size));
      await clock.advance(0);
      return Object.assign(outbox, { adopted, crash: () => tabs.close() });
    },
  };
}

describe('chunks', () => {
  it('are written once for all events of a tick, and removed with the last of them', async () => {
    const { open, clock, chunks, storage } = browser();
    const outbox = await open();
    const entries = [entry(), entry(), entry()];
    for (const each of entries) outbox.add(each);
    expect(chunks()).toHaveLength(0);
    await clock.advance(0);
    expect(chunks()).toHaveLength(1);
    outbox.remove([entries[1]!]);
    expect(JSON.parse(storage.getItem(chunks()[0]!)!).entries.map(({ id }: OutboxEntry) => id)).toEqual([
      entries[0]!.id,
      entries[2]!.id,
    ]);
    outbox.remove([entries[0]!, entries[2]!]);
    expect(chunks()).toHaveLength(0);
  });

  it('wait for consent', async () => {
    const storage = memoryStorage();
    const clock = fakeClock();
    const outbox = storageOutbox({ appId: 'APP', storage, clock, locks: fakeLocks(), tabs: fakeTabs()() });
    outbox.add(entry());
    await clock.advance(60_000);
    expect([storage.length, outbox.persistent]).toEqual([0, false]);
    outbox.open?.(() => {});
    expect([storage.length, outbox.persistent]).toEqual([2, true]);
  });

  it('of every page and application are erased on denial, other things stay', async () => {
    const { open, keys, storage, clock } = browser();
    const [one, , other] = [await open(), await open(), await open('OTHER')];
    storage.setItem('shop', 'cart');
    one.add(entry());
    other.add(entry());
    await clock.advance(0);
    one.clear();
    expect([keys(), one.size]).toEqual([['shop'], 0]);
    await clock.advance(60_000);
    expect(one.size).toBe(0);
  });

  it("are written again after the shop's own localStorage.clear()", async () => {
    const { open, chunks, storage, clock } = browser();
    const outbox = await open();
    outbox.add(entry());
    await clock.advance(0);
    storage.clear();
    await outbox.prepare?.();
    expect([chunks().length, outbox.size]).toEqual([1, 1]);
  });

  // ST-08 of the test cases.
  it('what is no chunk is removed, an unknown version left alone, and only whole entries are taken', async () => {
    const { open, storage, clock } = browser();
    const good = {
      id: 'good',
      json: '{"a":1,"userToken":"u1"}',
      timestamp: 1,
      bytes: 50,
      suspectFields: ['click.index'],
    };
    const texts: Record<string, string> = {
      a: 'hello',
      b: 'null',
      c: '{"v":99,"entries":"of the future"}',
      d: '{"v":1,"at":1,"entries":[{"id":"cut',
      e: '{"v":1,"at":"yesterday","entries":[]}',
      f: JSON.stringify({
        v: 1,
        at: 1,
        isFree: true,
        entries: [
          null,
          7,
          {},
          { ...good, id: 7 },
          { ...good, json: '[]' },
          { ...good, json: '{' },
          { ...good, json: 'null' },
          { ...good, timestamp: 'now' },
          { ...good, bytes: -1e9 },
          { ...good, suspectFields: [{}] },
          { ...good, extra: 'not taken' },
          JSON.parse('{"__proto__":{"id":"polluted"}}'),
        ],
      }),
      g: `{"v":1,"at":1e400,"entries":[]}`,
    };
    for (const [name, text] of Object.entries(texts)) storage.setItem(`usertoken:outbox:APP:page-${name}:1`, text);
    const outbox = await open();
    await clock.advance(1_000);
    expect([...outbox.entries()]).toEqual([good]);
    expect(storage.getItem('usertoken:outbox:APP:page-c:1')).toBe(texts.c);
    for (const name of 'abdefg') expect(storage.getItem(`usertoken:outbox:APP:page-${name}:1`), name).toBeNull();
    expect(({} as { id?: string }).id).toBeUndefined();
  });
});

describe('storage that is full', () => {
  /** Takes what is short, as a mark is, and no chunk while it is full. */
  function fillable() {
    const storage = memoryStorage();
    const state = { isFull: true };
    const { setItem } = storage;
    storage.setItem = (key, value) => {
      if (state.isFull && value.length > 40) throw new DOMException('full', 'QuotaExceededError');
      setItem(key, value);
    };
    return { storage, state };
  }

  // ST-03 of the test cases.
  it('is no persistent outbox until what it holds is written, and it is tried again', async () => {
    const { storage, state } = fillable();
    const clock = fakeClock();
    const outbox = storageOutbox({ appId: 'APP', storage, clock, locks: fakeLocks(), tabs: fakeTabs()() });
    outbox.open?.(() => {});
    expect(outbox.persistent).toBe(true);
    outbox.add(entry());
    expect([outbox.persistent, outbox.size]).toEqual([false, 1]);
    state.isFull = false;
    outbox.save?.();
    expect(outbox.persistent).toBe(true);
  });

  it('after the shop has cleared it keeps the events in memory', async () => {
    const { storage, state } = fillable();
    state.isFull = false;
    const outbox = storageOutbox({ appId: 'APP', storage, clock: fakeClock(), locks: fakeLocks(), tabs: fakeTabs()() });
    outbox.open?.(() => {});
    outbox.add(entry());
    outbox.save?.();
    expect(outbox.persistent).toBe(true);
    storage.clear();
    state.isFull = true;
    await outbox.prepare?.();
    await outbox.prepare?.();
    expect([outbox.size, outbox.persistent]).toEqual([1, false]);
  });
});

describe('adoption', () => {
  // ST-07 of the test cases.
  it('what a page released is taken over at once, by one page, as it was', async () => {
    const { open, clock } = browser();
    const first = await open();
    const event = entry({ suspectFields: ['click.index'] });
    first.add(event);
    first.release?.();
    expect(first.size).toBe(0);
    const [second, third] = await Promise.all([open(), open()]);
    await clock.advance(5_000);
    const { trackedAt, ...kept } = event;
    expect([...second.entries(), ...third.entries()]).toEqual([kept]);
    expect([...second.adopted, ...third.adopted]).toEqual([1]);
  });

  it('what a crashed page left is taken over once it is ten seconds old, not sooner', async () => {
    const { open, clock } = browser();
    const dead = await open('APP', true);
    dead.add(entry());
    await clock.advance(0);
    const next = await open();
    await clock.advance(9_000);
    expect(next.size).toBe(0);
    await clock.advance(13_000);
    expect(idsIn(next)).toEqual(idsIn(dead));
  });

  // cases-2, S13
  it('what a page leaves that crashes is taken over within a minute by one that was open before and does nothing', async () => {
    const { open, clock } = browser();
    const idle = await open();
    const other = await open();
    other.add(entry());
    await clock.advance(20_000);
    expect([idle.size, other.size]).toEqual([0, 1]);
    other.crash();
    await clock.advance(60_000);
    expect(idsIn(idle)).toEqual(idsIn(other));
  });

  it('a living owner keeps what it has, however old', async () => {
    const { open, clock } = browser();
    const owner = await open();
    owner.add(entry());
    await clock.advance(60_000);
    const other = await open();
    await clock.advance(60_000);
    expect([owner.size, other.size]).toEqual([1, 0]);
  });

  it('an owner that was thought dead learns that its events are gone, before it sends', async () => {
    const { open, clock } = browser();
    const frozen = await open('APP', true);
    frozen.add(entry());
    await clock.advance(0);
    const other = await open();
    await clock.advance(25_000);
    expect(other.size).toBe(1);
    await frozen.prepare?.();
    expect(frozen.size).toBe(0);
  });

  it('an owner vouches for old events before it sends them, and lets the lock go a second later', async () => {
    const { open, clock, locks, chunks, storage } = browser();
    const owner = await open();
    owner.add(entry());
    await clock.advance(20_000);
    await owner.prepare?.();
    expect(owner.size).toBe(1);
    expect(JSON.parse(storage.getItem(chunks()[0]!)!).at).toBe(clock.now());
    expect([...locks!.held]).toEqual(chunks());
    await clock.advance(1_000);
    expect(locks!.held.size).toBe(0);
  });

  it('a page that comes back from the back-forward cache has what nobody took meanwhile', async () => {
    const { open, clock } = browser();
    const page = await open();
    page.add(entry());
    page.release?.();
    page.open?.(() => {});
    await clock.advance(1_000);
    expect(page.size).toBe(1);

    page.release?.();
    const other = await open();
    await clock.advance(1_000);
    page.open?.(() => {});
    await clock.advance(20_000);
    expect([page.size, other.size]).toEqual([0, 1]);
  });

  it('what is tracked after the release, by a later listener of the page, is kept for others as well', async () => {
    const { open, clock } = browser();
    const page = await open();
    page.release?.();
    page.add(entry());
    expect(page.size).toBe(0);
    const other = await open();
    await clock.advance(1_000);
    expect(other.size).toBe(1);
  });

  it('a page that found nothing of others before takes what one leaves later', async () => {
    const { open, clock } = browser();
    const first = await open();
    await clock.advance(60_000);
    const second = await open();
    second.add(entry());
    second.release?.();
    await clock.advance(15_000);
    expect(first.size).toBe(1);
  });

  it('tells which of its own had to go for what it took', async () => {
    const { storage, clock, open } = browser();
    const gone = await open();
    gone.add(entry());
    gone.release?.();
    const outbox = storageOutbox({
      appId: 'APP',
      maxEvents: 1,
      storage,
      clock,
      locks: fakeLocks(),
      tabs: fakeTabs()(),
    });
    const own = entry();
    outbox.add(own);
    const evicted: OutboxEntry[] = [];
    outbox.open?.((entries) => evicted.push(...entries));
    await clock.advance(1_000);
    expect([outbox.size, evicted]).toEqual([1, [own]]);
  });

  it('a page hidden before consent keeps its events for the grant', async () => {
    const { storage, clock, chunks } = browser();
    const outbox = storageOutbox({ appId: 'APP', storage, clock, locks: fakeLocks(), tabs: fakeTabs()() });
    outbox.add(entry());
    outbox.release?.();
    expect([outbox.size, storage.length]).toEqual([1, 0]);
    outbox.open?.(() => {});
    expect([outbox.size, chunks().length]).toEqual([1, 1]);
  });

  it('keeps applications apart', async () => {
    const { open, clock } = browser();
    const one = await open('ONE');
    one.add(entry());
    one.release?.();
    const two = await open('TWO');
    await clock.advance(30_000);
    expect(two.size).toBe(0);
  });

  it('without Web Locks takes only what is thirty seconds old', async () => {
    const { open, clock } = browser({ hasLocks: false });
    const gone = await open();
    gone.add(entry());
    gone.release?.();
    const next = await open();
    await clock.advance(29_000);
    expect(next.size).toBe(0);
    await clock.advance(15_000);
    expect(next.size).toBe(1);
  });

  it('leaves nothing behind when all is delivered', async () => {
    const { open, clock, keys } = browser();
    const first = await open();
    first.add(entry());
    first.release?.();
    const second = await open();
    await clock.advance(1_000);
    second.remove([...second.entries()]);
    second.release?.();
    await clock.advance(20_000);
    expect(keys()).toEqual(['usertoken:outbox:APP:mark']);
    expect(clock.timers).toBe(0);
  });

  it('takes an event once that stands in two chunks', async () => {
    const { open, clock, storage, chunks } = browser();
    const first = await open();
    first.add(entry());
    first.release?.();
    storage.setItem('usertoken:outbox:APP:twin:1', storage.getItem(chunks()[0]!)!);
    const next = await open();
    await clock.advance(1_000);
    expect(next.size).toBe(1);
    expect(chunks()).toHaveLength(1);
  });
});
