import { createApp, h } from 'vue';
import { AisHits, AisInstantSearch, AisRefinementList, AisSearchBox } from 'vue-instantsearch/vue3/es';
import { localSearch } from '../support/local-search.ts';
import { insightsOption, place } from '../support/page-setup.ts';

const hit = ({ item, sendEvent }) =>
  h('article', { class: 'hit', 'data-id': item.objectID, 'data-query': item.__queryID }, [
    h('button', { class: 'click', onClick: () => sendEvent('click', item, 'Product Clicked') }, 'Look'),
    h('button', { class: 'buy', onClick: () => sendEvent('conversion', item, 'Product Bought') }, 'Buy'),
  ]);

window.start = (options) => {
  const searchClient = localSearch(window.searches, options.isAutomatic);
  const insights = insightsOption(options);
  const app = createApp({
    render: () =>
      h(AisInstantSearch, { indexName: 'products', searchClient, insights }, () => [
        h(AisSearchBox),
        h(AisRefinementList, { attribute: 'brand' }),
        h(AisHits, null, { item: hit }),
      ]),
  });
  app.mount(place('root'));
  window.stop = () => app.unmount();
};
