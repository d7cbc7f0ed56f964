import type { Consent, TokenCheck, VisitorState } from '../../machines/index.js';
import type { CookieOptions } from '../adapters/cookie-token-store.js';
import type { UserTokenEvent } from '../client.types.js';
import type { InsightsEvent } from '../events/event.types.js';
import type { EventMethods } from '../events/event-methods.js';
import type { Receipt } from '../events/receipt.types.js';
import type { UserTokenOptions } from '../options.types.js';
import type { RequestLike } from './read-request.js';

/** What the application knows about who sent a request. */
export interface KnownVisitor {
  /** The visitor's choice, which the application keeps. `pending` reads and sets no cookie and sends nothing; `denied`
   * expires the cookies. There is no default; any other value counts as `pending`. */
  readonly consent: Consent;
  /** The account that is logged in by the application's own session, or `null` for nobody. It wins over the cookie, but for
   * `null` with a request that hides its cookies, where the session may be hidden as well. An empty string counts as `null`.
   * @default unknown: the cookie decides */
  readonly user?: string | number | bigint | null | undefined;
}

/** Passes the server's tokens and settings to the page. It is plain JSON data; give it to `fromServer`. */
export interface Hydration extends Pick<UserTokenOptions, 'consent' | 'strategy' | 'remember' | 'onLogout'> {
  /** The anonymous token; missing while consent is denied. */
  readonly anonymousToken?: string;
  /** The account that is logged in; `null` where the application knows that nobody is. */
  readonly user?: string | null;
  /** How the page keeps its cookies; `false` for none. */
  readonly cookie: CookieOptions | false;
}

/** What takes `Set-Cookie`: `Headers`, a `Response` whose headers can be changed, or Node's `ServerResponse`. */
export type ResponseLike =
  | Pick<Headers, 'append'>
  | { readonly headers: Pick<Headers, 'append'> }
  | { appendHeader(name: string, value: string): unknown };

/** The sender of one request. Don't share it with other requests. No method throws or rejects. */
export interface Visitor extends EventMethods {
  /** The user token in force; `undefined` while consent is denied. While it is pending, and where a request hides its cookies
   * and no account is known, one that no cookie knows. */
  readonly token: string | undefined;
  /** The authenticated user token in force, with strategy `link`. */
  readonly authenticatedToken: string | undefined;
  /** Who is acting: `anonymous`, `identified` or `loggedOut`. */
  readonly state: VisitorState;
  /** What the request was made with, or what {@link Visitor.setConsent} said since: `pending`, `granted` or `denied`. */
  readonly consent: Consent;
  /** The visitor chose with this request. Say so before {@link Visitor.applyTo}: the request's own cookies still hold the
   * choice from before.
   * @param choice `granted`; anything else is a denial. */
  setConsent(choice: 'granted' | 'denied'): void;
  /** Says that an account logged in with this request. If the id is rejected, nothing changes, and you get the reason.
   * @param id The account's pseudonymous id: a string of 1 to 129 of `A-Z a-z 0-9 _ = + / -`, or a whole number. */
  login(id: string | number | bigint): TokenCheck;
  /** Says that the account logged out with this request. If nobody is logged in, it does nothing. */
  logout(): void;
  /** Tracks one event under the visitor's current tokens. Without consent it is dropped: a request can't wait for
   * one. The process does not wait for what is on its way either, see `flush`. With a request that hides its cookies it is
   * sent under the account that is known, or under a token of its own; without either it is dropped (`invalid-token`), since
   * it would count for a visitor who does not exist. */
  track(event: InsightsEvent): Promise<Receipt>;
  /** Values of `Set-Cookie` that the answer must carry, one header line each; read them after `login`, `logout` and
   * `setConsent`. None while consent is pending. Loading a page renews the cookies, a request of a script or a prefetch only sets
   * those that are missing. A `POST` may change what its own cookies say, so its answer, as one to a request that hides its
   * cookies, has only what `login`, `logout`, `setConsent` or a denial asks for. */
  readonly setCookie: readonly string[];
  /** Adds {@link Visitor.setCookie} to an answer, in addition to the cookies that it already sets.
   * @returns Whether they were taken: not once Node has sent the headers, nor by a `Response` that can't be changed. */
  applyTo(response: ResponseLike): boolean;
  /** Pass this to the page. */
  readonly hydration: Hydration;
  /** {@link Visitor.hydration} as a data block for the page's HTML, `<script type="application/json" id="usertoken">`. A
   * content security policy does not stop it, and nothing in it can end it early. */
  readonly script: string;
}

/** Creates a visitor for each request, and sends the events that visitors track. It keeps only queued events. The identity comes
 * with each request, so any number of processes can serve one visitor. */
export interface UserTokenServer {
  /** Who sent a request. One that hides its cookies is not taken for a new visitor, and a warning says so
   * (`cookies-hidden`): one from another site, such as a form that a bank or an identity provider posts, to which browsers
   * add no `Lax` cookies, or one of a shape that can't be read. The answer leaves the anonymous token in the browser alone,
   * and the page goes on under it. */
  visitor(request: RequestLike, known: KnownVisitor): Visitor;
  /** Calls `listener` for each event of a type, until the returned function is called. */
  on<Type extends 'eventDelivered' | 'eventDropped'>(
    type: Type,
    listener: (event: Extract<UserTokenEvent, { readonly type: Type }>) => void,
  ): () => void;
  /** Sends what waits without waiting for the batch window. Resolves to `true` once nothing waits, to `false` when
   * that takes too long or nothing can be sent. Await it before the process ends; in workers give it to `waitUntil`.
   * @param options.timeoutMs When to give up waiting, in milliseconds. @default 5000 */
  flush(options?: { readonly timeoutMs?: number | undefined }): Promise<boolean>;
  /** Hands over what waits, and leaves no timer behind. Tracking is answered `dropped: disposed` then. */
  dispose(): void;
}
