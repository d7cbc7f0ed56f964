/** The clock of everything timed here. A superset of XState's `Clock`. */
export interface Clock {
  /** Milliseconds since the Unix epoch, by the device's clock, which may be wrong. */
  now(): number;
  /** Milliseconds since any moment; never set back. */
  monotonicNow(): number;
  /** Calls back once after `delayMs` milliseconds. Returns a handle. */
  setTimeout(callback: (...args: unknown[]) => void, delayMs: number): unknown;
  /** Ends a timer. Does nothing for one that has ended, or for `undefined`. */
  clearTimeout(handle: unknown): void;
}

/** The two tokens a token store keeps. */
export type TokenSlot = 'anonymous' | 'identified';

/** Where tokens are kept between pages. No method throws: a token store that can't keep a token holds it in memory. */
export interface TokenStore {
  /** The stored value as it is, which may have been tampered with; `undefined` when there is none. */
  read(slot: TokenSlot): string | undefined;
  /** Stores a token; the value already there costs nothing. */
  write(slot: TokenSlot, token: string): void;
  /** Removes a token and all copies of it. */
  remove(slot: TokenSlot): void;
  /** Removes both tokens and whatever else the token store wrote, on every path and domain it can reach. */
  erase(): void;
  /** Calls `listener` when another page may have changed a token, until the returned function is called. A store without
   * it is read before the next event is tracked. */
  subscribe?(listener: () => void): () => void;
}

/** An event frozen with its tokens the moment it was tracked. Plain data. */
export interface OutboxEntry {
  /** Unique among all pages. */
  readonly id: string;
  /** The event as JSON object text, without its timestamp. */
  readonly json: string;
  /** Milliseconds since the Unix epoch. */
  readonly timestamp: number;
  /** When it was tracked by this page's monotonic clock, in milliseconds; missing where an earlier page tracked it. */
  readonly trackedAt?: number | undefined;
  /** Whether the application gave the timestamp, which is then never left out. */
  readonly isGiven?: true | undefined;
  /** UTF-8 bytes of the event in a batch. */
  readonly bytes: number;
  /** The rules of the API it seems to break, as `<eventType>.<field>`. */
  readonly suspectFields: readonly string[];
}

/** What a page has learned about an outage of the API. */
export interface Outage {
  /** Failed requests in a row. */
  readonly retries: number;
  /** The server asked for patience until then, in milliseconds since the Unix epoch. */
  readonly waitUntil?: number | undefined;
}

/** Keeps what is known of an outage, for all pages of the site. */
export interface OutageRecord {
  /** The outage that goes on, or `undefined`. */
  read(): Outage | undefined;
  /** @param outage `undefined` when the API has answered again. */
  write(outage: Outage | undefined): void;
}

/** Where undelivered events are kept, oldest first. An entry is the same object for as long as it is kept. No method
 * throws. */
export interface Outbox {
  /** Whether all that it keeps outlives the page, as it is now. Reading it has no effect. */
  readonly persistent: boolean;
  /** How many entries it keeps. */
  readonly size: number;
  /** Adds an event and returns those it had to let go for it, oldest first. */
  add(entry: OutboxEntry): readonly OutboxEntry[];
  /** What it keeps, oldest first. */
  entries(): Iterable<OutboxEntry>;
  /** Those of the entries that do not outlive the page. @default none if it is `persistent`, else all */
  unsaved?(): readonly OutboxEntry[];
  /** Writes now what is not written yet: the page may end in this very task. */
  save?(): void;
  /** Takes out entries that it gave out; those that it does not keep are left aside. */
  remove(entries: Iterable<OutboxEntry>): void;
  /** Removes all, and what other pages have left; keeps nothing beyond the page from then on. */
  clear(): void;
  /** From now on events may be kept beyond the page, and those of pages that are gone may be taken over.
   * @param onAdopted Called when events of another page were adopted, with the events that had to go for them. */
  open?(onAdopted: (evicted: readonly OutboxEntry[]) => void): void;
  /** Makes sure, right before a batch is chosen, that the events are still this page's to send. */
  prepare?(): Promise<void>;
  /** Marks events that the browser sends at page exit, where no page gets the answer. They are not sent again until
   * `settleUnconfirmed` is called. Returns a function that undoes it, for a browser that refuses them after all.
   * @default the events are removed, and count as sent */
  keepUnconfirmed?(entries: readonly OutboxEntry[]): () => void;
  /** Settles the events of page exits with the API's first answer after them.
   * @param isTaken Whether the API accepted a request and no page knew of an outage. Then the events of the exit count as
   * delivered, otherwise they are sent again.
   * @param sentAt When that request was sent, in milliseconds since the Unix epoch.
   * @param onDelivered Gets the events that count as delivered. */
  settleUnconfirmed?(isTaken: boolean, sentAt: number, onDelivered: (entries: readonly OutboxEntry[]) => void): void;
  /** Whether events were kept as unconfirmed in the last ten seconds and are not settled yet. @default false */
  hasUnheardExit?(): boolean;
  /** Whether another page of the site will take over what this one releases: one that is open, or the one that the visitor goes
   * to. @default false
   * @param path Where the visitor goes within the site. */
  hasSuccessor?(path: string | undefined): boolean;
  /** What pages of the site know of an outage of the API, shared and erased like the events.
   * @default every page finds out by itself */
  readonly outage?: OutageRecord | undefined;
  /** The page ends, for good or not: what is kept beyond it is left to others, and is no longer here.
   * @param path Where the visitor goes within the site. */
  release?(path?: string): void;
}

