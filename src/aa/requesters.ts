import { fetchTransport } from '../adapters/fetch-transport.js';
import type { Transport, TransportAnswer } from '../adapters/ports.js';
import { bytesOf } from '../events/event-text.js';
import { exitBytes } from '../limits.js';
import type { RequestFnType } from './insights.types.js';

const transports = new WeakMap<RequestFnType, Transport>();

const isAccepted = ({ status }: TransportAnswer) => status >= 200 && status < 300;

/** The transport behind a request function of ours; around another, one that asks it. Such a function says only whether
 * a request was accepted, so that a refusal looks like a dead network. */
export function transportOf(request: RequestFnType): Transport {
  const send: Transport['send'] = async ({ url, body }) => {
    try {
      return { status: (await request(url, JSON.parse(body))) === true ? 200 : 0, message: '' };
    } catch {
      return { status: 0, message: '' };
    }
  };
  return (
    transports.get(request) ?? {
      // Whatever it uses, it shares the page's budget.
      exitBudget: exitBytes,
      send,
      sendOnExit(batch) {
        void send(batch, {} as never);
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
    return isAccepted(await transport.send({ url, body, bytes }, { outlives, signal: new AbortController().signal }));
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
