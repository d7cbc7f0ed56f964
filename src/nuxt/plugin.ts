import { defineNuxtPlugin, useCookie, useRequestEvent, useRuntimeConfig, useState } from '#imports';
import type { Consent } from '../../machines/index.js';
import { userTokenPlugin } from '../bindings/vue.js';
import { createUserToken } from '../create-user-token.js';
import { fromServer } from '../server/from-server.js';

/** Gives each application its client: one for the page, one for each request on the server. */
export default defineNuxtPlugin(({ vueApp }) => {
  const { secure, consentCookie, cookie, ...options } = useRuntimeConfig().public.usertoken;
  const hydration = useState('usertoken', () => useRequestEvent()?.context.usertoken?.hydration ?? null).value;
  const isInPage = typeof document !== 'undefined';
  // A page for everybody finds the visitor in the browser. The server keeps the cookies, so script renews none.
  const unknown = {
    cookie: cookie === false ? cookie : { renew: false, ...cookie, secure },
    ...(isInPage ? { consent: useCookie<Consent>(consentCookie).value ?? 'pending' } : {}),
  };
  const user = createUserToken({ ...options, ...fromServer(hydration), ...(hydration ? {} : unknown) });
  vueApp.use(userTokenPlugin, user);
});
