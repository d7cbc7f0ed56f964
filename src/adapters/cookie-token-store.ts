import { checkUserToken, isAnonymousToken } from '../../machines/index.js';
import { cookieDefaults } from '../defaults.js';
import { withDefaults } from '../with-defaults.js';
import { type CookieAttributes, type CookieDocument, expireCookies, readCookies, writeCookie } from './cookies.js';
import { memoryTokenStore } from './memory-token-store.js';
import type { TokenSlot, TokenStore } from './ports.js';
import { safeStorage } from './web-storage.js';

const dayMs = 86_400_000;

/** How the two cookies are named and kept. */
export interface CookieOptions {
  /** Name of the anonymous token's cookie. @default '_ALGOLIA', which search-insights and InstantSearch read */
  readonly name?: string | undefined;
  /** Name of the identified token's cookie; on https without `domain` it gets the prefix `__Host-`, so that no
   * sibling sub-domain can plant a user. @default '_ALGOLIA_USER' */
  readonly userName?: string | undefined;
  /** Share the cookies with every host below this domain; see `widestDomain()`. A domain the browser refuses is
   * reported once, and the cookies become host-only. @default host-only */
  readonly domain?: string | undefined;
  /** Lifetime of the anonymous token's cookie in seconds, 1 to 34_560_000 (400 days, the cap of browsers).
   * @default 15_552_000 (6 x 30 days, as search-insights) */
  readonly maxAgeSeconds?: number | undefined;
  /** Lifetime of the identified token's cookie in seconds where `remember` is `device`. @default 15_552_000 */
  readonly userMaxAgeSeconds?: number | undefined;
  /** Whether the anonymous token's cookie is written anew once a day, so that it lives on with each visit.
   * @default true */
  readonly renew?: boolean | undefined;
  /** `None` makes the cookies `Secure`, as browsers demand. @default 'Lax' */
  readonly sameSite?: 'Lax' | 'Strict' | 'None' | undefined;
  /** Whether the server sets and renews these cookies. Script then writes neither; it still removes the identified one when
   * nobody is logged in, and both on denial.
   * @default false */
  readonly server?: boolean | undefined;
}

/** What a cookie token store needs beside its options. */
export interface CookieTokenStorePorts {
  /** Whether the identified token outlives the browser session. @default false */
  readonly isPersistent?: boolean | undefined;
  /** Where the cookies are. @default the page's document; none where there is no page */
  readonly document?: CookieDocument | undefined;
  /** Keeps when the cookie was renewed, since a cookie does not show its age. @default the page's localStorage */
  readonly storage?: Storage | undefined;
  /** The device's time in milliseconds, for the daily renewal. @default `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Told of trouble, as often as it is met. */
  readonly onTrouble?:
    | ((trouble: 'cookies-unavailable' | 'cookie-domain-refused' | 'cookie-duplicated') => void)
    | undefined;
}

/** Keeps tokens in two cookies. Where cookies are off, blocked or throw, in memory. */
export function cookieTokenStore(options: CookieOptions = {}, ports: CookieTokenStorePorts = {}): TokenStore {
  const { name, userName, sameSite, renew, maxAgeSeconds, userMaxAgeSeconds } = withDefaults(options, cookieDefaults);
  const { onTrouble, now = Date.now } = ports;
  const doc = 'document' in ports ? ports.document : globalThis.document;
  const storage = safeStorage(ports);
  const renewedKey = `usertoken:renewed:${name}`;
  const memory = memoryTokenStore();
  let domain = options.domain;

  const isHttps = doc?.location?.protocol === 'https:';
  const attributes: CookieAttributes = { sameSite, secure: isHttps || sameSite === 'None' };

  /** The user's name where no sibling sub-domain can plant it, and where a refused domain has put it. */
  const hostName = `__Host-${userName}`;
  function nameOf(slot: TokenSlot): string {
    if (slot === 'anonymous') return name;
    return isHttps && !domain ? hostName : userName;
  }
  const valuesUnder = (name: string) => (doc ? readCookies(doc, name) : []);
  const strays = (slot: TokenSlot) => (slot === 'identified' && domain ? valuesUnder(hostName) : []);

  function put(slot: TokenSlot, token: string): boolean {
    const lifetime = slot === 'anonymous' ? maxAgeSeconds : ports.isPersistent ? userMaxAgeSeconds : undefined;
    writeCookie(doc!, nameOf(slot), token, { ...attributes, domain, maxAgeSeconds: lifetime });
    return valuesUnder(nameOf(slot))[0] === token;
  }

  function isFresh(slot: TokenSlot): boolean {
    const ageMs = now() - Number(storage.get(renewedKey));
    return slot === 'identified' || !renew || (ageMs >= 0 && ageMs < dayMs);
  }

  /** All copies; of the user under the name of the other protocol too. */
  function expire(slot: TokenSlot): void {
    for (const each of slot === 'anonymous' ? [name] : [userName, hostName]) {
      if (valuesUnder(each).length > 0) expireCookies(doc!, each, attributes);
    }
  }

  function remove(slot: TokenSlot): void {
    memory.remove(slot);
    expire(slot);
  }

  return {
    read(slot) {
      const isToken = (value: string) =>
        slot === 'anonymous' ? isAnonymousToken(value) : checkUserToken(value, () => true).ok;
      // Of several valid ones the first, since that is what other scripts and servers read.
      return [...valuesUnder(nameOf(slot)), ...strays(slot)].find(isToken) ?? memory.read(slot);
    },
    write(slot, token) {
      const values = valuesUnder(nameOf(slot));
      memory.remove(slot);
      if (!doc || (options.server && values[0] !== token)) return memory.write(slot, token);
      if (options.server || (values.length === 1 && values[0] === token && isFresh(slot))) return;
      if (values.length > 1) {
        onTrouble?.('cookie-duplicated');
        expire(slot);
      }
      // From before the domain was chosen, or since it is refused.
      if (strays(slot).length > 0) expire(slot);
      let isKept = put(slot, token);
      if (!isKept && values.length > 0) {
        // One that hides ours: on a longer path, or Secure and written elsewhere.
        expire(slot);
        isKept = put(slot, token);
      }
      if (!isKept && domain) {
        domain = undefined;
        isKept = put(slot, token);
        if (isKept) onTrouble?.('cookie-domain-refused');
      }
      if (!isKept) {
        onTrouble?.('cookies-unavailable');
        memory.write(slot, token);
      } else if (slot === 'anonymous' && renew) {
        storage.put(renewedKey, `${now()}`);
      }
    },
    remove,
    erase() {
      remove('anonymous');
      remove('identified');
      storage.remove(renewedKey);
    },
  };
}
