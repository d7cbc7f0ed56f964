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
  try {
    return doc.cookie
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${name}=`))
      .map((pair) => pair.slice(name.length + 1));
  } catch {
    // In a sandboxed frame the getter throws, though navigator.cookieEnabled is true.
    return [];
  }
}

/** Writes a cookie. A value the browser refuses is not told: read it back. */
export function writeCookie(doc: CookieDocument, name: string, value: string, attributes: CookieAttributes): void {
  const { domain, path = '/', sameSite, secure, maxAgeSeconds } = attributes;
  const parts = [`${name}=${value}`, `Path=${path}`, `SameSite=${sameSite}`];
  if (domain) parts.push(`Domain=${domain}`);
  if (secure) parts.push('Secure');
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`);
  try {
    doc.cookie = parts.join('; ');
  } catch {
    // As above: no cookies here.
  }
}

/** The host and each of its parents, widest first: `co.uk`, `shop.co.uk`, `www.shop.co.uk`. None for an IP address or
 * a host without dots, where a `Domain` attribute makes no sense. */
export function parentDomains(hostname: string): string[] {
  if (/^[\d.]+$|:/.test(hostname)) return [];
  const labels = hostname.split('.');
  return labels.slice(1).map((_, index) => labels.slice(labels.length - 2 - index).join('.'));
}

/** A path and each of its parents as cookies may have them: `/a/b` gives `/`, `/a`, `/a/`, `/a/b`, `/a/b/`. */
function pathsAbove(pathname: string): string[] {
  const paths = ['/'];
  let path = '';
  for (const part of pathname.split('/').filter(Boolean).slice(0, 20)) {
    path += `/${part}`;
    paths.push(path, `${path}/`);
  }
  return paths;
}

/** Expires every cookie of this name that a script on this page can reach: on each parent domain and each path. */
export function expireCookies(doc: CookieDocument, name: string, attributes: CookieAttributes): void {
  const { hostname = '', pathname = '/' } = doc.location ?? {};
  for (const path of pathsAbove(pathname)) {
    for (const domain of [undefined, ...parentDomains(hostname)]) {
      writeCookie(doc, name, '', { ...attributes, domain, path, maxAgeSeconds: 0 });
    }
  }
}
