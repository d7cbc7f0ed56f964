import { isAnonymousToken } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { pageWindow } from '../adapters/platform.js';
import type { ClientParts, Methods } from './client-parts.js';

type Name =
  | 'setUserToken'
  | 'getUserToken'
  | 'onUserTokenChange'
  | 'setAuthenticatedUserToken'
  | 'getAuthenticatedUserToken'
  | 'onAuthenticatedUserTokenChange'
  | 'setAnonymousUserToken'
  | 'saveTokenAsCookie';

/** The methods that say who acts. */
export function tokenMethods({ client, user, account, cookie }: ClientParts): Methods<Name> {
  function saveTokenAsCookie(): void {
    const stored = cookie.read();
    if (user.text === undefined) return;
    cookie.write(stored ?? user.text);
    // The stored token acts, as it will on the next page.
    if (stored && isAnonymousToken(user.text)) client.setUserToken(stored);
  }

  return {
    setUserToken: user.set,
    getUserToken: user.get,
    onUserTokenChange: user.on,
    setAuthenticatedUserToken: account.set,
    getAuthenticatedUserToken: account.get,
    onAuthenticatedUserTokenChange: account.on,
    saveTokenAsCookie,

    setAnonymousUserToken(inMemory) {
      if (inMemory) client.setUserToken(generateAnonymousToken());
      else if (tryCall(() => pageWindow()!.navigator.cookieEnabled)) {
        client.setUserToken(cookie.read() ?? generateAnonymousToken());
        saveTokenAsCookie();
      }
    },
  };
}
