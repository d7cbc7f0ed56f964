import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import { Hits, InstantSearch, RefinementList, SearchBox } from 'react-instantsearch';
import { localSearch } from '../support/local-search.ts';
import { insightsOption, place } from '../support/page-setup.ts';

const button = (className, text, onClick) => h('button', { type: 'button', className, onClick }, text);

const Hit = ({ hit, sendEvent }) =>
  h(
    'article',
    { className: 'hit', 'data-id': hit.objectID, 'data-query': hit.__queryID },
    button('click', 'Look', () => sendEvent('click', hit, 'Product Clicked')),
    button('buy', 'Buy', () => sendEvent('conversion', hit, 'Product Bought')),
  );

window.start = (options) => {
  const root = createRoot(place('root'));
  const searchClient = localSearch(window.searches, options.isAutomatic);
  root.render(
    h(
      InstantSearch,
      { indexName: 'products', searchClient, insights: insightsOption(options) },
      h(SearchBox),
      h(RefinementList, { attribute: 'brand' }),
      h(Hits, { hitComponent: Hit }),
    ),
  );
  window.stop = () => root.unmount();
};
