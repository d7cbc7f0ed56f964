import { isAnonymousToken, isUserToken } from '../../machines/index.js';
import { type CookieAttributes, type CookieDocument, expireCookies, readCookies, writeCookie } from './cookies.js';
import { memoryJar } from './memory-jar.js';
import type { TokenJar, TokenSlot } from './ports.js';
import { localStorageOf, readItem, writeItem } from './web-storage.js';

const renewedKey = 'usertoken:renewed';
const dayMs = 86_400_000;

/** How the two cookies are named and kept. */
export interface CookieOptions {
  /** Name of the anonymous token's cookie. @default '_ALGOLIA', which search-insights and InstantSearch read */
  readonly name?: string;
  /** Name of the identified token's cookie; on https without `domain` it gets the prefix `__Host-`, so that no
   * sibling sub-domain can plant a user. @default '_ALGOLIA_USER' */
  readonly userName?: string;
  /** Share the cookies with every host below this domain; see `widestDomain()`. A domain the browser refuses is
   * reported once, and the cookies become host-only. @default host-only */
  readonly domain?: string;
  /** Lifetime of the anonymous token's cookie in seconds, 1 to 34_560_000 (400 days, the cap of browsers).
   * @default 15_552_000 (6 x 30 days, as search-insights) */
  readonly maxAgeSeconds?: number;
  /** Lifetime of the identified token's cookie in seconds where `remember` is `device`. @default 15_552_000 */
  readonly userMaxAgeSeconds?: number;
  /** Whether the anonymous token's cookie is written anew once a day, so that it lives on with each visit.
   * @default true */
  readonly renew?: boolean;
  /** `None` makes the cookies `Secure`, as browsers demand. @default 'Lax' */
  readonly sameSite?: 'Lax' | 'Strict' | 'None';
  /** Whether the server sets and renews these cookies; script then reads them only, and removes them on denial.
   * @default false */
  readonly server?: boolean;
}

/** What a cookie jar needs beside its options. */
export interface CookieJarPorts {
  /** Whether the identified token outlives the browser session. @default false */
  readonly rememberUser?: boolean;
  readonly document?: CookieDocument | undefined;
  /** Keeps when the cookie was renewed, since a cookie does not show its age. @default the page's localStorage */
  readonly storage?: Storage | undefined;
  readonly now?: () => number;
  /** Told once for each kind of trouble, in a sentence without tokens. */
  readonly onTrouble?: (trouble: 'cookies-unavailable' | 'cookie-domain-refused' | 'cookie-duplicated') => void;
}

/** Keeps tokens in two cookies. Where cookies are off, blocked or throw, in memory. */
export function cookieJar(options: CookieOptions = {}, ports: CookieJarPorts = {}): TokenJar {
  const doc = 'document' in ports ? ports.document : globalThis.document;
  const storage = 'storage' in ports ? ports.storage : localStorageOf();
  const now = ports.now ?? Date.now;
  const memory = memoryJar();
  const told = new Set<string>();
  let domain = options.domain;

  const sameSite = options.sameSite ?? 'Lax';
  const isHttps = doc?.location?.protocol === 'https:';
  const attributes: CookieAttributes = { sameSite, secure: isHttps || sameSite === 'None' };

  const anonymousName = options.name ?? '_ALGOLIA';
  const plainUserName = options.userName ?? '_ALGOLIA_USER';
  const nameOf = (slot: TokenSlot) => {
    if (slot === 'anonymous') return anonymousName;
    return isHttps && !domain ? `__Host-${plainUserName}` : plainUserName;
  };
  const isValid = (slot: TokenSlot, value: string) => (slot === 'anonymous' ? isAnonymousToken : isUserToken)(value);

  function tell(trouble: Parameters<NonNullable<CookieJarPorts['onTrouble']>>[0]): void {
    if (told.has(trouble)) return;
    told.add(trouble);
    ports.onTrouble?.(trouble);
  }

  function maxAgeOf(slot: TokenSlot): number | undefined {
    if (slot === 'anonymous') return options.maxAgeSeconds ?? 15_552_000;
    return ports.rememberUser ? (options.userMaxAgeSeconds ?? 15_552_000) : undefined;
  }

  function put(slot: TokenSlot, token: string): boolean {
    const name = nameOf(slot);
    writeCookie(doc!, name, token, { ...attributes, domain, maxAgeSeconds: maxAgeOf(slot) });
    return readCookies(doc!, name)[0] === token;
  }

  function isFresh(slot: TokenSlot): boolean {
    if (slot === 'identified' || options.renew === false) return true;
    const age = now() - Number(readItem(storage, renewedKey));
    return age >= 0 && age < dayMs;
  }

  /** All copies, under the name of the other protocol too. */
  function expire(slot: TokenSlot): void {
    const names = slot === 'anonymous' ? [anonymousName] : [plainUserName, `__Host-${plainUserName}`];
    for (const name of names) {
      if (doc && readCookies(doc, name).length > 0) expireCookies(doc, name, attributes);
    }
  }

  return {
    read(slot) {
      const values = doc ? readCookies(doc, nameOf(slot)) : [];
      // Of several valid ones the first, since that is what other scripts and servers read.
      return values.find((value) => isValid(slot, value)) ?? memory.read(slot);
    },
    write(slot, token) {
      memory.remove(slot);
      if (!doc) return memory.write(slot, token);
      const values = readCookies(doc, nameOf(slot));
      if (values.length === 1 && values[0] === token && isFresh(slot)) return;
      if (options.server) {
        if (values[0] !== token) memory.write(slot, token);
        return;
      }
      if (values.length > 1) {
        tell('cookie-duplicated');
        expire(slot);
      }
      let kept = put(slot, token);
      if (!kept && values.length > 0) {
        // One that hides ours: on a longer path, or Secure and written elsewhere.
        expire(slot);
        kept = put(slot, token);
      }
      if (!kept && domain) {
        domain = undefined;
        kept = put(slot, token);
        if (kept) tell('cookie-domain-refused');
      }
      if (!kept) {
        tell('cookies-unavailable');
        memory.write(slot, token);
      } else if (slot === 'anonymous' && options.renew !== false) {
        writeItem(storage, renewedKey, String(now()));
      }
    },
    remove(slot) {
      memory.remove(slot);
      expire(slot);
    },
    erase() {
      memory.erase();
      expire('anonymous');
      expire('identified');
      writeItem(storage, renewedKey, undefined);
    },
  };
}
