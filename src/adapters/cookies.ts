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
  readonly path?: string;
  readonly sameSite: 'Lax' | 'Strict' | 'None';
  readonly secure: boolean;
  /** Seconds; 0 expires the cookie, missing makes it a session cookie. */
  readonly maxAgeSeconds?: number | undefined;
}

/** Every value that a cookie of this name has here, in the order the browser sends them: longest path first. */
export function readCookies(doc: CookieDocument, name: string): string[] {
  // In a sandboxed frame the getter throws, though navigator.cookieEnabled is true.
  const pairs = tryCall(() => doc.cookie.split(/;\s*/)) ?? [];
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/** Writes a cookie. A value the browser refuses is not told: read it back. */
export function writeCookie(doc: CookieDocument, name: string, value: string, attributes: CookieAttributes): void {
  const { domain, path = '/', sameSite, secure, maxAgeSeconds } = attributes;
  tryCall(() => {
    doc.cookie =
      `${name}=${value}; Path=${path}; SameSite=${sameSite}${domain ? `; Domain=${domain}` : ''}` +
      `${secure ? '; Secure' : ''}${maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`}`;
  });
}

/** The host and each of its parents, widest first: `co.uk`, `shop.co.uk`, `www.shop.co.uk`. None for an IP address or
 * a host without dots, where a `Domain` attribute makes no sense. */
export function parentDomains(hostname = ''): string[] {
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const labels = hostname.split('.');
  return labels.slice(1).map((_, index) => labels.slice(-2 - index).join('.'));
}

/** Expires every cookie of this name that a script on this page can reach: on each parent domain and each path. */
export function expireCookies(doc: CookieDocument, name: string, attributes: CookieAttributes): void {
  const { hostname, pathname = '/' } = doc.location ?? {};
  // A path may hold a semicolon, which no attribute can.
  const parts = pathname
    .replace(/\/?(;.*)?$/, '')
    .split('/')
    .slice(0, 20);
  for (const domain of [undefined, ...parentDomains(hostname)]) {
    parts.forEach((_, index) => {
      const path = parts.slice(0, index + 1).join('/');
      for (const variant of [path, `${path}/`]) {
        writeCookie(doc, name, '', { ...attributes, domain, path: variant || '/', maxAgeSeconds: 0 });
      }
    });
  }
}
