import type { CookieDocument } from '../adapters/cookies.js';
import { fieldOf } from '../field-of.js';

/** A request as far as cookies go: a `Request`, Node's `IncomingMessage`, or the text of a `Cookie` header, with nothing
 * for a request that has none. */
export type RequestLike =
  | string
  | null
  | undefined
  | {
      /** An address, or Node's path with query. Tells on which paths cookies may have to be expired. */
      readonly url?: string | undefined;
      readonly headers: Pick<Headers, 'get'> | Readonly<Record<string, string | readonly string[] | undefined>>;
    };

/** A document whose cookies came with a request. What is written to it is kept as `Set-Cookie` lines. */
export interface RequestDocument extends CookieDocument {
  readonly setCookie: readonly string[];
}

/** How much of a host and a path counts where cookies are expired on each of them: whoever sends the request chooses
 * both, and a header must stay short enough for proxies. */
const maxLabels = 4;
const maxFolders = 4;

function headerOf(request: RequestLike, name: string): string {
  if (typeof request === 'string' || !request) return name === 'cookie' ? (request ?? '') : '';
  const { headers } = request;
  // Gateways hand over plain objects whose names are written in any way.
  const spelt = Object.keys(Object(headers)).find((key) => key.toLowerCase() === name);
  const value = typeof headers?.get === 'function' ? headers.get(name) : fieldOf(headers, spelt ?? name);
  return Array.isArray(value) ? value.join('; ') : typeof value === 'string' ? value : '';
}

/** Scheme and authority of an address, then its path, up to the first character that has a meaning in `Set-Cookie`. */
const address = /^(?:https?:\/\/([^/?#]*))?(\/[\w.~%!$&'()*+,=:@/-]*)?/i;

function locationOf(request: RequestLike, isSecure: boolean): NonNullable<CookieDocument['location']> {
  const [, authority, path = ''] = address.exec(String(fieldOf(request, 'url') ?? '')) ?? [];
  const host = (authority ?? headerOf(request, 'host')).replace(/:\d*$/, '');
  const isName = /^[\w-]{1,63}(\.[\w-]{1,63})*$/.test(host);
  return {
    protocol: isSecure ? 'https:' : 'http:',
    hostname: isName && !/^[\d.]+$/.test(host) ? host.split('.').slice(-maxLabels).join('.') : '',
    pathname: path
      .split('/')
      .filter(Boolean)
      .slice(0, maxFolders)
      .map((folder) => `/${folder}`)
      .join(''),
  };
}

/** Whether a line can reach a cookie that is likely to exist. A token store expires a cookie on every path of every domain; here
 * each line costs bytes. The prefix `__Host-` is never on another path or with a domain. */
function isUseful(line: string): boolean {
  const isRooted = /;\s*Path=\/(;|$)/i.test(line);
  const isHostOnly = !/;\s*Domain=/i.test(line);
  return (isRooted && isHostOnly) || ((isRooted || isHostOnly) && !line.startsWith('__Host-'));
}

/** Lets a cookie token store work on a request as it does on a page, so that both follow the same rules.
 * @param isSecure Whether the visitor reaches the site by https. */
export function requestDocument(request: RequestLike, isSecure: boolean): RequestDocument {
  const setCookie: string[] = [];
  let cookies = headerOf(request, 'cookie');
  return {
    location: locationOf(request, isSecure),
    setCookie,
    get cookie() {
      return cookies;
    },
    // As a browser would show it then: one cookie of the name, or none.
    set cookie(line) {
      if (isUseful(line) && !setCookie.includes(line)) setCookie.push(line);
      const pair = line.split(';', 1)[0]!;
      const name = pair.slice(0, pair.indexOf('=') + 1);
      const others = cookies.split(/;\s*/).filter((other) => other && !other.startsWith(name));
      cookies = (/;\s*Max-Age=0(;|$)/i.test(line) ? others : [pair, ...others]).join('; ');
    },
  };
}
