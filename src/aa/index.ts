import { createInsightsClient } from './module-client.js';

export { getFunctionalInterface } from './functional-interface.js';
export type * from './insights.types.js';
export { LocalStorage } from './local-storage.js';
export { AlgoliaAnalytics, createInsightsClient } from './module-client.js';
export { processQueue } from './process-queue.js';
export { getRequesterForBrowser, getRequesterForNode } from './requesters.js';

/** The client for pages and Node that have used search-insights: `aa(method, ...args)`. */
const aa = createInsightsClient();
export default aa;
