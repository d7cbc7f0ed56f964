import { tryCall } from '../../machines/try-call.js';
import type { CookieOptions } from '../adapters/cookie-token-store.js';
import type { CookieDocument } from '../adapters/cookies.js';
import { fieldOf } from '../field-of.js';

type HeaderText = string | { readonly value: string };

/** Headers as runtimes give them: `Headers`, or an object of texts, of lists, or of Lambda@Edge's `[{ key, value }]`. */
export type HeadersLike =
  | Pick<Headers, 'get'>
  | Readonly<Record<string, HeaderText | readonly HeaderText[] | undefined>>;

/** A request as far as cookies go: a `Request` (also of Workers, Deno and Bun), an `IncomingMessage` of Node or Express, an
 * event of API Gateway in either format, a request of Lambda@Edge or CloudFront Functions, or the text of a `Cookie`
 * header, with nothing for a request that has none. */
export type RequestLike =
  | string
  | null
  | undefined
  | {
      readonly headers?: HeadersLike | null | undefined;
      /** Headers of API Gateway's format 1.0 and of load balancers. */
      readonly multiValueHeaders?: HeadersLike | null | undefined;
      /** Cookies outside of the headers: API Gateway's format 2.0, CloudFront Functions. */
      readonly cookies?: unknown;
      /** Of requests from another site only `GET` and `HEAD` can show cookies. @default `GET`, unless there is an `Origin` */
      readonly method?: string | undefined;
      /** An address, or Node's path with query. Tells on which paths cookies may have to be expired. */
      readonly url?: string | undefined;
    };

/** What a request says that matters here. */
export interface RequestRead {
  /** The text of its `Cookie` header, wherever that was found. */
  readonly cookies: string;
  /** Why the browser may have cookies that the request does not show. */
  readonly hiddenBy: 'cross-site' | 'unreadable' | undefined;
  /** What the answer may set unasked. Only a document that is loaded has `all` renewed: the visitor may decide otherwise while
   * a script's request or a prefetch is on its way, so those set cookies that are `missing`. A form may bring a decision
   * itself, so its answer sets `nothing`. */
  readonly renewal: 'all' | 'missing' | 'nothing';
  readonly location: NonNullable<CookieDocument['location']>;
}

/** How the site's cookies are written. */
export interface SiteCookies extends Pick<CookieOptions, 'domain' | 'sameSite'> {
  /** Whether visitors reach the site by https. */
  readonly secure: boolean;
}

/** How much of a host and a path counts where cookies are expired on each of them: whoever sends the request chooses
 * both, and a header must stay short enough for proxies. */
const maxLabels = 4;
const maxFolders = 4;

/** The texts of a header or cookie.
 * @throws TypeError for a value of another shape. */
function textsIn(value: unknown): string[] {
  return [value].flat().flatMap((each) => {
    if (each == null) return [];
    const text = typeof each === 'string' ? each : (each as { value?: unknown }).value;
    if (typeof text !== 'string') throw new TypeError('not a header');
    return text;
  });
}

/** Whether a value has headers under their names: a promise, a list of pairs or a function has none. */
function canBeRead(headers: unknown): boolean {
  if (typeof fieldOf(headers, 'get') === 'function') return true;
  const isPlain = () =>
    headers !== null &&
    typeof headers === 'object' &&
    !Array.isArray(headers) &&
    typeof fieldOf(headers, 'then') !== 'function';
  return tryCall(isPlain) === true;
}

/** Reads headers by name, whatever the case. */
function headersOf(request: object): (name: string) => string[] {
  const all = [fieldOf(request, 'multiValueHeaders'), fieldOf(request, 'headers')].filter(canBeRead);
  return (name) => {
    for (const headers of all as Record<string, unknown>[]) {
      const { get } = headers;
      // Gateways hand over plain objects whose names are written in any way.
      const spelt = Object.keys(headers).find((key) => key.toLowerCase() === name) ?? name;
      const texts = textsIn(typeof get === 'function' ? get.call(headers, name) : headers[spelt]);
      if (texts.length > 0) return texts;
    }
    return [];
  };
}

