// #region create
import { createUserToken } from 'usertoken';
import { keepChoice, keptChoice } from './choice';

/** One for the page, made outside of components: neither a re-mount nor a hot update makes another. */
export const user = createUserToken({
  appId: import.meta.env.VITE_ALGOLIA_APP_ID,
  apiKey: import.meta.env.VITE_ALGOLIA_SEARCH_KEY,
  host: import.meta.env.VITE_INSIGHTS_HOST || undefined,
  consent: keptChoice(),
});
user.subscribe(({ consent }) => keepChoice(consent));
// #endregion
