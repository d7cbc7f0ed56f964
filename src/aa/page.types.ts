import type { InsightsClient, InsightsMethods, RequestFunction } from './insights.types.js';

// What the drop-in shares with a page, apart from calls. The script tag's build keeps every name that stands here.

/** A function that a snippet has put in the page, or ours in its place. */
export type SnippetFunction = InsightsClient & { queue?: unknown[] & { isTaken?: boolean } };

/** The global object of a page with a snippet. */
export type SnippetGlobals = Record<string, unknown> & { AlgoliaAnalyticsObject?: string };

/** What the script tag's file is, as global `AlgoliaAnalytics`, for RequireJS and as a CommonJS module. */
export interface ScriptLibrary {
  readonly __esModule: true;
  readonly default: InsightsMethods & { version: string };
  createInsightsClient(requestFn?: RequestFunction): InsightsMethods & { version: string };
}

/** The function of RequireJS that defines a module. */
export type AmdDefine = ((library: ScriptLibrary) => void) & { readonly amd?: unknown };

/** The module of CommonJS that a file is in. */
export type CommonJsModule = { exports: unknown };
