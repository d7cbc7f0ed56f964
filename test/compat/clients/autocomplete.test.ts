import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { lines, type Outcome } from './support/outcome.js';
import { call, host, type Site, settled, tokenOf, useVisits } from './support/visits.js';

const { stage, compare, open } = useVisits('autocomplete');

const credentials = { appId: 'app', apiKey: 'key' };
const init = ['init', { ...credentials, host, useCookie: true }];
const count = 4;

/** Types, looks at suggestions, buys one, logs in, types, selects one, logs out, types, and selects one. */
async function suggest(page: Page): Promise<void> {
  await page.fill('.aa-Input', 'tea');
  await settled(page, 1, '.suggestion');
  // Autocomplete waits for a pause before it sends views.
  await stage.collector.waitForEvents(1, { timeoutMs: 20_000 });
  await page.click('[data-id=o2] .buy');
  const before = await tokenOf(page);
  await call(page, 'setUserToken', 'ada-1815');
  await page.fill('.aa-Input', 'kettle');
  await settled(page, 2, '.suggestion');
  await page.click('[data-id=o1]');
  await call(page, 'setUserToken', before);
  await page.fill('.aa-Input', 'cup');
  await settled(page, 4, '.suggestion');
  await page.click('[data-id=o3]');
}

/** What comes of {@link suggest}.
 * @param first The token of the first search. @param own The `algoliaSource` of what a user selects. */
function expectSuggestions(outcome: Outcome, first: string, own = 'autocomplete,autocomplete-internal'): void {
  // A selection fills the input, which is a search too.
  const searches = [`${first}: tea`, 'ada-1815: kettle', 'ada-1815: kettle', 'anonymous: cup', 'anonymous: cup'];
  expect(outcome.searches.map((search) => search.replace(/ \(.+/, ''))).toEqual(
    searches.map((search) => `suggestions ${search}`),
  );
  expect(lines(outcome)).toEqual(
    [
      `anonymous Items Viewed: o1,o2,o3 by autocomplete,autocomplete-internal`,
      'anonymous Suggestion Bought: o2 by autocomplete',
      `ada-1815 Item Selected: o1 at 1 by ${own}`,
      `anonymous Item Selected: o3 at 3 by ${own}`,
    ].sort(),
  );
  expect(outcome.anonymousTokens).toBe(1);
  expect(outcome.agents).toEqual(['insights-plugin']);
}

describe('Autocomplete sends the same with usertoken/aa as with search-insights', () => {
  test.each<[string, Site]>([
    ['found by its snippet, whose script runs before', { client: 'before', calls: [init], insights: true }],
    ['found where a module has left it', { client: 'module', calls: [init], insights: true }],
    [
      'handed over, with an init by the plugin',
      {
        client: 'module',
        insights: { insightsInitParams: { ...credentials, host, useCookie: true } },
        isClientGiven: true,
      },
    ],
  ])('%s', async (_, site) => {
    const outcome = await compare(site, suggest, count);
    expectSuggestions(outcome, 'anonymous');
    expect(outcome.cookie).toBe('anonymous');
  });

  test('without a token until the first event', async () => {
    const calls = [['init', { host, partial: true }]];
    const outcome = await compare({ client: 'before', calls, insights: true }, suggest, count);
    expectSuggestions(outcome, 'undefined');
  });

  // F01: the plugin decides when it is created whether the client takes credentials with each event.
  test('created with the function of a snippet before the script loads, on a page that never calls init', async () => {
    stage.collector.clear();
    const { page, said } = await open('usertoken', { client: 'late', insights: true });
    await page.evaluate('load()');
    await suggest(page);
    await stage.collector.waitForEvents(count, { timeoutMs: 20_000 });
    expect(stage.collector.events.map(({ event }) => event.eventName).sort()).toEqual([
      'Item Selected',
      'Item Selected',
      'Items Viewed',
      'Suggestion Bought',
    ]);
    expect(said).toEqual([]);
  });

  test('an index that wants events collected, on a page that asks for nothing', async () => {
    const outcome = await compare({ client: 'before', calls: [init], isAutomatic: true }, suggest, count);
    expectSuggestions(outcome, 'undefined', 'autocomplete,autocomplete-internal,autocomplete-automatic');
  });
});
