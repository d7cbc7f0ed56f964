import { pageWindow } from '../adapters/platform.js';
import { AlgoliaAnalytics as Client, version } from './algolia-analytics.js';
import { getFunctionalInterface } from './functional-interface.js';
import type { InsightsClient, RequestFunction, SnippetGlobals } from './insights.types.js';
import { LocalStorage } from './local-storage.js';

/** A client: its methods are those that `aa` calls by name. It keeps the searches of objects in `LocalStorage.store`. */
export class AlgoliaAnalytics extends Client {
  /** @param options.requestFn What carries events. @default `fetch`, so that delivery knows what became of a request */
  constructor({ requestFn }: { readonly requestFn?: RequestFunction | undefined } = {}) {
    super({ requestFn, getStorage: () => LocalStorage.store });
  }
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
