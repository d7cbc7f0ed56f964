import type { AlgoliaAnalytics } from './algolia-analytics.js';
import type { InsightsClient } from './insights.types.js';

/** Makes the function `aa(method, ...args)` of a client. */
export function getFunctionalInterface(instance: AlgoliaAnalytics): InsightsClient {
  return ((name: string, ...args: unknown[]) => {
    const method: unknown = Object.keys(instance).includes(name) && instance[name as keyof AlgoliaAnalytics];
    if (typeof method === 'function') return method.apply(instance, args);
    console.warn(`The method \`${name}\` doesn't exist.`);
    return undefined;
  }) as InsightsClient;
}
