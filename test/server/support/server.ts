import type { InsightsEvent } from '../../../src/index.js';
import { createUserTokenServer, type UserTokenServerOptions } from '../../../src/server/index.js';

/** A server with what every test would say, and warnings kept. */
export function testServer(options: Partial<UserTokenServerOptions> = {}) {
  const warnings: string[] = [];
  const server = createUserTokenServer({
    appId: 'app',
    apiKey: 'key',
    secure: true,
    onWarning: ({ code, message }) => warnings.push(`${code}: ${message}`),
    ...options,
  });
  return { ...server, warnings };
}

export const anonymous = 'anonymous-0b5c7d0e-5f7a-4b8e-9c55-1d2f3a4b5c6d';

export const granted = { consent: 'granted' } as const;

/** A view of one product. */
export const viewOf = (objectID: string): InsightsEvent => ({
  eventType: 'view',
  eventName: 'Product Viewed',
  index: 'products',
  objectIDs: [objectID],
});
