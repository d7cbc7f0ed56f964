import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Snippet } from './support/guide.js';
import { launchChromium, runInBrowser } from './support/run-in-browser.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const snippet = (language: string, code: string, ...flags: string[]): Snippet => ({
  at: 'docs/instantsearch.md: Wait for a choice',
  language,
  flags,
  code,
});
const start = `import { liteClient } from 'algoliasearch/lite';
import aa from 'usertoken/aa';
const searchClient = liteClient('a', 'k');
const credentials = { appId: 'a', apiKey: 'k', useCookie: true };`;

describe('insights that wait for consent', () => {
  it('start in Vue InstantSearch when its prop middlewares changes', () =>
    runInBrowser(
      browser,
      snippet(
        'vue',
        `<script setup>
${start}
import { createInsightsMiddleware } from 'instantsearch.js/es/middlewares';
import { onMounted, ref } from 'vue';
import { AisHits, AisInstantSearch } from 'vue-instantsearch/vue3/es';
const insights = createInsightsMiddleware({ insightsClient: aa });
const isGranted = ref(false);
onMounted(() => setTimeout(() => {
  aa('init', credentials);
  isGranted.value = true;
}, 300));
</script>
<template>
  <AisInstantSearch index-name="products" :search-client="searchClient" :insights="false" :middlewares="isGranted ? [insights] : []">
    <AisHits><template #item="{ item, sendEvent }">
      <button v-if="isGranted" @click="sendEvent('click', item, 'Product Clicked')">{{ item.name }}</button>
    </template></AisHits>
  </AisInstantSearch>
</template>`,
      ),
    ));

  it('start in Autocomplete with update()', () =>
    runInBrowser(
      browser,
      snippet(
        'ts',
        `${start}
import { autocomplete, getAlgoliaResults } from '@algolia/autocomplete-js';
const { update } = autocomplete({
  container: '#search',
  insights: false,
  getSources: ({ query }) => [{
    sourceId: 'products',
    getItems: () => getAlgoliaResults({ searchClient, queries: [{ indexName: 'products', params: { query } }] }),
    templates: { item: ({ item }) => String(item.name) },
  }],
});
document.cookie; // => ''
aa('init', credentials);
update({ insights: { insightsClient: aa } });`,
        'suggestions',
      ),
    ));

  it.each([
    ['aa', 'insights: { insightsClient: aa }', '', "aa('init', { ...credentials, userHasOptedOut: true });"],
    ['insightsInitParams', 'insights: { insightsClient: aa, insightsInitParams }', '_ALGOLIA=anonymous-', ''],
  ])(
    'leave searches with a token after an opt-out in %s, and write the cookie that insightsInitParams asks for',
    (_, option, cookie, call) =>
      runInBrowser(
        browser,
        snippet(
          'ts',
          `${start}
import instantsearch from 'instantsearch.js';
import { configure } from 'instantsearch.js/es/widgets';
const insightsInitParams = { useCookie: true, userHasOptedOut: true };
${call}
const token = await new Promise((resolve) => {
  const spy = { ...searchClient, search: (asked) => (resolve(asked[0].params.userToken), searchClient.search(asked)) };
  const search = instantsearch({ indexName: 'products', searchClient: spy, ${option} });
  search.addWidgets([configure({ hitsPerPage: 3 })]);
  search.start();
});
token; // => /^anonymous-/
document.cookie.slice(0, 19); // => '${cookie}'`,
        ),
      ),
  );
});
