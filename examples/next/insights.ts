/** The server and the page send events to the same application. */
export const insights = {
  appId: process.env.NEXT_PUBLIC_ALGOLIA_APP_ID!,
  apiKey: process.env.NEXT_PUBLIC_ALGOLIA_SEARCH_KEY!,
  host: process.env.NEXT_PUBLIC_INSIGHTS_HOST || undefined,
};

export const secure = process.env.NODE_ENV === 'production';
