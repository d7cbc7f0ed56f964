import type { InspectionEvent, Observer } from 'xstate';
import type { Consent, OnLogout, Strategy } from '../machines/index.js';
import type { CookieOptions } from './adapters/cookie-token-store.js';
import type { Clock, Outbox, Page, Tabs, TokenStore, Transport, TransportTrouble } from './adapters/ports.js';

/** Something the developer should know. Each message is said once, and never holds a token or the API key. */
export interface Warning {
  /** What it is about; the union is closed. */
  readonly code:
    | 'token-rejected'
    | 'event-suspect'
    | 'event-dropped'
    | 'credentials-refused'
    /** Three requests in a row had no answer, and nothing shows why: a blocker, the network, the server. */
    | 'api-unreachable'
    /** Why a request had no answer, where it shows, or that it was redirected. At the first request, events are kept:
     * - `api-redirected`: `host` answers with a redirect. Set `host` to the address that it redirects to: until then
     *   each page makes one more request, and a page that closes at once may lose events
     * - `blocked-by-policy`: the page's Content-Security-Policy. Add the address to `connect-src`
     * - `host-insecure`: the page is on https, `host` is not, and browsers block that. Use https
     * - `fetch-missing`: there is no global `fetch`, as in jsdom. Define one, or pass a `transport`
     * - `request-refused`: the runtime takes no such request, so nothing was sent. Pass a `transport` */
    | TransportTrouble
    /** There is no `crypto.getRandomValues` here, or it throws: two visitors may get the same anonymous token. Add a polyfill,
     * or make tokens on your server. */
    | 'weak-randomness'
    /** One instance on a server got a second account while another was logged in: requests share it, and events of one visitor
     * go out under another. Create an instance for each request, or use `createUserTokenServer`. */
    | 'shared-instance'
    | 'cookies-unavailable'
    | 'cookie-domain-refused'
    | 'cookie-duplicated'
    /** The anonymous token's cookie, or `generateToken`, gave a user token that does not begin with `anonymous-`. It was
     * replaced: it may be an account's id, which must not act for the next person on the device. */
    | 'token-foreign'
    /** A cookie is still there after it was expired on every domain and path in reach: a logout or denial may not last. */
    | 'cookie-not-erased'
    /** On a server: a request from another site, or of an unknown shape, showed no cookies, so none was set. */
    | 'cookies-hidden'
    | 'error-contained';
  /** `usertoken: <code>: <detail>`, as the console shows it. */
  readonly message: string;
}

/** What {@link createUserToken} takes. */
export interface UserTokenOptions {
  /** The Algolia application id. */
  readonly appId: string;
  /** A search-only API key (ACL `search`). With `relay` leave it out: the relay has it. */
  readonly apiKey: string;
  /** Whether the visitor's tokens may be stored and sent, as the application knows it now. There is no default: no default is
   * lawful everywhere. `pending` waits in memory for `consent.grant()` or `consent.deny()`. */
  readonly consent: Consent;
  /** Where the events are kept. @default none: Algolia routes to the nearest region */
  readonly region?: 'us' | 'de' | undefined;
  /** A full origin, with a path if it has one, to send to instead: a first-party proxy or a test collector.
   * `/1/events` is added. It wins over `region`. */
  readonly host?: string | undefined;
  /** Address of a `usertoken-relay`, as a path of this site or a URL: `/t`. `/events` is added. Each event has an id then, and
   * stays stored until the relay has confirmed it. It takes the place of `apiKey`, `host` and `region`. */
  readonly relay?: string | undefined;
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
  /** Inspects both actors, as XState's option of this name does: a function or an observer. Tokens are masked.
   * @see https://stately.ai/docs/inspection */
  readonly inspect?: ((event: InspectionEvent) => void) | Observer<InspectionEvent> | undefined;
  /** Told what a developer should know. @default `console.warn` */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
  /** Where tokens are kept. @default cookies; memory if there are no cookies, or with `cookie: false` */
  readonly tokenStore?: TokenStore | undefined;
  /** Where undelivered events are kept. @default localStorage; memory if there is no localStorage, or with `cookie: false` */
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

/** Options with a relay, which has the API key. */
export type RelayedOptions = Omit<UserTokenOptions, 'apiKey' | 'host' | 'region' | 'relay'> & {
  readonly relay: string;
};
