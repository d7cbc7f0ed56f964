import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkEventsBody } from './insights-rules.js';

/** How {@link createCollector} listens and whom it lets in. */
export interface CollectorOptions {
  /** Port on 127.0.0.1. A taken one is replaced by a free one, see {@link Collector.portTaken}. @default 0 (any free) */
  readonly port?: number | undefined;
  /** The only application id let in; another one is answered 401. @default any */
  readonly appId?: string | undefined;
  /** The only API key let in; another one is answered 401. @default any */
  readonly apiKey?: string | undefined;
  /** Oldest accepted event `timestamp`, in days. @default 30 */
  readonly maxEventAgeDays?: number | undefined;
  /** Clock, in milliseconds since the Unix epoch. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Called for every path outside `/1/`; returns true if it answered. The rest is answered 404. Answered requests are
   * not kept in {@link Collector.requests}. Serves pages from the origin of the collector. */
  readonly fallback?: ((request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>) | undefined;
}

/** An accepted event. */
export interface CollectedEvent {
  /** The event as it came, unknown keys included. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly userToken: string;
  readonly authenticatedUserToken: string | undefined;
  /** Time of receipt, in milliseconds since the Unix epoch. */
  readonly receivedAt: number;
  /** The {@link CollectedRequest.id} of the request that brought it. */
  readonly requestId: number;
}

/** A request, whatever became of it. */
export interface CollectedRequest {
  /** Counts from 1; never given twice by one collector. */
  readonly id: number;
  readonly method: string;
  /** Path without the query. */
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
  /** Time of receipt, in milliseconds since the Unix epoch. */
  readonly at: number;
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

/** A running server that answers like the Algolia Insights API and keeps what it was sent. */
export interface Collector {
  /** `http://127.0.0.1:PORT`, to be used as the `host` of a client. */
  readonly origin: string;
  readonly port: number;
  /** True if {@link CollectorOptions.port} was in use and another one was taken. */
  readonly portTaken: boolean;
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
  /** As {@link Collector.waitForEvents}, for requests. */
  waitForRequests(
    condition: CollectorCondition<CollectedRequest>,
    options?: CollectorWaitOptions,
  ): Promise<CollectedRequest[]>;
  /** Calls the listener with each request when it has been read and its events are stored, before the answer.
   * @returns Removes the listener. */
  onRequest(listener: (request: CollectedRequest) => void): () => void;
  /** Ends the server with all connections, hanging ones too; rejects pending waits. Resolves when the port is free. */
  close(): Promise<void>;
}

/** Largest accepted body, in bytes. The API states 2 MB. */
const MAX_BODY_BYTES = 2_000_000;
/** A larger body is still read up to here, unkept: a client that is cut off while it sends does not see the answer. */
const MAX_READ_BYTES = 5 * MAX_BODY_BYTES;
const APP_ID_NAMES = ['X-Algolia-Application-Id', 'x-algolia-application-id'];
const API_KEY_NAMES = ['X-Algolia-API-Key', 'x-algolia-api-key'];
const MASKED = '***';

type KeptRequest = { -readonly [K in keyof CollectedRequest]: CollectedRequest[K] };
type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };
type Credentials = { readonly appId: string | undefined; readonly apiKey: string | undefined };

/** Starts a server on 127.0.0.1 that answers like the Algolia Insights API, for tests. Node only.
 *
 * It knows `POST /1/events` and `DELETE /1/usertokens/{token}`, checks credentials, size and every rule of
 * {@link checkEventsBody}, and answers CORS preflights. Close it at the end, or the process stays up.
 * @throws Error (rejects) when it cannot listen for another reason than a taken port.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export async function createCollector(options: CollectorOptions = {}): Promise<Collector> {
  const now = options.now ?? (() => Date.now());
  const requests = createInbox<KeptRequest>('requests', describeRequests);
  const events = createInbox<CollectedEvent>(
    'events',
    (items) => `${describeEvents(items)}; requests there: ${describeRequests(requests.items)}`,
  );
  const listeners = new Set<(request: CollectedRequest) => void>();
  const timers = new Set<NodeJS.Timeout>();
  let fault: Fault | null = null;
  let faultsLeft = Number.POSITIVE_INFINITY;
  let lastId = 0;
  let closed: Promise<void> | undefined;

  function setFault(next: Fault | null): void {
    if (next !== null) checkFault(next);
    fault = next;
    faultsLeft = next?.times ?? Number.POSITIVE_INFINITY;
  }

  function takeFault(request: KeptRequest, sent: readonly unknown[] | undefined): Fault | null {
    const current = fault;
    if (current === null || !request.path.startsWith('/1/')) return null;
    if (request.preflight && current.cors !== false) return null;
    if (current.when && (sent === undefined || !current.when(sent.filter(isObject)))) return null;
    faultsLeft -= 1;
    if (faultsLeft === 0) fault = null;
    return current;
  }

  function pushEvents(request: KeptRequest, json: unknown): Answer {
    const verdict = checkEventsBody(json, request.at, { maxEventAgeDays: options.maxEventAgeDays });
    if (verdict.status === 422) return jsonAnswer(422, verdict.message);
    for (const event of (json as { events: Record<string, unknown>[] }).events) {
      const userToken = event.userToken as string;
      const authenticatedUserToken = event.authenticatedUserToken as string | undefined;
      events.items.push({ event, userToken, authenticatedUserToken, receivedAt: request.at, requestId: request.id });
    }
    return jsonAnswer(200, 'OK');
  }

  function deleteUserToken(segment: string): Answer {
    const token = decodeSegment(segment);
    if (token === undefined) return jsonAnswer(422, 'userToken in the path must be URL-encoded');
    const kept = events.items.filter((item) => item.userToken !== token);
    events.items.splice(0, events.items.length, ...kept);
    return { status: 204 };
  }

  function ordinaryAnswer(request: KeptRequest, given: Credentials, text: string | undefined, json: unknown): Answer {
    if (request.preflight) return preflightAnswer(request.headers);
    const token = /^\/1\/usertokens\/([^/]+)$/.exec(request.path)?.[1];
    if (token === undefined && request.path !== '/1/events') return jsonAnswer(404, 'the path is not supported');
    const allow = token === undefined ? 'POST' : 'DELETE';
    if (request.method !== allow) return jsonAnswer(405, `the method must be ${allow}`, { allow });
    if (!admits(options.appId, given.appId) || !admits(options.apiKey, given.apiKey)) {
      return jsonAnswer(401, 'the application id or the API key is missing or wrong');
    }
    if (text === undefined) return jsonAnswer(413, 'the body is over 2 MB', { connection: 'close' });
    if (token !== undefined) return deleteUserToken(token);
    return json === undefined ? htmlAnswer(400, 'Bad Request') : pushEvents(request, json);
  }

  function keep(request: KeptRequest): void {
    requests.items.push(request);
    events.changed();
    requests.changed();
    for (const listener of [...listeners]) rethrowLater(() => listener(request));
  }

  function later(delayMs: number, action: () => void): void {
    if (delayMs === 0) {
      action();
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { path, params } = splitUrl(incoming.url ?? '/');
    if (options.fallback && !path.startsWith('/1/') && (await options.fallback(incoming, response))) return;

    const { bytes, complete, text } = await readBody(incoming);
    const json = parseJson(text);
    const sent = isObject(json) && Array.isArray(json.events) ? json.events : undefined;
    lastId += 1;
    const request: KeptRequest = {
      id: lastId,
      method: incoming.method ?? 'GET',
      path,
      query: maskQuery(params),
      headers: maskHeaders(incoming.headers),
      bytes,
      status: 0,
      eventCount: sent?.length ?? 0,
      at: now(),
      ...(incoming.method === 'OPTIONS' ? { preflight: true } : {}),
    };
    if (!complete) return keep(request);

    const taken = takeFault(request, sent);
    const stores = taken === null || taken.dropAfterAccept || isDelayAlone(taken);
    const answer = stores
      ? ordinaryAnswer(request, readCredentials(params, incoming.headers), text, json)
      : faultAnswer(taken);
    const resets = taken?.drop || taken?.dropAfterAccept;
    const hangs = taken?.hang && !resets;
    request.status = resets || hangs ? 0 : answer.status;
    response.once('close', () => {
      if (!response.writableFinished) request.status = 0;
    });
    keep(request);
    if (hangs) return;
    later(taken?.delayMs ?? 0, () => {
      if (resets) incoming.socket.resetAndDestroy();
      else send(response, answer, taken?.cors !== false);
    });
  }

  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) send(response, jsonAnswer(500, `the collector failed: ${error}`), true);
      rethrowLater(() => {
        throw error;
      });
    });
  });
  const portTaken = !(await listen(server, options.port ?? 0));
  if (portTaken) await listen(server, 0);
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    portTaken,
    events: events.items,
    requests: requests.items,
    get fault() {
      return fault;
    },
    byToken: () => groupByToken(events.items),
    clear() {
      events.items.length = 0;
      requests.items.length = 0;
    },
    setFault,
    waitForEvents: events.wait,
    waitForRequests: requests.wait,
    onRequest(listener) {
      // An entry of its own, so that a listener added twice is called twice and removed once.
      const entry = (request: CollectedRequest) => listener(request);
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    close() {
      closed ??= new Promise((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
        events.end();
        requests.end();
      });
      return closed;
    },
  };
}

/** Resolves to false when the port is taken. */
function listen(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

/** `text` is absent when the body is too large, `complete` false when the client left before its end. */
function readBody(incoming: IncomingMessage): Promise<{ bytes: number; complete: boolean; text: string | undefined }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (complete: boolean) => {
      const text = bytes > MAX_BODY_BYTES ? undefined : Buffer.concat(chunks).toString('utf8');
      resolve({ bytes, complete, text });
    };
    const read = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
      else chunks.length = 0;
      if (bytes <= MAX_READ_BYTES) return;
      incoming.off('data', read).pause();
      done(true);
    };
    // A fallback that did not answer may have read the body all the same.
    if (incoming.readableEnded) return done(true);
    incoming.on('data', read);
    incoming.once('end', () => done(true));
    incoming.once('close', () => done(false));
    // A client that leaves is an error too, and one that nobody listens to would end the process.
    incoming.on('error', () => {});
  });
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: Answer, cors: boolean): void {
  response.statusCode = status;
  if (cors) response.setHeader('access-control-allow-origin', '*');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.end(body);
}

