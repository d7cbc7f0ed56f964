import { AlgoliaAnalytics } from './algolia-analytics.js';
import { processQueue } from './functional-interface.js';
import type { RequestFnType } from './insights.types.js';

const globals = globalThis as unknown as Record<string, unknown>;

function createInsightsClient(requestFn?: RequestFnType): AlgoliaAnalytics {
  const instance = new AlgoliaAnalytics({ requestFn });
  processQueue.call(instance, globals);
  return instance;
}

// Without a snippet the function is `aa`, which is where UI libraries look.
globals.AlgoliaAnalyticsObject ??= 'aa';
const client = createInsightsClient();
globals.AlgoliaAnalytics ??= { createInsightsClient, default: client };
