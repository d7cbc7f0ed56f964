import { type Consent, createUserToken, type UserTokenClient } from 'usertoken';
import { fromServer, type Hydration } from 'usertoken/server';
import { browser } from '$app/environment';
import { insights } from './insights';

let inPage: UserTokenClient | undefined;

/** What a page for everybody finds in the browser. The server keeps the cookies, so script renews none. */
function found() {
  const consent = /(?:^|; )consent=(granted|denied)/.exec(document.cookie)?.[1] ?? 'pending';
  return { consent: consent as Consent, cookie: { renew: false } };
}

/** The page keeps one client; the server creates one for each request. */
export function userFrom(hydration?: Hydration): UserTokenClient {
  const create = () =>
    createUserToken({ ...insights, ...fromServer(hydration), ...(browser && !hydration ? found() : {}) });
  if (!browser) return create();
  inPage ??= create();
  return inPage;
}
