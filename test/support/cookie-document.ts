import { CookieJar } from 'tough-cookie';
import type { CookieDocument } from '../../src/adapters/cookies.js';

/** A `document` whose cookies follow the rules of browsers (RFC 6265bis, public suffixes included). */
export interface FakeDocument extends CookieDocument {
  /** The cookies as the browser stores them. */
  stored(): {
    name: string;
    value: string;
    domain: string;
    path: string;
    secure: boolean;
    sameSite: string;
    maxAgeSeconds: number | undefined;
    hostOnly: boolean;
  }[];
  /** The same cookies seen from another page. */
  at(url: string): FakeDocument;
  /** How often a cookie was written. */
  readonly writes: number;
}

/** A page at `url`, with the cookies of `token store`. */
export function cookieDocument(url: string, tokenStore = new CookieJar()): FakeDocument {
  const location = new URL(url);
  let writes = 0;
  return {
    location,
    get cookie() {
      return tokenStore.getCookieStringSync(url, { http: false });
    },
    set cookie(text: string) {
      writes += 1;
      // The library counts Max-Age from the last access; browsers count it from the moment of writing.
      const absolute = text.replace(/Max-Age=(-?\d+)/i, (_, seconds) => {
        return `Expires=${new Date(Date.now() + Number(seconds) * 1000).toUTCString()}`;
      });
      tokenStore.setCookieSync(absolute, url, { http: false, ignoreError: true, sameSiteContext: 'strict' });
    },
    get writes() {
      return writes;
    },
    at: (other) => cookieDocument(other, tokenStore),
    stored() {
      const cookies = (tokenStore.serializeSync()?.cookies ?? []).map((cookie) => ({
        name: String(cookie.key),
        value: String(cookie.value),
        domain: String(cookie.domain),
        path: String(cookie.path),
        secure: cookie.secure === true,
        sameSite: String(cookie.sameSite),
        maxAgeSeconds: cookie.expires
          ? Math.round((Date.parse(String(cookie.expires)) - Date.now()) / 1000)
          : undefined,
        hostOnly: cookie.hostOnly === true,
      }));
      // The library lets expired cookies lie until it comes across them.
      return cookies.filter(({ maxAgeSeconds = 1 }) => maxAgeSeconds > 0);
    },
  };
}

/** A `document` where cookies throw, as in a frame sandboxed without `allow-same-origin`. */
export function throwingDocument(): CookieDocument {
  const refuse = () => {
    throw new DOMException('The document is sandboxed', 'SecurityError');
  };
  return Object.defineProperty({ location: new URL('https://shop.example/') }, 'cookie', {
    get: refuse,
    set: refuse,
  }) as never;
}

/** A `document` that keeps no cookie, as with cookies switched off. */
export function cookielessDocument(): CookieDocument {
  return Object.defineProperty({ location: new URL('https://shop.example/') }, 'cookie', {
    get: () => '',
    set: () => {},
  }) as never;
}
