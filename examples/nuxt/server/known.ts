import { getCookie, type H3Event } from 'h3';
import type { Consent } from 'usertoken';

/** The shop's own cookies: what the visitor allowed, and the account that is logged in. */
export default (event: H3Event) => ({
  consent: getCookie(event, 'consent') as Consent,
  user: getCookie(event, 'account') ?? null,
});
