import { isAnonymousToken, isUserToken } from '../../machines/index.js';
import { type CookieAttributes, expireCookies, readCookies, writeCookie } from '../adapters/cookies.js';
import { pageWindow } from '../adapters/platform.js';
import type { createWarnings } from '../warnings.js';

const name = '_ALGOLIA';
/** An account that `createUserToken` may have stored. */
const userNames = ['_ALGOLIA_USER', '__Host-_ALGOLIA_USER'];

/** The cookie of the anonymous token; none on a server.
 * @param lifetimeMs Asked at each write. */
export function tokenCookie(lifetimeMs: () => number, { post }: ReturnType<typeof createWarnings>) {
  const doc = pageWindow()?.document;
  const attributes: CookieAttributes = {
    reach: `SameSite=Lax${doc?.location?.protocol === 'https:' ? '; Secure' : ''}`,
  };
  const values = () => (doc ? readCookies(doc, name) : []);

  /** Returns whether it is the one token that servers and other pages see. */
  function put(token: string): boolean {
    writeCookie(doc!, name, token, { ...attributes, maxAgeSeconds: Math.floor(lifetimeMs() / 1000) });
    const found = values();
    return found[0] === token && found.every((value) => value === token);
  }

  function expire(name: string): void {
    if (!expireCookies(doc!, name, attributes)) post('cookie-not-erased', name);
  }

  return {
    /** The stored token; of several the first, which is what servers read. */
    read: (): string | undefined => values().find(isAnonymousToken),

    /** Stores a token. One that is there is written again: a browser may keep a script's cookie for seven days only, so it
     * lives on with each page. */
    write(token: string): void {
      if (!doc) return;
      const isForeign = (value: string) => value !== token && isUserToken(value) && !isAnonymousToken(value);
      if (values().some(isForeign)) post('token-foreign', name);
      if (put(token)) return;
      // One that hides ours: on a longer path, for a parent domain, or Secure and written elsewhere.
      if (values().length > 0) expire(name);
      if (!put(token)) post('cookies-unavailable');
    },

    /** Removes all that this library may have stored in cookies. */
    erase: (): void => (doc ? [name, ...userNames] : []).forEach(expire),
  };
}

/** See {@link tokenCookie}. */
export type TokenCookie = ReturnType<typeof tokenCookie>;
