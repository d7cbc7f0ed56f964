import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { agent, eventsUrl } from '../../src/events/events-url.js';

const keys = { appId: 'APP', apiKey: 'a key&more' };

describe('eventsUrl', () => {
  it.each([
    [{}, 'https://insights.algolia.io/1/events'],
    [{ region: 'de' as const }, 'https://insights.de.algolia.io/1/events'],
    [{ region: 'us' as const }, 'https://insights.us.algolia.io/1/events'],
    [{ host: 'https://shop.example/insights' }, 'https://shop.example/insights/1/events'],
    [{ host: 'https://shop.example//' }, 'https://shop.example/1/events'],
    [{ host: 'http://127.0.0.1:8080', region: 'de' as const }, 'http://127.0.0.1:8080/1/events'],
  ])('%j leads to %s', (options, address) => {
    const { origin, pathname } = new URL(eventsUrl({ ...keys, ...options }));
    expect(origin + pathname).toBe(address);
  });

  it('carries credentials and agent in the query, encoded', () => {
    expect([...new URL(eventsUrl(keys)).searchParams]).toEqual([
      ['X-Algolia-Application-Id', 'APP'],
      ['X-Algolia-API-Key', 'a key&more'],
      ['X-Algolia-Agent', agent],
    ]);
  });

  it('names the version of the package', () => {
    expect(agent).toBe(`usertoken (${manifest.version})`);
  });
});
