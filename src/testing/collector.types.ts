import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

/** How {@link createCollector} listens and whom it lets in. */
export interface CollectorOptions {
  /** Port on 127.0.0.1. A taken one is replaced by a free one, see {@link Collector.portTaken}. @default 0 (any free) */
  readonly port?: number | undefined;
  /** The only accepted application ID; requests with another get 401. @default any */
  readonly appId?: string | undefined;
  /** The only accepted API key; requests with another get 401. @default any */
  readonly apiKey?: string | undefined;
  /** Oldest accepted event `timestamp`, in days. @default 30 */
  readonly maxEventAgeDays?: number | undefined;
  /** Clock, in milliseconds since the Unix epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Called for every path outside `/1/` and `/s/<name>/1/`; returns true if it answered. The rest is answered 404. Answered requests are
   * not kept in {@link CollectorSession.requests}. Serves pages from the origin of the collector. */
  readonly fallback?: ((request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
}

/** An accepted event. */
export interface CollectedEvent {
  /** The event as it came, unknown keys included. */
  readonly event: Readonly<Record<string, unknown>>;
  /** The user token it came under. */
  readonly userToken: string;
  /** The authenticated user token, if the event has one. */
  readonly authenticatedUserToken: string | undefined;
  /** Time of receipt, in milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** The {@link CollectedRequest.id} of the request that brought it. */
  readonly requestId: number;
}

/** A request, answered or not. */
export interface CollectedRequest {
  /** Counts from 1; never given twice by one collector. */
  readonly id: number;
  /** The HTTP method, such as `POST`. */
  readonly method: string;
  /** Path without the query, in a session the one after `/s/<name>`. */
  readonly path: string;
  /** Query parameters; the value of the API key is replaced by `***`. */
  readonly query: Readonly<Record<string, string>>;
  /** Request headers, names in lower case; the value of the API key is replaced by `***`. */
  readonly headers: Readonly<IncomingHttpHeaders>;
  /** Length of the body in bytes, as far as it was read. */
  readonly bytes: number;
  /** Status that was answered; 0 when there was no answer: dropped, hanging, or the client left before. */
  readonly status: number;
  /** Number of events in the body, accepted or not; 0 when it could not be read. */
  readonly eventCount: number;
  /** Those of them that are objects, as they came. */
  readonly sent: readonly Readonly<Record<string, unknown>>[];
  /** Whether it met a {@link Fault}. */
  readonly isFaulted: boolean;
  /** The rule that its events break, when the answer is 422 for that; absent otherwise. */
  readonly message?: string;
  /** Time of receipt, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The name of the session it was sent to, absent outside of sessions. */
  readonly session?: string;
  /** True for a CORS preflight, absent otherwise. */
  readonly preflight?: true;
}

/** What {@link Collector.setFault} makes of the requests to `/1/...`.
 *
 * A faulted request is answered in place of the API and stores nothing, with two exceptions: `dropAfterAccept`, and a
 * fault of `delayMs` alone, which delays the ordinary answer. Preflights are only touched by `cors: false`. */
export interface Fault {
  /** Status of the answer, 200 to 599. @default 503 */
  readonly status?: number | undefined;
  /** Milliseconds between receipt and answer (or reset). Events are stored at receipt. @default 0 */
  readonly delayMs?: number | undefined;
  /** Resets the connection instead of an answer. */
  readonly drop?: boolean | undefined;
  /** Stores the events, then resets the connection: only the answer is lost. */
  readonly dropAfterAccept?: boolean | undefined;
  /** Never answers; the connection stays open until the client or `close()` ends it. */
  readonly hang?: boolean | undefined;
  /** `Retry-After` of the answer: seconds, or an HTTP date (RFC 9110, section 10.2.3). */
  readonly retryAfter?: number | string | undefined;
  /** Whether a page of another origin may read `Retry-After` (`Access-Control-Expose-Headers`). @default true */
  readonly exposeRetryAfter?: boolean | undefined;
  /** False: the answer, and a preflight's, has no CORS headers. @default true */
  readonly cors?: boolean | undefined;
  /** Heals after this many faulted requests. @default never */
  readonly times?: number | undefined;
  /** Only for requests whose body is JSON with events for which this returns true. @default every request */
  readonly when?: ((events: readonly object[]) => boolean) | undefined;
  /** Body of the answer as it is. @default JSON with `status` and `message` */
  readonly body?: string | undefined;
}

/** How many items to wait for (at least), or a test of all items there are. */
export type CollectorCondition<T> = number | ((items: readonly T[]) => boolean);

/** How long to wait. */
export interface CollectorWaitOptions {
  /** Milliseconds until the wait is given up. @default 5000 */
  readonly timeoutMs?: number | undefined;
}

/** What is sent to one origin: events and requests, and the fault that they meet. */
export interface CollectorSession {
  /** To be used as the `host` of a client: `http://127.0.0.1:PORT`, or `http://127.0.0.1:PORT/s/NAME`. */
  readonly origin: string;
  /** Accepted events in order of arrival. The array is live. */
  readonly events: readonly CollectedEvent[];
  /** Requests in order of arrival, refused ones and preflights included. The array is live. */
  readonly requests: readonly CollectedRequest[];
  /** The fault in force, or null; null again once `times` is used up. */
  readonly fault: Fault | null;
  /** Accepted events by `userToken`. */
  byToken(): Map<string, CollectedEvent[]>;
  /** Forgets events and requests. Fault and waits stay. */
  clear(): void;
  /** Replaces the fault; null heals.
   * @throws RangeError when `status` is not 200 to 599, `times` not a whole number from 1 on, or `delayMs` negative. */
  setFault(fault: Fault | null): void;
  /** Resolves with all events as soon as the condition holds, at once if it does already.
   * @throws Error (rejects) after `timeoutMs` or at `close()`; the message says what was there. */
  waitForEvents(
    condition: CollectorCondition<CollectedEvent>,
    options?: CollectorWaitOptions,
  ): Promise<CollectedEvent[]>;
  /** As {@link CollectorSession.waitForEvents}, for requests. */
  waitForRequests(
    condition: CollectorCondition<CollectedRequest>,
    options?: CollectorWaitOptions,
  ): Promise<CollectedRequest[]>;
  /** Calls the listener with each request when it has been read and its events are stored, before the answer.
   * @returns Removes the listener. */
  onRequest(listener: (request: CollectedRequest) => void): () => void;
}

/** A running server that answers like the Algolia Insights API and keeps what it was sent. What is sent to a session is kept
 * there alone; `onRequest` is called for it here too. */
export interface Collector extends CollectorSession {
  /** The port on 127.0.0.1 that it listens on. */
  readonly port: number;
  /** True if {@link CollectorOptions.port} was in use and another one was taken. */
  readonly portTaken: boolean;
  /** A session, the same one for each call with its name: a worker of a test runner, or a test, that shares the server and
   * nothing else. It is made when it is first asked for or sent to. */
  session(name: string): CollectorSession;
  /** Ends the server with all connections, hanging ones too; rejects pending waits. Resolves when the port is free. */
  close(): Promise<void>;
}
