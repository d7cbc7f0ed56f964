import { describe, expect, it } from 'vitest';
import { adoption } from '../../src/adapters/adoption.js';
import type { Chunk } from '../../src/adapters/chunk.js';
import type { Locks } from '../../src/adapters/short-lock.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';

/** A site whose pages share chunks, `p:<page>:<number>`, and a channel. */
function site() {
  const clock = fakeClock();
  const channel = fakeTabs();
  const sharedLocks = fakeLocks();
  const chunks = new Map<string, Chunk | null | undefined>();
  return {
    clock,
    channel,
    chunks,
    locks: sharedLocks,
    /** Leaves a chunk that its page has vouched for just now. */
    leave: (key: string, isFree = false) => chunks.set(key, { at: clock.now(), isFree, entries: [] }),
    page(name: string, ports: { readonly locks?: Locks } = { locks: sharedLocks }) {
      const adopted: string[] = [];
      const adopting = adoption({
        clock,
        locks: ports.locks,
        tabs: channel(),
        page: name,
        others: () => [...chunks.keys()].filter((key) => !key.includes(`:${name}:`)),
        read: (key) => chunks.get(key),
        remove: (key) => void chunks.delete(key),
        adopt(key) {
          adopted.push(key);
          chunks.delete(key);
        },
      });
      return { ...adopting, adopted };
    },
  };
}

