import { PUBLIC_ALGOLIA_APP_ID, PUBLIC_ALGOLIA_SEARCH_KEY, PUBLIC_INSIGHTS_HOST } from '$env/static/public';

/** The server and the page send events to the same application. */
export const insights = {
  appId: PUBLIC_ALGOLIA_APP_ID,
  apiKey: PUBLIC_ALGOLIA_SEARCH_KEY,
  host: PUBLIC_INSIGHTS_HOST || undefined,
};
