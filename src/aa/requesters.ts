import { fetchTransport } from '../adapters/fetch-transport.js';
import type { Transport } from '../adapters/ports.js';
import { bytesOf } from '../events/event-text.js';
import { exitBytes } from '../limits.js';
import type { RequestFnType, RequestFunction } from './insights.types.js';

const transports = new WeakMap<RequestFunction, Transport>();

/** The HTTP status that an answer of a request function stands for. Such a function may return nothing, or what `fetch`
 * returned; only `false` and a rejection say that the events did not arrive. */
function statusOf(answer: unknown): number {
  const { status } = Object(answer);
  if (typeof status === 'number') return status;
  return answer === false ? 0 : 200;
}

/** The transport behind a request function of ours; around another, one that calls it. */
export function transportOf(request: RequestFunction): Transport {
  const send: Transport['send'] = async ({ url, body }) => {
    try {
      return { status: statusOf(await request(url, JSON.parse(body))), message: '' };
    } catch {
      return { status: 0, message: '' };
    }
  };
  return (
    transports.get(request) ?? {
      // Whatever it uses, it shares the page's budget.
      exitBudget: exitBytes,
      send,
      sendOnExit(batch, onRefused) {
        void send(batch, {} as never).then(({ status }) => status || onRefused?.());
        return true;
      },
    }
  );
}

function requester(): RequestFnType {
  const transport = fetchTransport();
  const request: RequestFnType = async (url, data) => {
    const body = JSON.stringify(data);
    const bytes = bytesOf(body);
    const outlives = bytes <= transport.exitBudget;
    const { signal } = new AbortController();
    const { status } = await transport.send({ url, body, bytes }, { outlives, signal });
    return status >= 200 && status < 300;
  };
  transports.set(request, transport);
  return request;
}

/** Makes the request function for pages: `fetch` that outlives the page, `sendBeacon` at its end where that is
 * missing. It resolves to whether the API accepted the events, and never rejects. */
export const getRequesterForBrowser = (): RequestFnType => requester();

/** Makes the request function for Node: its `fetch`. It resolves to whether the API accepted the events, and never
 * rejects. */
export const getRequesterForNode = (): RequestFnType => requester();
