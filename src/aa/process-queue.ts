import { tryCall } from '../../machines/try-call.js';
import { type AlgoliaAnalytics, version } from './algolia-analytics.js';
import { getFunctionalInterface } from './functional-interface.js';
import type { SnippetFunction, SnippetGlobals } from './insights.types.js';

/** Takes over the function that a snippet has put in the page: runs the calls in its queue, then those that come through the
 * old function, and puts one in its place that returns what methods return. A queue is taken over once.
 * @param name The function's name. */
export function takeOver(client: AlgoliaAnalytics, globals: SnippetGlobals, name: string): void {
  const stub = globals[name] as SnippetFunction | undefined;
  const queue: NonNullable<SnippetFunction['queue']> = stub?.queue ?? [];
  if (queue.isTaken) return;
  queue.isTaken = true;
  const aa = getFunctionalInterface(client) as SnippetFunction;
  const run = (args: unknown) => aa.apply(null, Array.from(args as ArrayLike<unknown>) as never);
  // One that fails stops no other. Those that are added meanwhile come after.
  for (let at = 0; at < queue.length; at += 1) tryCall(() => run(queue[at]), console.error);
  queue.push = (args) => {
    run(args);
    return queue.length;
  };
  // Callers may have kept the old function, which finds the queue on itself or on the window. A snippet reads its version from
  // the address of the script, and UI libraries take a low one for a client that needs `init`.
  globals[name] = Object.assign(aa, Object.assign(stub ?? {}, { queue, version }));
}

/** Takes over the function that `AlgoliaAnalyticsObject` names, see {@link takeOver}.
 * @param globalObject The window. */
export function processQueue(this: AlgoliaAnalytics, globalObject: unknown): void {
  const globals = globalObject as SnippetGlobals;
  const pointer = globals.AlgoliaAnalyticsObject;
  if (pointer) takeOver(this, globals, pointer);
}
