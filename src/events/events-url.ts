import type { UserTokenOptions } from '../options.types.js';

/** How this library names itself in requests. */
export const agent = 'usertoken (0.1.0)';

/** The address batches go to, credentials in the query so that no header makes the request need a CORS preflight. */
export function eventsUrl({
  appId,
  apiKey,
  region,
  host,
}: Pick<UserTokenOptions, 'appId' | 'apiKey' | 'region' | 'host'>): string {
  const origin = host?.replace(/\/+$/, '') ?? `https://insights.${region ? `${region}.` : ''}algolia.io`;
  const query = new URLSearchParams({
    'X-Algolia-Application-Id': appId,
    'X-Algolia-API-Key': apiKey,
    'X-Algolia-Agent': agent,
  });
  return `${origin}/1/events?${query}`;
}

/** The address of a relay. */
export const relayUrl = (relay: string, appId: string): string =>
  `${relay.replace(/\/+$/, '')}/events?${new URLSearchParams({ 'X-Algolia-Application-Id': appId })}`;
