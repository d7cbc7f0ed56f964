import { tryCall } from '../../machines/try-call.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { cookieTokenStore } from '../adapters/cookie-token-store.js';
import type { UserTokenOptions } from '../options.types.js';
import type { Hydration } from './server.types.js';

function hydrationInPage(): Hydration | undefined {
  return tryCall(() => JSON.parse(document.querySelector('script#usertoken')!.textContent!));
}

/** Returns options for `createUserToken` that continue with the tokens of a request: `createUserToken({ appId, apiKey,
 * ...fromServer() })`. Use it in the page, where cookies win once they can be read, and to render the same components on the
 * server.
 * @param hydration The value of `visitor.hydration`, if your framework passes it to the page. If there is no hydration, as on a
 *   prerendered page, the page starts with consent `pending`, and a server renders no token, since its HTML may be for
 *   everybody. @default the content of the page's data block, `visitor.script` */
export function fromServer(
  hydration: Hydration | null | undefined = hydrationInPage(),
): Pick<UserTokenOptions, 'consent' | 'strategy' | 'remember' | 'onLogout' | 'user' | 'cookie' | 'generateToken'> {
  if (!hydration) return { consent: typeof document === 'undefined' ? 'denied' : 'pending' };
  const { anonymousToken, user, ...options } = hydration;
  const { consent, cookie, remember } = options;
  // Cookies are newer than a page from a cache. Where they are blocked, the hydration is all there is.
  const areCookiesKept = consent === 'granted' && cookie && cookieTokenStore(cookie).read('anonymous');
  // An account that no cookie has: it is not remembered, or the cookies were hidden from the server.
  if (areCookiesKept) return remember === 'page' || !cookie.server ? { ...options, user } : options;
  let first = anonymousToken;
  return {
    ...options,
    user,
    generateToken() {
      const token = first ?? generateAnonymousToken();
      first = undefined;
      return token;
    },
  };
}
