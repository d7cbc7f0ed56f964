import type { Transport, TransportAnswer, TransportRequest } from '../adapters/ports.js';

/** What a fake transport was given. */
export interface FakeRequest extends TransportRequest {
  /** The events of the body, parsed. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** Whether it came through `sendOnExit`, at page exit. */
  readonly handedOver: boolean;
}

/** A {@link Transport} in memory. */
export interface FakeTransport extends Transport {
  /** What it was given, in order, whatever the answer. */
  readonly requests: readonly FakeRequest[];
  /** The events of the requests that were answered with 2xx, and of those handed over. */
  readonly accepted: readonly Readonly<Record<string, unknown>>[];
  /** What requests are answered from now on: one answer for all, or a function. A promise that never resolves hangs.
   * @default status 200 */
  answerWith(answer: FakeAnswer | ((request: FakeRequest) => FakeAnswer | Promise<FakeAnswer>)): void;
}

/** An answer of the fake transport; what is left out is empty. */
export type FakeAnswer = Partial<TransportAnswer> & Pick<TransportAnswer, 'status'>;

/** A transport without a network, for tests that need no server.
 * @param exitBudget Bytes it takes at page exit. @default 49_152 */
export function fakeTransport(exitBudget = 49_152): FakeTransport {
  const requests: FakeRequest[] = [];
  const accepted: Readonly<Record<string, unknown>>[] = [];
  let answer: (request: FakeRequest) => FakeAnswer | Promise<FakeAnswer> = () => ({ status: 200 });

  function note(request: TransportRequest, handedOver: boolean): FakeRequest {
    const noted = { ...request, events: JSON.parse(request.body).events, handedOver };
    requests.push(noted);
    return noted;
  }

  return {
    exitBudget,
    requests,
    accepted,
    answerWith(given) {
      answer = typeof given === 'function' ? given : () => given;
    },
    async send(request, { signal }) {
      const noted = note(request, false);
      const aborted = new Promise<FakeAnswer>((resolve) => {
        signal.addEventListener('abort', () => resolve({ status: 0 }));
      });
      const given = await Promise.race([answer(noted), aborted]);
      if (given.status >= 200 && given.status < 300) accepted.push(...noted.events);
      return { message: '', ...given };
    },
    sendOnExit(request) {
      if (request.bytes > exitBudget) return false;
      accepted.push(...note(request, true).events);
      return true;
    },
  };
}
