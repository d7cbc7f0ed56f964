import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { lines } from './support/outcome.js';
import { call, host, type Site, settled, tokenOf, useVisits } from './support/visits.js';

const { stage, visit } = useVisits('both');

const init = ['init', { appId: 'app', apiKey: 'key', host, useCookie: true }];

const type = (page: Page, query: string) => page.fill('.aa-Input', query);
const asked = (page: Page, count: number) => page.waitForFunction((least) => window.searches.length >= least, count);

/** Searches with Autocomplete beside InstantSearch, before and after a login and a logout. */
async function search(page: Page): Promise<void> {
  await settled(page, 1);
  const before = await tokenOf(page);
  await type(page, 'tea');
  await settled(page, 2, '.suggestion');
  await stage.collector.waitForEvents((events) => events.some(({ event }) => event.eventName === 'Items Viewed'), {
    timeoutMs: 20_000,
  });
  await call(page, 'setUserToken', 'ada-1815');
  await type(page, 'kettle');
  await page.waitForFunction(() => window.searches.some(({ query }) => query === 'kettle'));
  await page.click('.hit[data-id=o2] .click');
  await call(page, 'setUserToken', before);
  await type(page, 'cup');
  await page.waitForFunction(() => window.searches.some(({ query }) => query === 'cup'));
}

const own = 'autocomplete,autocomplete-internal';
const internal = 'instantsearch,instantsearch-internal';

describe.each<[string, boolean]>([
  ['InstantSearch before Autocomplete', false],
  ['Autocomplete before InstantSearch', true],
])('%s on one page', (_, isAutocompleteFirst) => {
  const site: Site = { client: 'before', calls: [init], insights: true, isAutocompleteFirst };

  test('both follow a login and a logout, and every event has the token of its moment', async () => {
    const outcome = await visit('usertoken', site, search, 6);
    expect(outcome.searches.filter((search) => search.startsWith('products'))).toEqual([
      'products anonymous: ',
      'products ada-1815: ',
      'products anonymous: ',
    ]);
    expect(outcome.searches.filter((search) => search.startsWith('suggestions'))).toEqual([
      'suggestions anonymous: tea',
      'suggestions ada-1815: kettle',
      // A return to the input asks for what is in it.
      'suggestions anonymous: kettle',
      'suggestions anonymous: cup',
    ]);
    expect(lines(outcome)).toEqual(
      [
        `anonymous Hits Viewed: o1,o2,o3 by ${internal}`,
        `anonymous Items Viewed: o1,o2,o3 by ${own}`,
        `ada-1815 Hits Viewed: o1,o2,o3 by ${internal}`,
        'ada-1815 Product Clicked: o2 at 2 by instantsearch',
        `anonymous Hits Viewed: o1,o2,o3 by ${internal}`,
      ].sort(),
    );
    expect(outcome.telemetry).toHaveLength(1);
    expect(outcome.agents).toEqual(['insights-middleware', 'insights-plugin']);
    expect(outcome.anonymousTokens).toBe(1);
  });

  test('with search-insights the later of them alone hears of it: the rule many-listeners', async () => {
    const { searches } = await visit('search-insights', site, search, 1);
    const [deaf, token] = isAutocompleteFirst ? ['suggestions', 'anonymous: kettle'] : ['products', 'anonymous: '];
    expect(searches.filter((search) => search.startsWith(deaf!) && search.includes('ada-1815'))).toEqual([]);
    expect(searches).toContain(`${deaf} ${token}`);
  });

  test('Autocomplete still follows when InstantSearch has ended', async () => {
    const outcome = await visit(
      'usertoken',
      site,
      async (page) => {
        await settled(page, 1);
        await page.evaluate(() => window.stop());
        await call(page, 'setUserToken', 'ada-1815');
        await type(page, 'kettle');
        await asked(page, 2);
        await stage.collector.waitForEvents(
          (events) => events.some(({ event }) => event.eventName === 'Items Viewed'),
          {
            timeoutMs: 20_000,
          },
        );
      },
      3,
    );
    expect(outcome.searches).toEqual(['products anonymous: ', 'suggestions ada-1815: kettle']);
  });
});
