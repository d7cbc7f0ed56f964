import { checkUserToken, isAnonymousToken } from '../../machines/index.js';
import { cookieDefaults } from '../defaults.js';
import { withDefaults } from '../with-defaults.js';
import { type CookieDocument, expireCookies, keepsDomain, readCookies, writeCookie } from './cookies.js';
import { memoryTokenStore } from './memory-token-store.js';
import type { TokenSlot, TokenStore } from './ports.js';

/** How the two cookies are named and kept. */
export interface CookieOptions {
  /** Name of the anonymous token's cookie. @default '_ALGOLIA', which search-insights and InstantSearch read */
  readonly name?: string | undefined;
  /** Name of the identified token's cookie; on https without `domain` it gets the prefix `__Host-`, so that no
   * sibling sub-domain can plant a user. @default '_ALGOLIA_USER' */
  readonly userName?: string | undefined;
  /** Share the cookies with every host below this domain; see `widestDomain()`. A login that was stored for one host before
   * is removed. A domain the browser refuses is reported once, and the cookies become host-only. @default host-only */
  readonly domain?: string | undefined;
  /** Lifetime of the anonymous token's cookie in seconds, 1 to 34_560_000 (400 days, the cap of browsers).
   * @default 15_552_000 (6 x 30 days, as search-insights) */
  readonly maxAgeSeconds?: number | undefined;
  /** Lifetime of the identified token's cookie in seconds, with `remember: 'device'`. @default 15_552_000 */
  readonly userMaxAgeSeconds?: number | undefined;
  /** Whether each page renews the cookies that have a lifetime. A page can't see when a cookie expires, and Safari limits
   * cookies that a script wrote to seven days, or to one.
   * @default true */
  readonly renew?: boolean | undefined;
  /** `None` makes the cookies `Secure`, as browsers demand. @default 'Lax' */
  readonly sameSite?: 'Lax' | 'Strict' | 'None' | undefined;
  /** Whether the server sets and renews these cookies. Script then writes neither; it still removes the identified one when
   * nobody is logged in, and both on denial.
   * @default false */
  readonly server?: boolean | undefined;
  /** Whether the cookies are `Secure`, which decides about the prefix `__Host-` too. A server passes it on with
   * the hydration, so that both sides use the same names on `http://localhost` and behind proxies that end TLS.
   * @default whether the page's address begins with `https:` */
  readonly secure?: boolean | undefined;
}

/** The warnings of a cookie token store. */
export type CookieTrouble =
  | 'cookies-unavailable'
  | 'cookie-domain-refused'
  | 'cookie-duplicated'
  | 'token-foreign'
  | 'cookie-not-erased';

/** What a cookie token store needs in addition to its options. */
export interface CookieTokenStorePorts {
  /** Whether the identified token outlives the browser session. @default false */
  readonly isPersistent?: boolean | undefined;
  /** Where the cookies are. @default the page's document; outside a page there are no cookies */
  readonly document?: CookieDocument | undefined;
  /** Called each time something is wrong, with a code and what it is about, but never with a token. */
  readonly onTrouble?: ((trouble: CookieTrouble, ...details: string[]) => void) | undefined;
}

const isValid = (value: string) => checkUserToken(value, () => true).ok;

/** Keeps tokens in two cookies, or in memory if cookies are off, blocked or throw. */
export function cookieTokenStore(options: CookieOptions = {}, ports: CookieTokenStorePorts = {}): TokenStore {
  const { name, userName, sameSite, renew, maxAgeSeconds, userMaxAgeSeconds } = withDefaults(options, cookieDefaults);
  const { onTrouble } = ports;
  const doc = 'document' in ports ? ports.document : globalThis.document;
  const memory = memoryTokenStore();
  let domain = options.domain;

  const isHttps = options.secure ?? doc?.location?.protocol === 'https:';
  const reach = `SameSite=${sameSite}${isHttps || sameSite === 'None' ? '; Secure' : ''}`;

  /** The user's name where no sibling sub-domain can plant it, and where a refused domain has put it. */
  const hostName = `__Host-${userName}`;
  /** The two names of the user: the one in use, and that of a login from before the domain or https was chosen. */
  const userNames = () => (isHttps && !domain ? [hostName, userName] : [userName, hostName]);
  const nameOf = (slot: TokenSlot) => (slot === 'anonymous' ? name : userNames()[0]!);
  const valuesUnder = (name: string) => (doc ? readCookies(doc, name) : []);

  /** All copies, also those of the domain that was chosen, wherever this is. */
  function expire(name: string): void {
    if (doc && !expireCookies(doc, name, { reach, domain: options.domain })) onTrouble?.('cookie-not-erased', name);
  }

  /** Gives a domain up that the browser refuses, which a cookie that has the token already does not show. */
  function tryDomain(): void {
    if (domain && !keepsDomain(doc!, domain, reach)) domain = undefined;
  }

  function remove(slot: TokenSlot): void {
    memory.remove(slot);
    for (const each of slot === 'anonymous' ? [name] : userNames()) expire(each);
  }

  return {
    read(slot) {
      // A host-only login is that of a refused domain, or a stray: elsewhere a logout may have ended the shared one since.
      if (slot === 'identified' && domain && valuesUnder(hostName).length > 0) {
        tryDomain();
        if (domain) expire(hostName);
        else onTrouble?.('cookie-domain-refused');
      }
      // Of several valid ones the first, since that is what other scripts and servers read.
      return valuesUnder(nameOf(slot)).find(slot === 'anonymous' ? isAnonymousToken : isValid) ?? memory.read(slot);
    },
    write(slot, token) {
      memory.remove(slot);
      if (doc && !options.server) tryDomain();
      if (slot === 'identified') expire(userNames()[1]!);
      const key = nameOf(slot);
      const lifetime = slot === 'anonymous' ? maxAgeSeconds : ports.isPersistent ? userMaxAgeSeconds : undefined;
      let values = valuesUnder(key);
      function put(): void {
        writeCookie(doc!, key, token, { reach, domain, maxAgeSeconds: lifetime });
        values = valuesUnder(key);
      }
      // A copy for all sub-domains hides nothing if a host-only one has the same value.
      const isKept = () => values[0] === token && values.slice(1).every((value) => !domain && value === token);
      const isForeign = (value: string) => value !== token && !isAnonymousToken(value) && isValid(value);

      if (!doc || (options.server && values[0] !== token)) return memory.write(slot, token);
      if (options.server || (isKept() && !(renew && lifetime))) return;
      if (slot === 'anonymous' && values.some(isForeign)) onTrouble?.('token-foreign', name);
      if (values.length > 1 && !isKept()) {
        onTrouble?.('cookie-duplicated');
        expire(key);
      }
      put();
      if (!isKept()) {
        // One that hides ours: on a longer path, host-only, or Secure and written elsewhere.
        expire(key);
        put();
      }
      if (values[0] !== token) {
        onTrouble?.('cookies-unavailable');
        memory.write(slot, token);
      } else if (domain !== options.domain) onTrouble?.('cookie-domain-refused');
    },
    remove,
    erase() {
      remove('anonymous');
      remove('identified');
    },
    subscribe(listener) {
      const changes = (doc as Partial<Document> | undefined)?.defaultView?.cookieStore;
      changes?.addEventListener('change', listener);
      return () => changes?.removeEventListener('change', listener);
    },
  };
}