function jsonAnswer(status: number, message: string, headers: Record<string, string> = {}): Answer {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify({ status, message }) };
}

function htmlAnswer(status: number, title: string): Answer {
  const body = `<html><head><title>${status} ${title}</title></head><body><h1>${status} ${title}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function preflightAnswer(headers: Readonly<IncomingHttpHeaders>): Answer {
  return {
    status: 204,
    headers: {
      'access-control-allow-methods': 'POST, DELETE, OPTIONS',
      'access-control-allow-headers': String(headers['access-control-request-headers'] ?? '*'),
      // A browser that remembered the answer would skip the preflights that a test means to see.
      'access-control-max-age': '0',
    },
  };
}

function faultAnswer({ status = 503, retryAfter, exposeRetryAfter, cors, body }: Fault): Answer {
  const headers: Record<string, string> = {};
  if (retryAfter !== undefined) {
    headers['retry-after'] = String(retryAfter);
    if (exposeRetryAfter !== false && cors !== false) headers['access-control-expose-headers'] = 'Retry-After';
  }
  const plain = jsonAnswer(status, 'a fault set by the test', headers);
  if (body === undefined) return plain;
  const isJson = parseJson(body) !== undefined;
  return {
    ...plain,
    headers: { ...plain.headers, ...(isJson ? {} : { 'content-type': 'text/html; charset=utf-8' }) },
    body,
  };
}

function isDelayAlone({ delayMs, status, drop, hang, retryAfter, cors, body }: Fault): boolean {
  const others = drop || hang || cors === false || [status, retryAfter, body].some((part) => part !== undefined);
  return delayMs !== undefined && !others;
}

function checkFault({ status = 503, times = 1, delayMs = 0 }: Fault): void {
  if (!Number.isInteger(status) || status < 200 || status > 599) throw new RangeError('status must be 200 to 599');
  if (!Number.isInteger(times) || times < 1) throw new RangeError('times must be a whole number from 1 on');
  if (!(delayMs >= 0)) throw new RangeError('delayMs must not be negative');
}

function splitUrl(url: string): { path: string; params: URLSearchParams } {
  const [path = '', ...query] = url.split('?');
  return { path, params: new URLSearchParams(query.join('?')) };
}

function readCredentials(params: URLSearchParams, headers: IncomingHttpHeaders): Credentials {
  const read = (names: readonly string[]) =>
    names.map((name) => params.get(name) || headers[name]?.toString()).find((value) => value);
  return { appId: read(APP_ID_NAMES), apiKey: read(API_KEY_NAMES) };
}

function admits(expected: string | undefined, given: string | undefined): boolean {
  return given !== undefined && (expected === undefined || given === expected);
}

function isKeyName(name: string): boolean {
  return name.toLowerCase() === 'x-algolia-api-key';
}

function maskQuery(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...params].map(([name, value]) => [name, isKeyName(name) ? MASKED : value]));
}

function maskHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, isKeyName(name) ? MASKED : value]));
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function decodeSegment(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Keeps an error of foreign code from breaking the answer, and still has it reported as uncaught. */
function rethrowLater(action: () => void): void {
  try {
    action();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function groupByToken(items: readonly CollectedEvent[]): Map<string, CollectedEvent[]> {
  const groups = new Map<string, CollectedEvent[]>();
  for (const item of items) {
    const group = groups.get(item.userToken);
    if (group) group.push(item);
    else groups.set(item.userToken, [item]);
  }
  return groups;
}

interface Inbox<T> {
  readonly items: T[];
  changed(): void;
  wait(condition: CollectorCondition<T>, options?: CollectorWaitOptions): Promise<T[]>;
  end(): void;
}

function createInbox<T>(noun: string, describe: (items: readonly T[]) => string): Inbox<T> {
  const items: T[] = [];
  const waits = new Set<{ check(): void; fail(why: string): void }>();
  let ended = false;
  return {
    items,
    changed() {
      for (const wait of [...waits]) wait.check();
    },
    end() {
      ended = true;
      for (const wait of [...waits]) wait.fail('the collector was closed');
    },
    wait(condition, { timeoutMs = 5000 } = {}) {
      const wanted = typeof condition === 'number' ? `${condition} ${noun}` : `${noun} that meet the condition`;
      return new Promise((resolve, reject) => {
        const settle = (settleNow: () => void) => {
          clearTimeout(timer);
          waits.delete(wait);
          settleNow();
        };
        const wait = {
          check() {
            try {
              const holds = typeof condition === 'number' ? items.length >= condition : condition(items);
              if (holds) settle(() => resolve([...items]));
            } catch (error) {
              settle(() => reject(error));
            }
          },
          fail(why: string) {
            settle(() => reject(new Error(`${why} while waiting for ${wanted}; ${noun} there: ${describe(items)}`)));
          },
        };
        const timer = setTimeout(() => wait.fail(`${timeoutMs} ms passed`), timeoutMs);
        waits.add(wait);
        wait.check();
        if (ended && waits.has(wait)) wait.fail('the collector was closed');
      });
    },
  };
}

function describeEvents(items: readonly CollectedEvent[]): string {
  return list(items, ({ event, userToken }) => `${event.eventType} "${event.eventName}" by ${userToken}`);
}

function describeRequests(items: readonly CollectedRequest[]): string {
  return list(items, ({ method, path, status }) => `${method} ${path} ${status === 0 ? 'unanswered' : status}`);
}

/** The count and the newest ten. */
function list<T>(items: readonly T[], describe: (item: T) => string): string {
  return items.length === 0 ? 'none' : `${items.length} (${items.slice(-10).map(describe).join(', ')})`;
}
