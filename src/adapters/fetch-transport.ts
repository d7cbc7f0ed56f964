import { tryCall } from '../../machines/try-call.js';
import { exitBytes } from '../limits.js';
import { outsideZone, pageWindow } from './platform.js';
import type { Transport, TransportAnswer, TransportRequest, TransportTrouble } from './ports.js';
import { watchRequest } from './transport-trouble.js';

/** What the headers of an answer say about time. `Retry-After` holds seconds, or an HTTP date; `Date` can be read only where the
 * server exposes it, or from the page's own origin.
 * @see RFC 9110, sections 6.6.1 and 10.2.3 */
function timesIn(headers: Headers, now: number): Pick<TransportAnswer, 'retryAfterMs' | 'serverNow'> {
  const value = headers.get('Retry-After') ?? '';
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return {
    retryAfterMs: delayMs >= 0 ? delayMs : undefined,
    serverNow: Date.parse(headers.get('Date') ?? '') || undefined,
  };
}

function messageIn(body: string): string {
  const { message } = Object(tryCall(() => JSON.parse(body)));
  return typeof message === 'string' ? message.slice(0, 500) : '';
}

/** How long the body of an answer is waited for. */
const patienceMs = 2_000;
/** Of an answer no more than this is read, in bytes. */
const maxAnswerBytes = 65_536;

/** The beginning of an answer's body. What is left of a longer one is not waited for. */
async function textOf(response: Response): Promise<string> {
  const decoder = tryCall(() => new TextDecoder());
  const reader = decoder && tryCall(() => response.body!.getReader());
  let text = '';
  // Where answers are no streams, they are read whole.
  if (!reader) return tryCall(() => response.text()) ?? text;
  for (let bytes = 0; bytes <= maxAnswerBytes; ) {
    const { done, value } = await reader.read();
    if (done) return text;
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
  }
  void reader.cancel().catch(() => {});
  return text;
}

/** The text of an answer, or '' if it takes too long. */
function inTime(text: Promise<string>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, '');
    void text.then((whole) => {
      clearTimeout(timer);
      resolve(whole);
    });
  });
}

/** Whether requests of `fetch` can outlive the page here. */
function canKeepAlive(): boolean {
  return typeof Request === 'function' && 'keepalive' in Request.prototype;
}

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions {
  /** @default the global one at the time of the call */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Used at page exit where `fetch` knows no `keepalive`. @default `navigator.sendBeacon` of the page */
  readonly sendBeacon?: ((url: string, body: string) => boolean) | undefined;
  /** The device's clock, for a `Retry-After` that is a date. @default `Date.now` */
  readonly now?: (() => number) | undefined;
  /** Whether cookies go with requests. @default 'omit' */
  readonly credentials?: RequestCredentials | undefined;
  /** @default found by looking */
  readonly keepalive?: boolean | undefined;
}

/** Carries batches with `fetch`, with `keepalive` where the request must outlive the page, else with `sendBeacon`.
 * Blockers cancel beacons as a class, so `fetch` comes first.
 *
 * A redirect is followed to an address that also ends with `/events`. `fetch` turns a `POST` into a `GET` without a body on
 * 301, 302 and 303, so an answer after a redirect counts as acceptance only if it reads like one of the API, a JSON object or
 * nothing; else the batch is posted once more, to where the redirect has led, and so are those after it.
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (64 KiB of keepalive bodies in flight)
 * @see https://fetch.spec.whatwg.org/#http-redirect-fetch */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const page = pageWindow();
  const keepalive = options.keepalive ?? canKeepAlive();
  const now = options.now ?? Date.now;
  const fetchNow = () => options.fetch ?? globalThis.fetch;
  /** Where redirects have led, by address. Without the query, which a redirect may drop. */
  const targets = new Map<string, string>();
  let bytesInFlight = 0;

  /** @param onRead Called when the answer is read, or if no answer comes. */
  async function exchange(request: TransportRequest, init: RequestInit, onRead = () => {}): Promise<TransportAnswer> {
    const { url, body } = request;
    const [address = '', ...query] = url.split('?');
    const target = targets.get(address);
    const sentTo = [target ?? address, ...query].join('?');
    const allInit: RequestInit = { method: 'POST', body, credentials: options.credentials ?? 'omit', ...init };
    const end = new AbortController();
    const troubleNow = watchRequest(page, sentTo, allInit, end);
    let reason: TransportTrouble | undefined;
    try {
      const response = await outsideZone(() => fetchNow()(sentTo, allInit));
      // Read even when it says nothing: the browser charges a keepalive request until its body is read. One that breaks or
      // does not end takes nothing back of what the status has said.
      const text = textOf(response).catch(() => '');
      void text.then(onRead);
      const answer = await inTime(text);
      if (response.redirected) reason = 'api-redirected';
      if (!reason || (response.ok && /^(\{|$)/.test(answer))) {
        return {
          status: response.status,
          message: messageIn(answer),
          reason,
          ...tryCall(() => timesIn(response.headers, now())),
        };
      }
      // It may have arrived as a `GET`, without the events.
      const [next = ''] = response.url.split('?');
      if (target || !next.endsWith('/events')) targets.delete(address);
      else targets.set(address, next);
      if (targets.has(address)) return { ...(await exchange(request, init)), reason };
    } catch {
      onRead();
      // At page exit the outbox must know at once, and after a cancellation nobody asks.
      if (init.signal?.aborted === false) reason = fetchNow() ? await troubleNow() : 'fetch-missing';
    } finally {
      end.abort();
    }
    return { status: 0, message: '', reason };
  }

  function counted(request: TransportRequest, init: RequestInit): Promise<TransportAnswer> {
    bytesInFlight += request.bytes;
    return exchange(request, { ...init, keepalive: true }, () => {
      bytesInFlight -= request.bytes;
    });
  }

  const beacon = ({ url, body }: TransportRequest): boolean =>
    !!tryCall(() => options.sendBeacon?.(url, body) ?? page?.navigator.sendBeacon(url, body));

  return {
    get exitBudget() {
      return exitBytes - bytesInFlight;
    },
    send(request, { outlives, signal }) {
      return outlives && keepalive ? counted(request, { signal }) : exchange(request, { signal });
    },
    sendOnExit(request, onRefused) {
      // A server's requests have no page to outlive.
      const isFetched = fetchNow() && (keepalive || !(page || options.sendBeacon));
      if (!isFetched) return beacon(request);
      void counted(request, {}).then(({ status }) => status || onRefused?.());
      return true;
    },
  };
}
