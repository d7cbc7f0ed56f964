import '@angular/compiler';
import { bootstrapApplication } from '@angular/platform-browser';
import { createUserToken, type UserTokenClient } from '../../../src/index.js';
import { appFor } from './app.js';

declare global {
  interface Window {
    host: string;
    user: UserTokenClient;
    /** The names of tracked events, in order. */
    tracked: string[];
    /** What came first: the application was stable, or the event's receipt was there. */
    earliest: Promise<'stable' | 'receipt'>;
  }
}

const { host } = window;
window.user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host, onWarning() {} });
window.tracked = [];
const { track } = window.user;
window.user.track = (event) => {
  window.tracked.push(event.eventName);
  return track(event);
};
const { Shop, config, receipt } = appFor(window.user);

window.earliest = (async () => {
  const app = await bootstrapApplication(Shop, config);
  const stable = new Promise<void>((resolve) => {
    app.isStable.subscribe((isStable) => isStable && resolve());
  });
  return Promise.race([stable.then(() => 'stable' as const), receipt.then(() => 'receipt' as const)]);
})();
