import type { InspectionEvent } from 'xstate';
import type { Consent, OnLogout, Strategy } from '../machines/index.js';
import { fieldOf, tryCall } from '../machines/tolerant.js';
import type { CookieOptions } from './adapters/cookie-token-store.js';
import type { Clock, Outbox, Page, Tabs, TokenStore, Transport } from './adapters/ports.js';

/** Something the developer should know. Each message is said once, and never holds a token or the API key. */
export interface Warning {
  /** What it is about; the union is closed. */
  readonly code:
    | 'token-rejected'
    | 'event-suspect'
    | 'event-dropped'
    | 'credentials-refused'
    /** Three requests in a row had no answer: a blocker, a content policy or the network. */
    | 'api-unreachable'
    | 'cookies-unavailable'
    | 'cookie-domain-refused'
    | 'cookie-duplicated'
    | 'error-contained';
  /** `usertoken: <code>: <detail>`, as the console shows it. */
  readonly message: string;
}

/** What {@link createUserToken} takes. */
export interface UserTokenOptions {
  /** The Algolia application id. */
  readonly appId: string;
  /** A search-only API key (ACL `search`). */
  readonly apiKey: string;
  /** Whether the visitor's tokens may be stored and sent, as the application knows it now. There is no default: no default is
   * lawful everywhere. `pending` waits in memory for `consent.grant()` or `consent.deny()`. */
  readonly consent: Consent;
  /** Where the events are kept. @default none: Algolia routes to the nearest region */
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
  /** How the cookies are kept, or `false` for tokens and events in memory only. @default two cookies, host-only */
  readonly cookie?: CookieOptions | false | undefined;
  /** Takes the place of the guard against personal data; the API's pattern is always checked. Synchronous.
   * @default refuses e-mail addresses and international phone numbers, also in base64 */
  readonly checkToken?: ((token: string) => boolean) | undefined;
  /** Events older than this are dropped instead of sent, in milliseconds. @default 2_592_000_000 (the API's 30 days) */
  readonly maxEventAgeMs?: number | undefined;
  /** How long events are collected before they are sent together, in milliseconds, 0 to 60_000. @default 250 */
  readonly batchWindowMs?: number | undefined;
  /** How long a request may take, in milliseconds, 1 to 600_000. @default 30_000 */
  readonly requestTimeoutMs?: number | undefined;
  /** Inspects both actors, as XState's option of this name does; tokens are masked.
   * @see https://stately.ai/docs/inspection */
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  /** Told what a developer should know. @default `console.warn` */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** Where tokens are kept. @default cookies; memory where there are none, or with `cookie: false` */
  readonly tokenStore?: TokenStore | undefined;
  /** Where undelivered events are kept. @default localStorage; memory where there is none, or with `cookie: false` */
  readonly outbox?: Outbox | undefined;
  /** What carries batches. @default `fetch` with keepalive, `sendBeacon` at page exit where that is missing */
  readonly transport?: Transport | undefined;
  /** The page around. @default the window's; none on a server */
  readonly page?: Page | undefined;
  /** The other pages of the shop. @default those of this origin with the same `appId`, over a `BroadcastChannel` */
  readonly tabs?: Tabs | undefined;
  /** Time and timers. @default the platform's */
  readonly clock?: Clock | undefined;
  /** From 0 up to 1, for the jitter of retries. @default `Math.random` */
  readonly random?: (() => number) | undefined;
  /** Makes anonymous tokens: `anonymous-` and what is unique. @default a random UUID */
  readonly generateToken?: (() => string) | undefined;
}

/** What an option must be: a string that matches, with what that means, a whole number between two, or of a type. */
type Rule =
  | readonly [RegExp, meaning: string]
  | readonly [min: number, max: number]
  | 'object'
  | 'function'
  | 'boolean';

