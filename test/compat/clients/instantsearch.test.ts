import { describe, expect, test } from 'vitest';
import { expectShop, expectShopEvents, shop, shopEvents } from './support/shop-visit.js';
import { host, type Site, useVisits } from './support/visits.js';

const { stage, open, visit, compare } = useVisits('instantsearch');

const credentials = { appId: 'app', apiKey: 'key' };
const address = ['init', { host, partial: true }];

describe('instantsearch.js sends the same with usertoken/aa as with search-insights', () => {
  test.each<[string, Site, cookie?: string]>([
    [
      'found by its snippet, whose script loads after the first search',
      { client: 'late', calls: [['init', { ...credentials, host, useCookie: true }]], insights: true },
      'anonymous',
    ],
    ['found as window.aa, without init, with credentials of InstantSearch', { client: 'before', insights: true }],
    ['found by the middleware that a page adds', { client: 'before', calls: [address], isMiddleware: true }],
    ['found where a module has left it', { client: 'module', calls: [address], insights: true }],
    ['handed over', { client: 'module', calls: [address], insights: true, isClientGiven: true }],
    [
      'handed over to the middleware, which calls init with useCookie',
      {
        client: 'module',
        insights: { insightsInitParams: { host, useCookie: true } },
        isClientGiven: true,
        isMiddleware: true,
      },
      'anonymous',
    ],
    [
      'found, with an init by InstantSearch without useCookie',
      { client: 'before', insights: { insightsInitParams: { host, useCookie: false } } },
    ],
  ])('%s', async (_, site, cookie) => {
    const outcome = await compare(site, shop, shopEvents);
    expectShop(outcome);
    expect(outcome.cookie).toBe(cookie);
  });

  test.each<[string, Site]>([
    [
      'queued before the script loads',
      { client: 'late', calls: [address, ['setUserToken', 'session-7']], insights: true },
    ],
    [
      'set before InstantSearch starts',
      { client: 'module', calls: [address, ['setUserToken', 'session-7']], insights: true },
    ],
    [
      "of InstantSearch's init",
      { client: 'before', insights: { insightsInitParams: { host, userToken: 'session-7' } } },
    ],
  ])('the first search has a token %s', async (_, site) => {
    expectShop(await compare(site, shop, shopEvents), 'session-7');
  });

  test('an index that wants events collected, on a page that asks for nothing', async () => {
    const outcome = await compare({ client: 'before', calls: [address], isAutomatic: true }, shop, shopEvents);
    // InstantSearch learns of it from the first answer, and leaves the collecting to the index.
    const searches = ['undefined: ', 'ada-1815: ', 'ada-1815: tea', 'ada-1815: tea', 'anonymous: tea'];
    expect(outcome.searches).toEqual(searches.map((search) => `products ${search} (no click analytics)`));
    expectShopEvents(outcome, 'anonymous', 'instantsearch,instantsearch-automatic');
  });
});

test('without a snippet too the drop-in is found, and nothing is loaded in its place', async () => {
  const site: Site = { client: 'tag', calls: [['setUserToken', 'session-7']], insights: true };
  expectShop(await visit('usertoken', site, shop, shopEvents), 'session-7');

  // The rule no-snippet: of search-insights InstantSearch sees nothing here and asks a CDN, which a test must warning.
  stage.expectErrors(/ERR_NAME_NOT_RESOLVED|could not load search-insights/);
  const { page, said } = await open('search-insights', { client: 'tag', insights: true });
  await page.waitForFunction(() => window.searches.length > 0);
  await expect.poll(() => said.find((text) => text.startsWith('request: '))).toMatch(/^request: .+search-insights/);
});