/** A `POST` that needs no CORS preflight: the body goes out as `text/plain`, no header is added. */
export interface TransportRequest {
  /** Where it goes, credentials in the query: never to be logged. */
  readonly url: string;
  /** `{"events":[...]}` as text. */
  readonly body: string;
  /** UTF-8 bytes of the body. */
  readonly bytes: number;
}

/** What a transport can say about trouble on the way; each is a warning of its own, see `Warning`. */
export type TransportTrouble =
  | 'api-redirected'
  | 'blocked-by-policy'
  | 'host-insecure'
  | 'fetch-missing'
  | 'request-refused';

/** The result of a request. */
export interface TransportAnswer {
  /** The HTTP status; 0 when there was no answer, or none that a page may read. */
  readonly status: number;
  /** The `message` of a JSON answer, or '' */
  readonly message: string;
  /** From `Retry-After`, where it is given and readable. */
  readonly retryAfterMs?: number | undefined;
  /** The server's time in milliseconds since the Unix epoch, to a second, from `Date` where it is readable. */
  readonly serverNow?: number | undefined;
  /** What the developer should know about the way: why there is no answer, or that a redirect was followed. @default with
   * status 0, that the network or the server is out of reach */
  readonly reason?: TransportTrouble | undefined;
}

/** What carries a batch to the API. */
export interface Transport {
  /** How many bytes the browser would now send even if the page closes. */
  readonly exitBudget: number;
  /** Sends and waits. Never rejects.
   * @param outlives Whether the request must survive the end of the page; counts against `exitBudget`. */
  send(
    request: TransportRequest,
    options: { readonly outlives: boolean; readonly signal: AbortSignal },
  ): Promise<TransportAnswer>;
  /** Gives a request to the browser at page exit. Returns whether the browser took it, as far as it says so at once.
   * @param onRefused Called if the browser says later that it did not. */
  sendOnExit(request: TransportRequest, onRefused?: () => void): boolean;
}

/** What happens to a page, as far as it matters here.
 * - `hidden`: it may never be seen again (`visibilitychange`, or the visitor sets out for another page)
 * - `exit`: the last chance to send anything (`pagehide`)
 * - `restored`: it came back from the back-forward cache (`pageshow`, persisted)
 * - `online`, `offline`: the network, as far as the browser knows
 * - `activated`: it was rendered ahead of a visit (`prerenderingchange`), and now is visited */
export type PageEvent = 'hidden' | 'exit' | 'restored' | 'online' | 'offline' | 'activated';

/** The page around us; on a server, one that never ends. */
export interface Page {
  /** Whether the browser has a network, as far as it knows. */
  isOnline(): boolean;
  /** The path of the page of the site that it is being left for, if it is. @default the visitor leaves the site */
  leavingFor?(): string | undefined;
  /** Whether it is rendered ahead of a visit that may never come. @default false */
  isPrerendering?(): boolean;
  /** Calls `listener` for every event until the returned function is called. */
  subscribe(listener: (event: PageEvent) => void): () => void;
}

/** The other pages that share this one's token store. No method throws. */
export interface Tabs {
  /** Sends a message to every other open page, but not to this one. Does nothing while closed. */
  post(message: object): void;
  /** Calls `listener` with each message from now on. A message may be anything. */
  open(listener: (message: unknown) => void): void;
  /** Stops sending and receiving. A page whose channel is open can't stay in the back-forward cache. */
  close(): void;
}
