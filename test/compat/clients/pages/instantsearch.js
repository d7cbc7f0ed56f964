import instantsearch from 'instantsearch.js/es';
import { createInsightsMiddleware } from 'instantsearch.js/es/middlewares';
import { hits, refinementList, searchBox } from 'instantsearch.js/es/widgets';
import { localSearch } from '../support/local-search.ts';
import { insightsOption, place } from '../support/page-setup.ts';

/** Shows a shop with a search box, hits that can be clicked and bought, and a filter.
 * @param {import('../support/page-setup.ts').PageOptions} options */
export function startInstantSearch(options) {
  const insights = insightsOption(options);
  const search = instantsearch({
    indexName: 'products',
    searchClient: localSearch(window.searches, options.isAutomatic),
    ...(options.isMiddleware || insights === undefined ? {} : { insights }),
  });
  if (options.isMiddleware) search.use(createInsightsMiddleware(insights));
  search.addWidgets([
    searchBox({ container: place('search') }),
    refinementList({ container: place('brands'), attribute: 'brand' }),
    hits({
      container: place('hits'),
      templates: {
        item: (hit, { html, sendEvent }) => html`
          <article class="hit" data-id="${hit.objectID}" data-query="${hit.__queryID}">
            <button class="click" onClick=${() => sendEvent('click', hit, 'Product Clicked')}>Look</button>
            <button class="buy" onClick=${() => sendEvent('conversion', hit, 'Product Bought')}>Buy</button>
          </article>
        `,
      },
    }),
  ]);
  search.start();
  return () => search.dispose();
}

window.start = (options) => {
  window.stop = startInstantSearch(options);
};