const oneOf = (...words: string[]): Rule => [RegExp(`^(${words.join('|')})$`), words.join(' or ')];
const someText: Rule = [/\S/, 'a string that is not blank'];
const seconds: Rule = [1, 34_560_000];
const cookieName: Rule = [/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a cookie'];

const rules: Readonly<Record<keyof UserTokenOptions, Rule | undefined>> = {
  appId: someText,
  apiKey: someText,
  consent: /* @__PURE__ */ oneOf('pending', 'granted', 'denied'),
  region: /* @__PURE__ */ oneOf('us', 'de'),
  host: [/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'an origin such as https://shop.example'],
  user: undefined,
  strategy: /* @__PURE__ */ oneOf('replace', 'link'),
  remember: /* @__PURE__ */ oneOf('session', 'device', 'page'),
  onLogout: /* @__PURE__ */ oneOf('restore', 'renew'),
  cookie: 'object',
  checkToken: 'function',
  maxEventAgeMs: [1, 1e15],
  batchWindowMs: [0, 60_000],
  requestTimeoutMs: [1, 600_000],
  inspect: 'function',
  onWarning: 'function',
  tokenStore: 'object',
  outbox: 'object',
  transport: 'object',
  page: 'object',
  tabs: 'object',
  clock: 'object',
  random: 'function',
  generateToken: 'function',
};

const cookieRules: Readonly<Record<keyof CookieOptions, Rule>> = {
  name: cookieName,
  userName: cookieName,
  domain: [/^[\w-]+(\.[\w-]+)+$/, 'a domain such as shop.example'],
  maxAgeSeconds: seconds,
  userMaxAgeSeconds: seconds,
  renew: 'boolean',
  sameSite: /* @__PURE__ */ oneOf('Lax', 'Strict', 'None'),
  server: 'boolean',
};

function keeps(value: unknown, rule: Rule): boolean {
  if (typeof rule === 'string') return value !== null && typeof value === rule;
  const [least, most] = rule;
  if (typeof least === 'object') return typeof value === 'string' && least.test(value);
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= (most as number);
}

function checkAll(options: object, rules: Readonly<Record<string, Rule | undefined>>, prefix = ''): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name];
    const isKnown = Object.hasOwn(rules, name);
    if (isKnown && (value === undefined || !rule || keeps(value, rule))) continue;
    const expected = isKnown
      ? `must be ${typeof rule === 'object' ? (typeof rule[1] === 'string' ? rule[1] : rule.join(' to ')) : rule}`
      : `is none of ${Object.keys(rules)}`;
    throw new TypeError(`usertoken: option ${prefix}${name} ${expected}`);
  }
}

/** The same options, none of them undefined. */
export type Given<Options> = { [Name in keyof Options]: Exclude<Options[Name], undefined> };

/** Checks what `createUserToken` was given, and leaves out what is undefined.
 * @throws TypeError that names the option and what would be right. */
export function checkOptions(options: UserTokenOptions): Given<UserTokenOptions> {
  const { appId = 0, apiKey = 0, consent = 0, cookie = {}, checkToken } = Object(options) as Partial<UserTokenOptions>;
  checkAll({ ...options, appId, apiKey, consent, cookie: cookie === false ? {} : cookie }, rules);
  checkAll(cookie || {}, cookieRules, 'cookie.');
  // A promise is truthy: a guard that returned one would let every token in.
  if (fieldOf(checkToken && tryCall(() => checkToken('anonymous-')), 'then')) {
    throw new TypeError('usertoken: option checkToken must be synchronous; check before login()');
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** How this library names itself in requests. */
export const agent = 'usertoken (0.1.0)';

/** The address batches go to, credentials in the query so that no header makes the request need a CORS preflight. */
export function eventsUrl({ appId, apiKey, region, host }: UserTokenOptions): string {
  const origin = host?.replace(/\/+$/, '') ?? `https://insights.${region ? `${region}.` : ''}algolia.io`;
  const query = new URLSearchParams({
    'X-Algolia-Application-Id': appId,
    'X-Algolia-API-Key': apiKey,
    'X-Algolia-Agent': agent,
  });
  return `${origin}/1/events?${query}`;
}
