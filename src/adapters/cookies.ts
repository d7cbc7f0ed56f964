import { tryCall } from '../../machines/try-call.js';

/** The part of `document` that cookies need. */
export interface CookieDocument {
  cookie: string;
  readonly location: { readonly protocol: string; readonly hostname: string; readonly pathname: string } | null;
}

/** Attributes of a cookie as they are written.
 * @see RFC 6265bis, section 4.1.2 */
export interface CookieAttributes {
  readonly domain?: string | undefined;
  /** '' is the folder of the page, which is where a cookie goes that is written without a path. @default '/' */
  readonly path?: string;
  /** Where the cookie is sent: `SameSite=Lax; Secure`, say. */
  readonly reach: string;
  /** Seconds; 0 expires the cookie, missing makes it a session cookie. */
  readonly maxAgeSeconds?: number | undefined;
}

/** Every value that a cookie of this name has here, in the order the browser sends them: longest path first. */
export function readCookies(doc: Pick<CookieDocument, 'cookie'>, name: string): string[] {
  // In a sandboxed frame the getter throws, though navigator.cookieEnabled is true.
  const pairs = tryCall(() => doc.cookie.split(/;\s*/)) ?? [];
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/** Writes a cookie. The browser doesn't report a value that it refuses: read it back. */
export function writeCookie(doc: CookieDocument, name: string, value: string, attributes: CookieAttributes): void {
  const { domain, path = '/', reach, maxAgeSeconds } = attributes;
  tryCall(() => {
    doc.cookie =
      `${name}=${value}; Path=${path}; ${reach}${domain ? `; Domain=${domain}` : ''}` +
      `${maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`}`;
  });
}

/** The name of a throw-away cookie. */
export const probeName = 'usertoken_probe';

/** Whether the browser lets this page keep cookies for a domain, found by trying. */
export function keepsDomain(doc: CookieDocument, domain: string, reach = 'SameSite=Lax'): boolean {
  const attributes = { reach, domain };
  writeCookie(doc, probeName, '1', attributes);
  const isKept = readCookies(doc, probeName).length > 0;
  writeCookie(doc, probeName, '', { ...attributes, maxAgeSeconds: 0 });
  return isKept;
}

/** The host and each of its parents, widest first: `co.uk`, `shop.co.uk`, `www.shop.co.uk`. None for an IP address or
 * a host without dots, where a `Domain` attribute makes no sense. */
export function parentDomains(hostname = ''): string[] {
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const labels = hostname.split('.');
  return labels.slice(1).map((_, index) => labels.slice(-2 - index).join('.'));
}

/** How a frame of another site has to write. */
const embedded = 'SameSite=None; Secure';

/** Expires every cookie of this name that a script on this page can reach: on each parent domain and the one in the
 * attributes, and on each path. A cookie that stays may have been written in a frame of another site, whose attributes
 * it takes to expire it.
 * @returns Whether none is left. */
export function expireCookies(doc: CookieDocument, name: string, attributes: CookieAttributes): boolean {
  const { hostname, pathname = '/' } = doc.location ?? {};
  // A path may hold a semicolon, which no attribute can.
  const parts = pathname
    .replace(/\/?(;.*)?$/, '')
    .split('/')
    .slice(0, 20);
  const domains = new Set([undefined, attributes.domain, ...parentDomains(hostname)]);
  const isGone = () => !readCookies(doc, name).length;
  const { reach } = attributes;
  for (const each of reach.endsWith('Secure') ? [reach, embedded, `${embedded}; Partitioned`] : [reach]) {
    if (isGone()) return true;
    for (const domain of domains) {
      parts.forEach((_, index) => {
        const path = parts.slice(0, index + 1).join('/');
        writeCookie(doc, name, '', { reach: each, domain, path, maxAgeSeconds: 0 });
        writeCookie(doc, name, '', { reach: each, domain, path: `${path}/`, maxAgeSeconds: 0 });
      });
    }
  }
  return isGone();
}