/** Cookies in a field of their own: `['a=1', 'b=2']`, or each under its name, where some may be parsed. */
function cookiesIn(field: unknown): string[] {
  if (Array.isArray(field)) return textsIn(field);
  return Object.entries(Object(field)).flatMap(([name, value]) => {
    const texts = tryCall(() => textsIn(fieldOf(value, 'multiValue') ?? value)) ?? [];
    return texts.map((text) => `${name}=${text}`);
  });
}

/** What a request says about cookies, and why it may be less than what the browser has. */
export function readRequest(request: RequestLike, site: SiteCookies): RequestRead {
  const protocol = site.secure ? 'https:' : 'http:';
  if (typeof request !== 'object' || !request) {
    const isText = typeof request === 'string';
    return {
      cookies: isText ? request : '',
      hiddenBy: isText || request == null ? undefined : 'unreadable',
      renewal: 'all',
      location: { protocol, hostname: '', pathname: '' },
    };
  }
  const field = (name: string) => String(fieldOf(request, name) ?? '');
  const headersIn = headersOf(request);
  const header = (name: string) => tryCall(() => headersIn(name)[0]) ?? '';
  const cookies = tryCall(() => headersIn('cookie').join('; ') || cookiesIn(fieldOf(request, 'cookies')).join('; '));
  const isReadable = ['headers', 'multiValueHeaders', 'cookies'].some((name) => canBeRead(fieldOf(request, name)));

  const url = ['originalUrl', 'url', 'rawPath', 'uri', 'path'].map(field).find(Boolean) ?? '';
  // Up to the first character that has a meaning in `Set-Cookie`.
  const [, authority = '', path = ''] = /^(?:https?:\/\/([^/?#]*))?(\/[\w.~%!$&'()*+,=:@/-]*)?/i.exec(url) ?? [];
  // Behind a proxy the public name comes first.
  const hosts = [header('x-forwarded-host').split(',')[0]!, authority, header(':authority'), header('host')]
    .map((host) => host.trim().toLowerCase().replace(/:\d*$/, ''))
    .filter(Boolean);
  const hostname = hosts.find((host) => /^[\w-]{1,63}(\.[\w-]{1,63})*$/.test(host) && !/^[\d.]+$/.test(host)) ?? '';

  function isFromElsewhere(): boolean {
    const from = header('sec-fetch-site');
    if (from) return from === 'cross-site';
    const origin = header('origin');
    if (!origin) return false;
    const other = tryCall(() => new URL(origin).hostname) ?? '';
    return !hosts.includes(other) && !(site.domain && `.${other}`.endsWith(`.${site.domain}`));
  }

  const context = fieldOf(fieldOf(request, 'requestContext'), 'http');
  const method = field('method') || field('httpMethod') || String(fieldOf(context, 'method') ?? '');
  const isSafe = method ? /^(GET|HEAD)$/i.test(method) : !header('origin');
  const isAhead = header('sec-purpose') !== '';

  /** Browsers send cookies that are `Lax` from another site only when the visitor follows a link in the whole window. */
  const isLinkFollowed = () =>
    isSafe && header('sec-fetch-mode') === 'navigate' && /^(document)?$/.test(header('sec-fetch-dest'));

  function isHidden(): boolean {
    const { sameSite = 'Lax' } = site;
    if (sameSite === 'None' || !isFromElsewhere()) return false;
    // Pages of another site are fetched ahead without cookies.
    return sameSite === 'Strict' || !isLinkFollowed() || isAhead;
  }

  const isDocument = !isAhead && /^((i?frame)|document)?$/.test(header('sec-fetch-dest'));

  return {
    cookies: cookies ?? '',
    renewal: !isSafe ? 'nothing' : isDocument ? 'all' : 'missing',
    hiddenBy: cookies === undefined || !isReadable ? 'unreadable' : isHidden() ? 'cross-site' : undefined,
    location: {
      protocol,
      hostname: hostname.split('.').slice(-maxLabels).join('.'),
      pathname: path
        .split('/')
        .filter(Boolean)
        .slice(0, maxFolders)
        .map((folder) => `/${folder}`)
        .join(''),
    },
  };
}
