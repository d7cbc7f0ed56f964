import type { InsightsClient } from 'search-insights';
import type { Search } from './local-search.js';

/** How a page under test is set up. */
export interface PageOptions {
  /** The option `insights` of InstantSearch and Autocomplete. @default left out */
  readonly insights?: boolean | { readonly insightsInitParams?: Readonly<Record<string, unknown>> };
  /** Whether the client is handed over as `insightsClient`, rather than looked up. */
  readonly isClientGiven?: boolean;
  /** Whether InstantSearch gets its middleware by `use`, rather than by its option. */
  readonly isMiddleware?: boolean;
  /** Whether Autocomplete starts before InstantSearch, on a page with both. */
  readonly isAutocompleteFirst?: boolean;
  /** Whether the index wants events collected without being asked. */
  readonly isAutomatic?: boolean;
}

declare global {
  interface Window {
    /** What a module imported as `search-insights`, on pages that do. */
    client?: InsightsClient;
    /** What the search client was asked. */
    searches: Search[];
    /** Shows the page. */
    start(options: PageOptions): void;
    /** Ends InstantSearch, where `start` began it. */
    stop(): void;
  }
}

/** The option `insights` with the client in it, where the page hands it over. */
export function insightsOption({ insights, isClientGiven }: PageOptions): unknown {
  if (!isClientGiven) return insights;
  return { ...(typeof insights === 'object' ? insights : {}), insightsClient: window.client };
}

/** Adds an element to put something in. */
export function place(id: string): HTMLElement {
  const element = Object.assign(document.createElement('div'), { id });
  document.body.append(element);
  return element;
}
