import type { InspectionEvent } from 'xstate';
import type { Consent, OnLogout, Strategy } from '../machines/index.js';
import type { CookieOptions } from './adapters/cookie-jar.js';
import type { Clock, Outbox, Page, TokenJar, Transport } from './adapters/ports.js';

/** Something the developer should know, said once for each `code`. It never holds a token or the API key. */
export interface Notice {
  readonly code:
    | 'token-rejected'
    | 'event-doubtful'
    | 'event-dropped'
    | 'credentials-refused'
    | 'cookies-unavailable'
    | 'cookie-domain-refused'
    | 'cookie-duplicated'
    | 'error-contained';
  readonly message: string;
}

/** What {@link createUserToken} takes. */
export interface UserTokenOptions {
  /** The Algolia application id. */
  readonly appId: string;
  /** A search-only API key (ACL `search`). */
  readonly apiKey: string;
  /** Whether the visitor's tokens may be stored and sent, as the application knows it now. There is no default: none is
   * lawful everywhere. `pending` waits in memory for `consent.grant()` or `consent.deny()`. */
  readonly consent: Consent;
  /** Where the events are kept. @default none: the nearest of the two */
  readonly region?: 'us' | 'de' | undefined;
  /** A full origin, with a path if it has one, to send to instead: a first-party proxy or a test collector.
   * `/1/events` is added. It wins over `region`. */
  readonly host?: string | undefined;
  /** What the application knows about the visitor now: an account's id, `null` for nobody. It wins over what was
   * stored. @default nothing is known: the stored user is resumed */
  readonly user?: string | number | bigint | null | undefined;
  /** What a login does to the tokens: see {@link Strategy}. @default 'replace' */
  readonly strategy?: Strategy | undefined;
  /** How long the logged-in user is remembered: for the browser `session`, on the `device`, or not beyond this `page`.
   * @default 'session' */
  readonly remember?: 'session' | 'device' | 'page' | undefined;
  /** What a logout does to the anonymous token: see {@link OnLogout}. Choose `renew` where people share devices.
   * @default 'restore' */
  readonly onLogout?: OnLogout | undefined;
  /** How the cookies are kept, or `false` for tokens and events in memory only. */
  readonly cookie?: CookieOptions | false | undefined;
  /** Takes the place of the guard against personal data; the API's pattern is always checked. Synchronous.
   * @default refuses e-mail addresses and international phone numbers, also in base64 */
  readonly checkToken?: ((token: string) => boolean) | undefined;
  /** Events older than this are dropped instead of sent, in milliseconds. @default 2_592_000_000 (the API's 30 days) */
  readonly maxEventAgeMs?: number | undefined;
  /** How long events are collected before they are sent together, in milliseconds. @default 250 */
  readonly batchWindowMs?: number | undefined;
  /** How long a request may take, in milliseconds. @default 30_000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Inspects both actors, as XState's option of this name does; tokens are masked.
   * @see https://stately.ai/docs/inspection */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  /** Told what a developer should know. @default `console.warn` */
  readonly onNotice?: ((notice: Notice) => void) | undefined;
  /** Where tokens are kept. @default cookies; memory where there are none, or with `cookie: false` */
  readonly jar?: TokenJar | undefined;
  /** Where undelivered events are kept. @default memory */
  readonly outbox?: Outbox | undefined;
  /** What carries batches. @default `fetch` with keepalive, `sendBeacon` at page exit where that is missing */
  readonly transport?: Transport | undefined;
  /** The page around. @default the window's; none on a server */
  readonly page?: Page | undefined;
  /** @default the platform's */
  readonly clock?: Clock | undefined;
  /** From 0 up to 1, for the jitter of retries. @default `Math.random` */
  readonly random?: (() => number) | undefined;
  /** Makes anonymous tokens: `anonymous-` and what is unique. @default a random UUID */
  readonly generateToken?: (() => string) | undefined;
}

type Check = readonly [holds: (value: never) => boolean, expected: string];

