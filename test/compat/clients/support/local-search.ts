/** A search as the page asked for it: what a search client was called with, once for each call. */
export interface Search {
  readonly index: string;
  readonly query: string;
  readonly userToken: unknown;
  readonly clickAnalytics: unknown;
  /** The id of its answer. */
  readonly queryID: string;
}

interface SearchRequest {
  readonly indexName: string;
  readonly params?: { readonly query?: string; readonly userToken?: unknown; readonly clickAnalytics?: unknown };
}

const products = [
  { objectID: 'o1', name: 'Teapot', brand: 'Alpha' },
  { objectID: 'o2', name: 'Kettle', brand: 'Alpha' },
  { objectID: 'o3', name: 'Teacup', brand: 'Beta' },
];

/** A search client that answers in the page with the same three products, and notes what it is asked. Credentials are
 * where clients of version 4 and 5 have them.
 * @param searches Where it notes. @param isAutomatic Whether answers say that the index wants events collected. */
export function localSearch(searches: Search[], isAutomatic = false) {
  const headers = { 'x-algolia-application-id': 'app', 'x-algolia-api-key': 'key' };

  function answer({ indexName, params = {} }: SearchRequest, queryID: string) {
    const { query = '', clickAnalytics } = params;
    return {
      index: indexName,
      query,
      hits: products,
      nbHits: products.length,
      page: 0,
      nbPages: 1,
      hitsPerPage: 20,
      processingTimeMS: 1,
      exhaustiveNbHits: true,
      params: '',
      facets: { brand: { Alpha: 2, Beta: 1 } },
      ...(clickAnalytics || isAutomatic ? { queryID } : {}),
      ...(isAutomatic ? { _automaticInsights: true } : {}),
    };
  }

  return {
    appId: 'app',
    apiKey: 'key',
    transporter: { headers, queryParameters: {} },
    addAlgoliaAgent() {},
    search(asked: readonly SearchRequest[] | { readonly requests: readonly SearchRequest[] }) {
      const requests = 'requests' in asked ? asked.requests : asked;
      const [first] = requests as [SearchRequest];
      const queryID = `${searches.length + 1}`.padStart(32, '0');
      const { query = '', userToken, clickAnalytics } = first.params ?? {};
      searches.push({ index: first.indexName, query, userToken, clickAnalytics, queryID });
      return Promise.resolve({ results: requests.map((request) => answer(request, queryID)) });
    },
  };
}
