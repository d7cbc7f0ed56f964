import { pageWindow } from '../adapters/platform.js';
import { AlgoliaAnalytics, version } from './algolia-analytics.js';
import type { InsightsClient, RequestFunction, SnippetGlobals } from './insights.types.js';

/** Makes the function `aa(method, ...args)` of a client. */
export function getFunctionalInterface(instance: AlgoliaAnalytics): InsightsClient {
  return ((name: string, ...args: unknown[]) => {
    const method: unknown = Object.keys(instance).includes(name) && instance[name as keyof AlgoliaAnalytics];
    if (typeof method === 'function') return method.apply(instance, args);
    console.warn(`The method \`${name}\` doesn't exist.`);
    return undefined;
  }) as InsightsClient;
}

/** Makes a client and returns its function. On a page where no snippet was before, UI libraries find it under
 * `window.AlgoliaAnalyticsObject`.
 * @param requestFn What carries events. @default `fetch`, so that delivery knows what became of a request */
export function createInsightsClient(requestFn?: RequestFunction): InsightsClient {
  const aa = getFunctionalInterface(new AlgoliaAnalytics({ requestFn }));
  aa.version = version;
  const page = pageWindow() as SnippetGlobals | undefined;
  if (page && !page.AlgoliaAnalyticsObject) {
    page.AlgoliaAnalyticsObject = `usertoken-${Math.random()}`;
    page[page.AlgoliaAnalyticsObject] = aa;
  }
  return aa;
}
