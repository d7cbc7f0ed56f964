import { tryCall } from '../../machines/try-call.js';
import { AlgoliaAnalytics, version } from './algolia-analytics.js';
import type { InsightsClient, RequestFnType } from './insights.types.js';

/** Makes the function `aa(method, ...args)` of a client. */
export function getFunctionalInterface(instance: AlgoliaAnalytics): InsightsClient {
  return ((name: string, ...args: unknown[]) => {
    const method: unknown = Object.hasOwn(instance, name) && instance[name as keyof AlgoliaAnalytics];
    if (typeof method === 'function') return method(...args);
    console.warn(`The method \`${name}\` doesn't exist.`);
    return undefined;
  }) as InsightsClient;
}

type Globals = Record<string, unknown> & { AlgoliaAnalyticsObject?: string };

/** A function that a snippet has put in the page, or one of ours in its place. */
type Stub = InsightsClient & { queue?: unknown[] & { isTaken?: boolean } };

/** Takes over what a snippet has put in the page: runs the calls in its queue, then those that come through the old
 * function, and puts one in its place that returns what methods return. A queue is taken over once.
 * @param globalObject The window. */
export function processQueue(this: AlgoliaAnalytics, globalObject: unknown): void {
  const globals = globalObject as Globals;
  const pointer = globals.AlgoliaAnalyticsObject;
  if (!pointer) return;
  const stub = globals[pointer] as Stub | undefined;
  const queue = (stub?.queue ?? []) as NonNullable<Stub['queue']>;
  if (queue.isTaken) return;
  queue.isTaken = true;
  const aa: Stub = getFunctionalInterface(this);
  const run = (args: unknown) => aa.apply(null, Array.from(args as ArrayLike<unknown>) as never);
  // One that fails stops no other. Those that are added meanwhile come after.
  for (let at = 0; at < queue.length; at += 1) tryCall(() => run(queue[at]), console.error);
  queue.push = (args) => {
    run(args);
    return queue.length;
  };
  // Callers may have kept the old one, which finds the queue on itself or on the window.
  if (stub) stub.queue = queue;
  globals[pointer] = Object.assign(aa, stub, { queue, version });
}

/** Makes a client and returns its function. On a page where no snippet was before, UI libraries find it under
 * `window.AlgoliaAnalyticsObject`.
 * @param requestFn What carries events. @default `fetch`, so that delivery knows what became of a request */
export function createInsightsClient(requestFn?: RequestFnType): InsightsClient {
  const aa = getFunctionalInterface(new AlgoliaAnalytics({ requestFn }));
  aa.version = version;
  const page = globalThis.window as unknown as Globals | undefined;
  // Asked of a window alone: on a server there is nobody to find it.
  if (page && !page.AlgoliaAnalyticsObject) {
    page.AlgoliaAnalyticsObject = `usertoken-${Math.random()}`;
    page[page.AlgoliaAnalyticsObject] = aa;
  }
  return aa;
}
