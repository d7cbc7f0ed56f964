import { fetchTransport } from '../adapters/fetch-transport.js';
import { localStorageOf } from '../adapters/web-storage.js';
import { createWarnings } from '../warnings.js';
import type { ClientParts } from './client-parts.js';
import { initMethod } from './init-method.js';
import type { InsightsMethods, RequestFunction } from './insights.types.js';
import { createQueryCache } from './query-cache.js';
import { readiness } from './readiness.js';
import { transportOf } from './requesters.js';
import { sendMethods } from './send-methods.js';
import { createSenders } from './senders.js';
import { hasCredentials, initialSettings } from './settings.js';
import { tokenCell } from './token-cell.js';
import { tokenCookie } from './token-cookie.js';
import { tokenMethods } from './token-methods.js';

/** The version of search-insights whose surface this is. UI libraries decide by it what they may call. */
export const version = '2.18.0';

/** What a client is made of. */
export interface ClientOptions {
  /** What carries events. @default `fetch`, so that delivery knows what became of a request */
  readonly requestFn?: RequestFunction | undefined;
  /** Where the searches of objects are kept. @default the page's localStorage */
  readonly getStorage?: (() => Storage | undefined) | undefined;
}

/** A client: its methods are those that `aa` calls by name. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every method
export class AlgoliaAnalytics {
  /** The version of search-insights whose surface this is. */
  version: string = version;

  constructor({ requestFn, getStorage = () => localStorageOf() }: ClientOptions = {}) {
    const warnings = createWarnings();
    const agents: string[] = [];
    const parts: ClientParts = {
      client: this,
      settings: initialSettings,
      user: tokenCell(warnings),
      account: tokenCell(warnings),
      cookie: tokenCookie(() => parts.settings.cookieDuration, warnings),
      queries: createQueryCache(getStorage),
      senders: createSenders({
        settings: () => parts.settings,
        agents,
        getTransport: () => (requestFn ? transportOf(requestFn) : fetchTransport()),
        warnings,
      }),
      ready: readiness(() => hasCredentials(parts.settings), warnings.postError),
      warnings,
    };
    Object.assign(this, tokenMethods(parts), sendMethods(parts), initMethod(parts), {
      onReady: parts.ready.onReady,
      addAlgoliaAgent(agent: string) {
        if (!agents.includes(agent)) agents.push(agent);
      },
      getVersion: (callback?: unknown) => {
        if (typeof callback === 'function') callback(this.version);
        return this.version;
      },
    });
  }
}
export interface AlgoliaAnalytics extends InsightsMethods {}
