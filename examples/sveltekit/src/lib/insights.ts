import { PUBLIC_ALGOLIA_APP_ID, PUBLIC_ALGOLIA_SEARCH_KEY, PUBLIC_INSIGHTS_HOST } from '$env/static/public';

/** Where events go, for the server and the page. */
export const insights = {
  appId: PUBLIC_ALGOLIA_APP_ID,
  apiKey: PUBLIC_ALGOLIA_SEARCH_KEY,
  host: PUBLIC_INSIGHTS_HOST || undefined,
};
