import { newTracker, trackStructEvent } from '@snowplow/browser-tracker';

let tracker;
globalThis.bench = {
  start(endpoint) {
    tracker = newTracker('bench', endpoint, { appId: 'bench', cookieSameSite: 'Lax', keepalive: true });
  },
  track: (id) => trackStructEvent({ category: 'products', action: 'Clicked', label: id }),
  token: () => tracker.getDomainUserId(),
};
