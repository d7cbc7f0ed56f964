import type { Library } from './libraries.js';
import { createReference } from './reference.js';
import { tally } from './rules.js';
import { type Call, run } from './run.js';
import type { Fields, Sequence } from './steps.types.js';
import type { World } from './world.types.js';

/** What a page is told to run. */
export interface Assignment {
  readonly sequence: Sequence;
  /** Where events go. */
  readonly host: string;
  /** Tells the applications of this sequence from those of others. */
  readonly id: string;
}

const cacheKey = 'AlgoliaObjectQueryCache';
const descriptor = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!;
let writes: string[] = [];
Object.defineProperty(document, 'cookie', {
  get: () => descriptor.get!.call(document),
  set(text: string) {
    writes.push(text);
    descriptor.set!.call(document, text);
  },
});
const eraseCookie = () => descriptor.set!.call(document, '_ALGOLIA=; path=/; max-age=0');

/** A page as if nothing had happened on it. */
function begin({ cookie, cache }: Sequence): World {
  localStorage.clear();
  eraseCookie();
  if (cookie !== undefined) descriptor.set!.call(document, `_ALGOLIA=${cookie}; path=/`);
  if (cache !== undefined) localStorage.setItem(cacheKey, cache);
  writes = [];
  delete (window as { AlgoliaAnalyticsObject?: string }).AlgoliaAnalyticsObject;
  return {
    now: Date.now,
    async wait(_, results) {
      await Promise.allSettled(results);
      await new Promise((resolve) => setTimeout(resolve));
    },
    cookies: () => document.cookie,
    cache: () => localStorage.getItem(cacheKey),
    cacheWrites: () => 0,
    setCache: (text) => (text === null ? localStorage.removeItem(cacheKey) : localStorage.setItem(cacheKey, text)),
    eraseCookie,
    writeCookie(text) {
      document.cookie = text;
    },
    takeWrites() {
      const taken = writes;
      writes = [];
      return taken;
    },
    otherKeys: () => Object.keys(localStorage).filter((key) => key !== cacheKey),
  };
}

/** Calls with the host and the applications of one run in them. */
function addressed(call: Call, host: string, id: string): Call {
  const named = (appId: unknown) => (typeof appId === 'string' ? `${appId}-${id}` : appId);
  const replaced = (params: unknown): unknown => {
    const headers = (params as { headers?: Fields } | null | undefined)?.headers;
    const key = 'X-Algolia-Application-Id';
    return headers?.[key] ? { ...(params as Fields), headers: { ...headers, [key]: named(headers[key]) } } : params;
  };
  return (method, args) => {
    if (method !== 'init') return call(method, args.map(replaced));
    const options = (args[0] ?? {}) as Fields;
    return call(method, [{ ...options, ...('appId' in options ? { appId: named(options.appId) } : {}), host }]);
  };
}

const scripts = (window as unknown as { scripts: Record<'ours' | 'theirs', string> }).scripts;
const evaluate = (script: string) => new Function(script)() as Library;

/** Runs a sequence on both libraries, one after the other, with the transports that they have. */
export async function runBoth({ sequence, host, id }: Assignment) {
  const start = Date.now();
  const world = begin(sequence);
  const theirs = evaluate(scripts.theirs);
  const deliver = theirs.getRequesterForBrowser();
  let requests = 0;
  const reference = createReference({
    makeClient: theirs.createInsightsClient,
    ...{ world, place: 'page', hit: tally().hit },
    deliver(url, data) {
      requests += 1;
      return deliver(url, data);
    },
  });
  const { steps } = sequence;
  const expected = await run(
    steps,
    addressed(reference.call, host, `${id}-theirs`),
    world,
    reference.beforeWait,
    start,
  );

  const ourWorld = begin(sequence);
  const { default: aa } = evaluate(scripts.ours) as unknown as { default: (...args: unknown[]) => unknown };
  const call: Call = (method, args) => aa(method, ...args);
  const actual = await run(steps, addressed(call, host, `${id}-ours`), ourWorld, undefined, start);
  return {
    expected: { ...expected, sent: reference.sent, requests },
    actual: { ...actual, otherKeys: ourWorld.otherKeys() },
  };
}
