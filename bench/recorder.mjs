// The collector of the bench: takes the wire formats of all libraries, and answers faults alike for all of them.
import { createServer } from 'node:http';

/** What a faulted request is answered with; `drop` resets the connection instead.
 * @typedef {{ status?: number, retryAfterSeconds?: number, drop?: boolean }} Fault */

/** The ids of the events in a request body: Algolia's `events`, Segment's `batch` or single event, Snowplow's `data`.
 * What is none of these, or was not tracked by the bench, has no id.
 * @param {string} text
 * @returns {string[]} */
export function eventIds(text) {
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  const list = body?.events ?? body?.batch ?? body?.data ?? [body];
  if (!Array.isArray(list)) return [];
  return list
    .map((event) => event?.objectIDs?.[0] ?? event?.properties?.id ?? event?.se_la)
    .filter((id) => typeof id === 'string');
}

/** The user tokens in a request body of Algolia's format, by event id.
 * @param {string} text
 * @returns {[string, string][]} */
function eventTokens(text) {
  return (JSON.parse(text).events ?? []).map((event) => [event.objectIDs?.[0], event.userToken]);
}

/** Bytes of a request as HTTP/1.1 carries it: request line, headers and body.
 * @param {Pick<import('node:http').IncomingMessage, 'method' | 'url' | 'rawHeaders'>} request
 * @param {number} bodyBytes
 * @returns {number} */
export function requestBytes({ method, url, rawHeaders }, bodyBytes) {
  const line = `${method} ${url} HTTP/1.1\r\n`;
  // Each header ends with a line break and has ": " between name and value.
  const headers = rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0);
  return Buffer.byteLength(line) + headers + 2 + bodyBytes;
}

/** Starts a recorder on a free port of 127.0.0.1.
 * `arrivals` are the ids of the events in requests that were answered 200, in order, repeated as they came. `requests`
 * counts all requests, preflights and faulted ones included; `bytes` is their size. */
export async function createRecorder() {
  /** @type {Fault | undefined} */
  let fault;
  const recorder = {
    origin: '',
    /** @type {string[]} */
    arrivals: [],
    /** The user token that each event of Algolia's format arrived with. @type {Map<string, string>} */
    tokens: new Map(),
    requests: 0,
    bytes: 0,
    /** @param {Fault | undefined} next */
    setFault(next) {
      fault = next;
    },
    clear() {
      recorder.arrivals = [];
      recorder.requests = 0;
      recorder.bytes = 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    const body = Buffer.concat(chunks);
    recorder.requests += 1;
    recorder.bytes += requestBytes(request, body.length);
    const isPreflight = request.method === 'OPTIONS';
    if (fault?.drop && !isPreflight) return request.socket.destroy();
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-expose-headers', 'Retry-After');
    if (isPreflight) {
      response.setHeader('access-control-allow-methods', 'GET, POST');
      response.setHeader('access-control-allow-headers', request.headers['access-control-request-headers'] ?? '');
      response.setHeader('access-control-max-age', '600');
      return response.writeHead(204).end();
    }
    if (fault?.status) {
      if (fault.retryAfterSeconds) response.setHeader('retry-after', String(fault.retryAfterSeconds));
      return response.writeHead(fault.status).end();
    }
    const text = body.toString();
    recorder.arrivals.push(...eventIds(text));
    for (const [id, token] of eventTokens(text)) recorder.tokens.set(id, token);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":200,"message":"OK"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  recorder.origin = `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`;
  return recorder;
}
