import { createRequire } from 'node:module';
import { type FakeClock, fakeClock } from '../../../../src/testing/index.js';
import { memoryStorage } from '../../../support/memory-storage.js';
import type { Sequence } from './steps.types.js';
import type { World } from './world.types.js';

const cacheKey = 'AlgoliaObjectQueryCache';

/** A world of fakes, and the globals that a library finds in it. */
export interface PretendedWorld extends World {
  readonly globals: Record<string, unknown>;
}

/** A page's cookies for one name and path, with what was written as it was written. */
function pretendedCookies(clock: FakeClock, initial: string | undefined) {
  const kept = new Map<string, { value: string; until: number }>();
  let writes: string[] = [];
  if (initial !== undefined) kept.set('_ALGOLIA', { value: initial, until: Number.POSITIVE_INFINITY });
  const read = () =>
    [...kept]
      .filter(([, { until }]) => until > clock.now())
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  return {
    kept,
    read,
    write(text: string) {
      writes.push(text);
      const [pair = '', ...attributes] = text.split(/;\s*/);
      const given = Object.fromEntries(
        attributes.map((each) => [each.split('=')[0]!.toLowerCase(), each.split('=')[1]]),
      );
      if (given.path !== '/' || given.domain) return;
      const [name = '', value = ''] = pair.split(/=(.*)/s);
      const until = given['max-age'] ? clock.now() + Number(given['max-age']) * 1000 : Date.parse(given.expires ?? '');
      kept.set(name, { value, until });
    },
    takeWrites() {
      const taken = writes;
      writes = [];
      return taken;
    },
  };
}

/** @param isBlocked Whether cookies and localStorage throw. */
export function pretendedWorld(
  { place, cookie, cache }: Sequence,
  isBlocked = place === 'blocked page',
): PretendedWorld {
  const clock = fakeClock();
  const cookies = pretendedCookies(clock, place === 'page' ? cookie : undefined);
  const memory = memoryStorage();
  let cacheWrites = 0;
  const storage: Storage = {
    ...memory,
    setItem(key, value) {
      if (key === cacheKey) cacheWrites += 1;
      memory.setItem(key, value);
    },
  };
  if (cache !== undefined && place === 'page') memory.setItem(cacheKey, cache);

  class PretendedDate extends Date {
    constructor(...args: [] | [number]) {
      super(...((args.length > 0 ? args : [clock.now()]) as [number]));
    }
    static override now = clock.now;
  }
  const refuse = () => {
    throw new DOMException('blocked', 'SecurityError');
  };
  const isPage = place !== 'server';
  const target = new EventTarget();
  const location = new URL('http://shop.example/');
  const document = isPage
    ? Object.defineProperty({ location, visibilityState: 'visible' }, 'cookie', {
        get: isBlocked ? refuse : cookies.read,
        // A page whose cookies are off, for a library that could not stand cookies that throw.
        set: isBlocked ? refuse : place === 'page' ? cookies.write : () => {},
      })
    : undefined;
  const silent = () => {};
  const globals: Record<string, unknown> = {
    ...{ document, location: isPage ? location : undefined, navigator: isPage ? { cookieEnabled: true } : undefined },
    ...{ setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout, Date: PretendedDate },
    performance: { now: clock.monotonicNow },
    console: { log: silent, info: silent, warn: silent, error: silent },
    process: isPage ? undefined : { versions: { node: '20.0.0' } },
    ...{ BroadcastChannel: undefined, XMLHttpRequest: undefined, fetch: refuse, self: undefined, window: undefined },
    require: createRequire(import.meta.url),
    addEventListener: target.addEventListener.bind(target),
    removeEventListener: target.removeEventListener.bind(target),
  };
  Object.defineProperty(globals, 'localStorage', {
    enumerable: true,
    get: place === 'page' ? () => storage : place === 'blocked page' ? refuse : () => undefined,
  });
  globals.globalThis = globals;
  if (isPage) globals.window = globals;

  return {
    globals,
    now: clock.now,
    async wait(ms) {
      await clock.advance(ms);
    },
    cookies: cookies.read,
    cache: () => storage.getItem(cacheKey),
    setCache: (text) => (text === null ? storage.removeItem(cacheKey) : memory.setItem(cacheKey, text)),
    cacheWrites: () => cacheWrites,
    eraseCookie: () => void cookies.kept.clear(),
    writeCookie: cookies.write,
    takeWrites: cookies.takeWrites,
    otherKeys: () =>
      Array.from({ length: memory.length }, (_, at) => memory.key(at)!).filter((key) => key !== cacheKey),
  };
}

/** Runs a library's script in a world, which shadows the real globals.
 * @param script As `scriptOf` makes it. */
export function evaluator(script: string): (globals: Record<string, unknown>) => unknown {
  const names = Object.keys(pretendedWorld({ place: 'page', cookie: undefined, cache: undefined, steps: [] }).globals);
  const body = new Function(...names, script);
  // Read one by one, since reading localStorage may throw.
  return (globals) =>
    body.call(
      globals,
      ...names.map((name) => {
        try {
          return globals[name];
        } catch {
          return undefined;
        }
      }),
    );
}