const oneOf = (...values: readonly string[]): Check => [
  (value: string) => values.includes(value),
  `one of ${values.map((value) => `'${value}'`).join(', ')}`,
];
const text: Check = [(value: unknown) => typeof value === 'string' && value.trim() !== '', 'a non-empty string'];
const aFunction: Check = [(value: unknown) => typeof value === 'function', 'a function'];
const flag: Check = [(value: unknown) => typeof value === 'boolean', 'true or false'];
const whole = (min: number, max: number, unit: string): Check => [
  (value: number) => Number.isInteger(value) && value >= min && value <= max,
  `a whole number of ${unit} from ${min} to ${max}`,
];
const having = (...methods: readonly string[]): Check => [
  (value: Record<string, unknown>) =>
    typeof value === 'object' && methods.every((name) => typeof value?.[name] === 'function'),
  `an object with the methods ${methods.join(', ')}`,
];
const lifetime = whole(1, 34_560_000, 'seconds');
const cookieName: Check = [(value: string) => /^[!#$%&'*+.^`|~\w-]+$/.test(value), 'a cookie name (an RFC 6265 token)'];

function isHost(value: string): boolean {
  try {
    const { protocol, search, hash, username } = new URL(value);
    return /^https?:$/.test(protocol) && !search && !hash && !username;
  } catch {
    return false;
  }
}

const anything: Check = [() => true, ''];

const required: Readonly<Record<string, Check>> = {
  appId: text,
  apiKey: text,
  consent: [
    oneOf('pending', 'granted', 'denied')[0],
    "'pending', 'granted' or 'denied': whether this visitor's tokens may be stored and sent; no default is lawful everywhere",
  ],
};

const optional: Readonly<Record<keyof Omit<UserTokenOptions, 'appId' | 'apiKey' | 'consent'>, Check>> = {
  region: oneOf('us', 'de'),
  host: [isHost, "a full origin such as 'https://insights.example.com', without query or hash"],
  user: anything,
  strategy: oneOf('replace', 'link'),
  remember: oneOf('session', 'device', 'page'),
  onLogout: oneOf('restore', 'renew'),
  cookie: [(value: unknown) => value === false || (typeof value === 'object' && value !== null), 'false or an object'],
  checkToken: aFunction,
  maxEventAgeMs: whole(1, Number.MAX_SAFE_INTEGER, 'milliseconds'),
  batchWindowMs: whole(0, 60_000, 'milliseconds'),
  requestTimeoutMs: whole(1, 600_000, 'milliseconds'),
  inspect: aFunction,
  onNotice: aFunction,
  jar: having('read', 'write', 'remove', 'erase'),
  outbox: having('add', 'has', 'entries', 'remove', 'clear'),
  transport: having('send', 'handOver'),
  page: having('isOnline', 'subscribe'),
  clock: having('now', 'monotonicNow', 'setTimeout', 'clearTimeout'),
  random: aFunction,
  generateToken: aFunction,
};

const cookieChecks: Readonly<Record<keyof CookieOptions, Check>> = {
  name: cookieName,
  userName: cookieName,
  domain: [(value: string) => /^[\w-]+(\.[\w-]+)+$/.test(value), "a domain such as 'example.com'"],
  maxAgeSeconds: lifetime,
  userMaxAgeSeconds: lifetime,
  renew: flag,
  sameSite: oneOf('Lax', 'Strict', 'None'),
  server: flag,
};

function fail(name: string, expected: string): never {
  throw new TypeError(`usertoken: option "${name}" must be ${expected}`);
}

function checkAll(values: object, checks: Readonly<Record<string, Check>>, prefix = ''): void {
  for (const [name, value] of Object.entries(values)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (!check) {
      const known = Object.keys(checks).join(', ');
      throw new TypeError(`usertoken: there is no option "${prefix}${name}"; there are ${known}`);
    }
    if (value !== undefined && !check[0](value as never)) fail(prefix + name, check[1]);
  }
}

function refuseAsync(checkToken: (token: string) => unknown): void {
  let answer: unknown;
  try {
    answer = checkToken('anonymous-00000000-0000-4000-8000-000000000000');
  } catch {
    // It may dislike this very token; that it answers at once is all that is asked here.
  }
  if (typeof (answer as PromiseLike<unknown> | undefined)?.then === 'function') {
    // A promise is truthy: a guard that returned one would let every token in.
    fail('checkToken', 'a synchronous function; check asynchronously before you call login()');
  }
}

/** Checks what `createUserToken` was given.
 * @throws TypeError that names the option and what would be right. */
export function checkOptions(options: UserTokenOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('usertoken: pass an object with at least appId, apiKey and consent');
  }
  checkAll(options, { ...required, ...optional });
  for (const [name, [, expected]] of Object.entries(required)) {
    if (options[name as keyof UserTokenOptions] === undefined) fail(name, expected);
  }
  if (options.cookie) checkAll(options.cookie, cookieChecks, 'cookie.');
  if (options.checkToken) refuseAsync(options.checkToken);
}

/** The address batches go to, credentials in the query so that no header makes the request need a CORS preflight. */
export function eventsUrl({ appId, apiKey, region, host }: UserTokenOptions): string {
  const origin = host?.replace(/\/+$/, '') ?? `https://insights.${region ? `${region}.` : ''}algolia.io`;
  const query = new URLSearchParams({
    'X-Algolia-Application-Id': appId,
    'X-Algolia-API-Key': apiKey,
    'X-Algolia-Agent': 'usertoken (0.1.0)',
  });
  return `${origin}/1/events?${query}`;
}
