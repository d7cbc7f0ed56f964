import type { CDPSession, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { clickOn, useStage } from '../browser/harness.js';

interface Held {
  readonly listeners: number;
  readonly timers: number;
  readonly channels: number;
  readonly locks: number;
}

declare global {
  interface Window {
    held(): Held;
    /** How often each of the four was taken. */
    taken: Record<keyof Held, number>;
  }
}

const stage = useStage({ args: ['--js-flags=--expose-gc'] });

/** Wraps what can be held, and counts. Runs before any other script. */
function countWhatIsHeld(): void {
  const listeners = new Map<EventTarget, Set<string>>();
  const ids = new WeakMap<object, number>();
  let lastId = 0;
  const idOf = (listener: object) => {
    if (!ids.has(listener)) ids.set(listener, ++lastId);
    return ids.get(listener);
  };
  const timers = new Set<number>();
  const channels = new Set<BroadcastChannel>();
  let locks = 0;
  window.taken = { listeners: 0, timers: 0, channels: 0, locks: 0 };

  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const keyOf = (type: string, listener: object, options: unknown) =>
    `${type} ${idOf(listener)} ${typeof options === 'object' && options ? !!(options as { capture?: boolean }).capture : !!options}`;
  EventTarget.prototype.addEventListener = function (type: string, listener: never, options?: never) {
    if (listener && (this === window || this === document)) {
      window.taken.listeners += 1;
      const held = listeners.get(this) ?? new Set();
      const key = keyOf(type, listener, options);
      listeners.set(this, held.add(key));
      // What hangs on a signal goes with the signal.
      (options as { signal?: AbortSignal } | undefined)?.signal?.addEventListener('abort', () => held.delete(key));
    }
    addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type: string, listener: never, options?: never) {
    if (listener) listeners.get(this)?.delete(keyOf(type, listener, options));
    removeEventListener.call(this, type, listener, options);
  };

  const { setTimeout, clearTimeout, setInterval } = window;
  const count = (set: typeof setTimeout, isOnce: boolean) =>
    ((callback: () => void, ms?: number) => {
      window.taken.timers += 1;
      const id = set(() => {
        if (isOnce) timers.delete(id);
        callback();
      }, ms) as unknown as number;
      timers.add(id);
      return id;
    }) as unknown as typeof setTimeout;
  window.setTimeout = count(setTimeout, true);
  window.setInterval = count(setInterval as never, false) as never;
  window.clearTimeout = (id) => {
    timers.delete(id as number);
    clearTimeout(id);
  };

  const Channel = window.BroadcastChannel;
  window.BroadcastChannel = class extends Channel {
    constructor(name: string) {
      super(name);
      window.taken.channels += 1;
      channels.add(this);
    }
    override close() {
      channels.delete(this);
      super.close();
    }
  };

  window.held = () => ({
    listeners: [...listeners.values()].reduce((sum, held) => sum + held.size, 0),
    timers: timers.size,
    channels: channels.size,
    locks,
  });

  // Not on the page before the first, which has no locks.
  if (!window.LockManager) return;
  const { request } = LockManager.prototype;
  LockManager.prototype.request = async function (this: LockManager, ...args: unknown[]) {
    window.taken.locks += 1;
    locks += 1;
    try {
      return await Reflect.apply(request, this, args);
    } finally {
      locks -= 1;
    }
  } as typeof request;
}

/** Makes instances, uses each and disposes of it, and waits until what it handed over is answered. */
const cycles = (page: Page, host: string, count: number) =>
  page.evaluate(
    async ([host, count, event]) => {
      for (let n = 0; n < count; n += 1) {
        const user = window.usertoken.createUserToken({
          appId: 'app',
          apiKey: 'key',
          consent: n % 4 === 3 ? 'pending' : 'granted',
          host,
          batchWindowMs: 10,
          inspect: n % 3 ? undefined : () => {},
          // Few tokens, since an inspector's masks number each token of the page once.
          generateToken: () => `anonymous-${n % 10}`,
          onWarning: () => {},
        });
        user.subscribe(() => {});
        user.on('tokenChanged', () => {});
        user.on('eventDelivered', () => {});
        void user.track(event);
        user.login(`user-${n % 10}`);
        if (n % 2) await user.flush();
        user.logout();
        if (n % 5 === 0) user.consent.deny();
        user.dispose();
        user.dispose();
      }
    },
    [host, count, clickOn('teapot')] as const,
  );

const keysOn = (page: Page) =>
  page.evaluate(() =>
    Object.keys(localStorage)
      .map((key) => key.replace(/:\d+$/, ''))
      .sort(),
  );

/**
 * How many objects, functions, arrays and strings the page's script holds. Not bytes: those
 * grow with code the engine compiles and with what developer tools record of each request.
 */
const countHeap = async (session: CDPSession) => {
  let text = '';
  const add = ({ chunk }: { chunk: string }) => {
    text += chunk;
  };
  session.on('HeapProfiler.addHeapSnapshotChunk', add);
  await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  session.off('HeapProfiler.addHeapSnapshotChunk', add);
  const { snapshot, nodes } = JSON.parse(text) as {
    snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
    nodes: number[];
  };
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const counts = { object: 0, closure: 0, array: 0, string: 0, 'concatenated string': 0 };
  for (let node = fields.indexOf('type'); node < nodes.length; node += fields.length) {
    const type = types[0][nodes[node] as number] as keyof typeof counts;
    if (type in counts) counts[type] += 1;
  }
  return counts;
};

test('a thousand disposed instances leave no listener, timer, channel, lock, stored item or object behind', async () => {
  const { collector, pages } = stage;
  const context = await stage.context();
  await context.addInitScript(countWhatIsHeld);
  const page = await context.newPage();
  await page.goto(pages.url());
  const atFirst = await page.evaluate(() => window.held());
  const session = await context.newCDPSession(page);
  const settle = async () => {
    // Timers that are due: a lock is held for a second after what it guards.
    await expect.poll(() => page.evaluate(() => window.held())).toEqual(atFirst);
    for (let times = 0; times < 3; times += 1) await session.send('HeapProfiler.collectGarbage');
    return countHeap(session);
  };

  await cycles(page, collector.origin, 200);
  const early = await settle();
  const keys = await keysOn(page);
  await cycles(page, collector.origin, 800);
  // One for each ten instances would be a leak. Requests that a busy machine has not answered yet still hold something.
  const leaking = async () => {
    const late = await settle();
    return Object.entries(late).filter(([kind, count]) => count - early[kind as keyof typeof early] >= 80);
  };
  await expect.poll(leaking, { interval: 1_000 }).toEqual([]);

  expect(await page.evaluate(() => window.held())).toEqual(atFirst);
  const taken = await page.evaluate(() => window.taken);
  // That the counters count: each instance listens, waits and opens channels.
  expect(Math.min(taken.listeners, taken.timers, taken.channels)).toBeGreaterThanOrEqual(1_000);
  expect((await keysOn(page)).length).toBeLessThanOrEqual(Math.max(keys.length, 2));
  // That a leak would be counted.
  const { closure } = await countHeap(session);
  await page.evaluate(() => {
    Object.assign(window, { kept: Array.from({ length: 80 }, () => () => {}) });
  });
  expect((await countHeap(session)).closure - closure).toBeGreaterThanOrEqual(80);
  const cookies = (await context.cookies()).map(({ name }) => name);
  expect(cookies.filter((name) => !/^_ALGOLIA(_USER)?$/.test(name))).toEqual([]);
}, 240_000);
