import type { Consent } from 'usertoken';
import { createUserTokenNext } from 'usertoken/next/server';
import { insights, secure } from './insights';

export const tokens = createUserTokenNext({
  ...insights,
  secure,
  // The shop's own cookies: what the visitor allowed, and the account that is logged in.
  known: (cookies) => ({
    consent: cookies.get('consent')?.value as Consent,
    user: cookies.get('account')?.value ?? null,
  }),
});
