import { tryCall } from '../../machines/try-call.js';
import { exitBytes } from '../limits.js';
import type { Transport, TransportAnswer, TransportRequest } from './ports.js';

/** `Retry-After` in milliseconds: seconds, or an HTTP date.
 * @see RFC 9110, section 10.2.3 */
function retryAfter(headers: Headers, now: number): number | undefined {
  const value = headers.get('Retry-After') ?? '';
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return delayMs >= 0 ? delayMs : undefined;
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

/** A text, or none where it takes too long. */
function inTime(text: Promise<string>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patienceMs, '');
    void text.then((whole) => {
      clearTimeout(timer);
      resolve(whole);
    });
  });
}

const noAnswer: TransportAnswer = { status: 0, message: '' };

/** Whether requests of `fetch` can outlive the page here. */
function canKeepAlive(): boolean {
  return typeof Request === 'function' && 'keepalive' in Request.prototype;
}

/** Options of {@link fetchTransport}. */
export interface FetchTransportOptions {
  /** @default the global one at the time of the call */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Used at page exit where `fetch` knows no `keepalive`. @default `navigator.sendBeacon` */
  readonly sendBeacon?: ((url: string, body: string) => boolean) | undefined;
  /** The device's clock, for a `Retry-After` that is a date. @default `Date.now` */
  readonly now?: (() => number) | undefined;
  /** @default found by looking */
  readonly keepalive?: boolean | undefined;
}

/** Carries batches with `fetch`, with `keepalive` where the request must outlive the page, else with `sendBeacon`.
 * Blockers cancel beacons as a class, so `fetch` comes first.
 * @see https://fetch.spec.whatwg.org/#http-network-or-cache-fetch (64 KiB of keepalive bodies in flight) */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const keepalive = options.keepalive ?? canKeepAlive();
  const now = options.now ?? Date.now;
  let bytesInFlight = 0;

  /** @param onRead Called when the answer is read, or there is none. */
  async function exchange(
    { url, body }: TransportRequest,
    init: RequestInit,
    onRead = () => {},
  ): Promise<TransportAnswer> {
    try {
      const response = await (options.fetch ?? globalThis.fetch)(url, {
        method: 'POST',
        body,
        credentials: 'omit',
        redirect: 'error',
        ...init,
      });
      // Read even when it says nothing: the browser charges a keepalive request until its body is read. One that breaks or
      // does not end takes nothing back of what the status has said.
      const text = textOf(response).catch(() => '');
      void text.then(onRead);
      const message = messageIn(await inTime(text));
      return {
        status: response.status,
        message,
        retryAfterMs: tryCall(() => retryAfter(response.headers, now())),
      };
    } catch {
      onRead();
      return noAnswer;
    }
  }

  function counted(request: TransportRequest, init: RequestInit): Promise<TransportAnswer> {
    bytesInFlight += request.bytes;
    return exchange(request, { ...init, keepalive: true }, () => {
      bytesInFlight -= request.bytes;
    });
  }

  const beacon = ({ url, body }: TransportRequest): boolean =>
    !!tryCall(() => options.sendBeacon?.(url, body) ?? globalThis.navigator?.sendBeacon?.(url, body));

  return {
    get exitBudget() {
      return exitBytes - bytesInFlight;
    },
    send(request, { outlives, signal }) {
      return outlives && keepalive ? counted(request, { signal }) : exchange(request, { signal });
    },
    sendOnExit(request, onRefused) {
      if (!keepalive) return beacon(request);
      void counted(request, {}).then(({ status }) => status || onRefused?.());
      return true;
    },
  };
}
