import { createUserToken } from 'usertoken';
import { loadConsent, saveConsent } from '../../shared/consent.js';

/** Created outside of components, so that neither a re-mount nor a hot update creates another. */
export const user = createUserToken({
  appId: import.meta.env.VITE_ALGOLIA_APP_ID,
  apiKey: import.meta.env.VITE_ALGOLIA_SEARCH_KEY,
  host: import.meta.env.VITE_INSIGHTS_HOST,
  consent: loadConsent(),
});
user.subscribe(({ consent }) => saveConsent(consent));
