import { autocomplete, getAlgoliaResults } from '@algolia/autocomplete-js';
import { createAlgoliaInsightsPlugin } from '@algolia/autocomplete-plugin-algolia-insights';
import { localSearch } from '../support/local-search.ts';
import { insightsOption, place } from '../support/page-setup.ts';

/** A suggestion that can be selected and bought. */
function suggestion({ item, state, html }) {
  const { objectID, name, __autocomplete_queryID: queryID } = item;
  function buy(event) {
    event.stopPropagation();
    state.context.algoliaInsightsPlugin.insights.convertedObjectIDsAfterSearch({
      eventName: 'Suggestion Bought',
      index: 'suggestions',
      items: [item],
      queryID,
      algoliaSource: ['autocomplete'],
    });
  }
  return html`<div class="suggestion" data-id=${objectID} data-query=${queryID}>
    ${name} <button class="buy" onClick=${buy}>Buy</button>
  </div>`;
}

/** Shows a search box with suggestions.
 * @param {import('../support/page-setup.ts').PageOptions} options */
export function startAutocomplete(options) {
  const searchClient = localSearch(window.searches, options.isAutomatic);
  const insights = insightsOption(options);
  autocomplete({
    container: place('autocomplete'),
    detachedMediaQuery: 'none',
    plugins: insights ? [createAlgoliaInsightsPlugin(typeof insights === 'object' ? insights : {})] : [],
    getSources: ({ query }) => [
      {
        sourceId: 'suggestions',
        getItems: () => getAlgoliaResults({ searchClient, queries: [{ indexName: 'suggestions', params: { query } }] }),
        templates: { item: suggestion },
      },
    ],
  });
}

window.start = startAutocomplete;