describe('a chunk of another page', () => {
  it('that is free is taken at once', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1', true);
    const one = page('one');
    one.open();
    await clock.advance(0);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  it('that is free is taken by one of several', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1', true);
    leave('p:gone:2', true);
    const pages = ['one', 'two', 'three'].map((name) => page(name));
    for (const each of pages) each.open();
    await clock.advance(30_000);
    expect(pages.flatMap(({ adopted }) => adopted).sort()).toEqual(['p:gone:1', 'p:gone:2']);
  });

  it('of a page that crashed is taken once it is older than ten seconds and nobody answers for it', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1');
    await clock.advance(9_500);
    const one = page('one');
    one.open();
    await clock.advance(499);
    expect(one.adopted).toEqual([]);
    await clock.advance(20_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  it("that is exactly ten seconds old is still its owner's", async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1');
    await clock.advance(9_500);
    const one = page('one');
    one.open();
    await clock.advance(500);
    expect(one.adopted).toEqual([]);
  });

  it('of a page that lives stays where it is, however old', async () => {
    const { clock, leave, page } = site();
    const owner = page('owner');
    owner.open();
    leave('p:owner:1');
    await clock.advance(60_000);
    const one = page('one');
    one.open();
    await clock.advance(60_000);
    expect([one.adopted, one.hasPeers()]).toEqual([[], true]);
  });

  it('is taken when its page says that it leaves, as far as it is free', async () => {
    const { clock, channel, leave, page } = site();
    const owner = channel();
    owner.open((message) => {
      if ((message as { ask?: string }).ask) owner.post({ lives: 'owner' });
    });
    leave('p:owner:1');
    const one = page('one');
    one.open();
    await clock.advance(1_000);
    expect(one.hasPeers()).toBe(true);
    leave('p:owner:2', true);
    owner.post({ leaves: 'owner' });
    await clock.advance(0);
    expect([one.adopted, one.hasPeers()]).toEqual([['p:owner:2'], false]);
  });

  it('from the future, as a clock that was set back leaves it, is as old as it is far', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1');
    clock.setNow(clock.now() - 60_000);
    const one = page('one');
    one.open();
    await clock.advance(1_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  it('of another version stays, and what is none is removed', async () => {
    const { clock, chunks, page } = site();
    chunks.set('p:future:1', null);
    chunks.set('p:junk:1', undefined);
    const one = page('one');
    one.open();
    await clock.advance(60_000);
    expect([one.adopted, [...chunks.keys()]]).toEqual([[], ['p:future:1']]);
  });

  it('is left alone while another page has its lock, and looked at again later', async () => {
    const { clock, leave, locks, page } = site();
    leave('p:gone:1', true);
    locks.held.add('p:gone:1');
    const one = page('one');
    one.open();
    await clock.advance(5_000);
    expect(one.adopted).toEqual([]);
    locks.held.delete('p:gone:1');
    await clock.advance(10_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });
});

describe.each<[string, Locks]>([
  ['without Web Locks', undefined],
  ['with Web Locks that are refused', { request: () => Promise.reject(new DOMException('', 'SecurityError')) }],
])('%s', (name, locks) => {
  it('a chunk is taken once it is older than thirty seconds', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1');
    const one = page('one', { locks });
    one.open();
    await clock.advance(30_000);
    expect(one.adopted).toEqual([]);
    await clock.advance(15_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  if (name === 'without Web Locks') {
    it('a free one is taken no sooner', async () => {
      const { clock, leave, page } = site();
      leave('p:gone:1', true);
      const one = page('one', { locks });
      one.open();
      await clock.advance(30_000);
      expect(one.adopted).toEqual([]);
      await clock.advance(15_000);
      expect(one.adopted).toEqual(['p:gone:1']);
    });
  }
});

describe('a page', () => {
  it('answers others that ask, under its name', async () => {
    const { channel, page } = site();
    page('one').open();
    const stranger = channel();
    const heard: unknown[] = [];
    stranger.open((message) => heard.push(message));
    stranger.post({ ask: 'stranger' });
    expect(heard).toEqual([{ lives: 'one' }]);
  });

  it('knows of peers that ask or answer, until it asks again and hears nothing', async () => {
    const { clock, channel, leave, page } = site();
    const one = page('one');
    one.open();
    await clock.advance(1_000);
    expect(one.hasPeers()).toBe(false);
    const stranger = channel();
    stranger.open(() => {});
    stranger.post({ ask: 'stranger' });
    expect(one.hasPeers()).toBe(true);
    leave('p:stranger:1');
    await clock.advance(10_499);
    expect(one.hasPeers()).toBe(true);
    await clock.advance(1);
    expect(one.hasPeers()).toBe(false);
  });

  it('asks no more where there is nobody and nothing to look for', async () => {
    const { clock, channel, page } = site();
    const stranger = channel();
    const heard: unknown[] = [];
    stranger.open((message) => heard.push(message));
    const one = page('one');
    one.open();
    await clock.advance(60_000);
    expect([heard, clock.timers]).toEqual([[{ ask: 'one' }], 0]);
  });

  it('looks again when it is told that something may have been left', async () => {
    const { clock, leave, page } = site();
    const one = page('one');
    one.open();
    await clock.advance(1_000);
    one.scanLater();
    expect(clock.timers).toBe(0);
    leave('p:gone:1', true);
    one.scanLater();
    one.scanLater();
    expect(clock.timers).toBe(1);
    await clock.advance(10_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  it('that is closed takes nothing and says nothing', async () => {
    const { clock, channel, leave, page } = site();
    const one = page('one');
    leave('p:gone:1');
    one.open();
    await clock.advance(1_000);
    one.close();
    const stranger = channel();
    const heard: unknown[] = [];
    stranger.open((message) => heard.push(message));
    stranger.post({ ask: 'stranger' });
    await clock.advance(60_000);
    expect([one.adopted, heard, clock.timers]).toEqual([[], [], 0]);
  });

  it('that comes back forgets the peers it knew, and does not count answers to its earlier question', async () => {
    const { clock, leave, page } = site();
    leave('p:gone:1');
    await clock.advance(20_000);
    const one = page('one');
    one.open();
    one.close();
    await clock.advance(400);
    one.open();
    expect(one.hasPeers()).toBe(false);
    await clock.advance(200);
    expect(one.adopted).toEqual([]);
    await clock.advance(300);
    expect(one.adopted).toEqual(['p:gone:1']);
  });

  it.each([null, 7, 'text', {}, { lives: 7 }, { ask: {} }, { leaves: 'unknown' }])(
    'takes %j on the channel without harm, and counts no peer for it',
    async (message) => {
      const { clock, channel, page } = site();
      const one = page('one');
      one.open();
      const stranger = channel();
      stranger.open(() => {});
      stranger.post(message as object);
      await clock.advance(0);
      expect(one.hasPeers()).toBe(false);
    },
  );

  it('remembers a bounded number of peers, whatever is said on the channel', async () => {
    const { clock, channel, leave, page } = site();
    const one = page('one');
    one.open();
    await clock.advance(1_000);
    const stranger = channel();
    stranger.open(() => {});
    for (let n = 0; n < 500; n += 1) stranger.post({ lives: `${n}` });
    stranger.post({ lives: 'gone' });
    leave('p:gone:1');
    leave('p:499:1');
    clock.setNow(clock.now() + 20_000);
    stranger.open((message) => {
      if ((message as { ask?: string }).ask) for (let n = 0; n < 500; n += 1) stranger.post({ lives: `${n}` });
      if ((message as { ask?: string }).ask) stranger.post({ lives: 'gone' });
    });
    one.open();
    await clock.advance(1_000);
    expect(one.adopted).toEqual(['p:gone:1']);
  });
});
