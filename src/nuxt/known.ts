import { getCookie, useRuntimeConfig } from '#imports';
import type { Consent } from '../../machines/index.js';
import type { Known } from './module.js';

/** What is known without an application's word: its consent cookie, and the account's cookie of the last login. */
const known: Known = (event) => {
  const { consentCookie } = useRuntimeConfig(event).public.usertoken;
  return { consent: getCookie(event, consentCookie) as Consent };
};

export default known;
