import { AnalyticsBrowser } from '@segment/analytics-next';

/** What the pages of both configurations of Segment run. */
export function chunkSetup(deliveryStrategy) {
  let analytics;
  return {
    start(endpoint) {
      const destination = { apiHost: `${new URL(endpoint).host}/v1`, protocol: 'http', deliveryStrategy };
      analytics = AnalyticsBrowser.load(
        // Given inline, settings are not fetched before the first event.
        { writeKey: 'key', cdnSettings: { integrations: { 'Segment.io': { apiKey: 'key' } } } },
        { integrations: { 'Segment.io': destination } },
      );
    },
    track: (id) => analytics.track('Clicked', { index: 'products', id }),
    token: async () => (await analytics.user()).anonymousId(),
  };
}
