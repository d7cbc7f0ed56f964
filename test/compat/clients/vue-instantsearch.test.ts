import { describe, expect, test } from 'vitest';
import { expectShop, shop, shopEvents } from './support/shop-visit.js';
import { host, type Site, useVisits } from './support/visits.js';

const { compare } = useVisits('vue');

const credentials = { appId: 'app', apiKey: 'key' };
const init = ['init', { ...credentials, host, useCookie: true }];

describe('vue-instantsearch sends the same with usertoken/aa as with search-insights', () => {
  test.each<[string, Site]>([
    [
      'found by its snippet, whose script loads after the first search',
      { client: 'late', calls: [init], insights: true },
    ],
    ['found where a module has left it', { client: 'module', calls: [init], insights: true }],
    [
      'handed over, with an init by InstantSearch',
      { client: 'module', insights: { insightsInitParams: { host, useCookie: true } }, isClientGiven: true },
    ],
  ])('%s', async (_, site) => {
    const outcome = await compare(site, shop, shopEvents);
    expectShop(outcome);
    expect(outcome.cookie).toBe('anonymous');
  });
});
