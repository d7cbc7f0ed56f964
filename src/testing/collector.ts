import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CollectedEvent, CollectedRequest, Collector, CollectorOptions, Fault } from './collector.types.js';
import {
  type Answer,
  admits,
  type Credentials,
  checkFault,
  decodeChunk,
  faultAnswer,
  htmlAnswer,
  isDelayAlone,
  isObject,
  jsonAnswer,
  maskHeaders,
  maskQuery,
  parseJson,
  preflightAnswer,
  readBody,
  readCredentials,
  send,
  splitUrl,
} from './collector-http.js';
import { createInbox, describeEvents, describeRequests } from './collector-inbox.js';
import { checkEventsBody } from './insights-rules.js';

type KeptRequest = { -readonly [K in keyof CollectedRequest]: CollectedRequest[K] };

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

  function takeFault(request: KeptRequest, sent: readonly object[] | undefined): Fault | null {
    const current = fault;
    if (current === null || !request.path.startsWith('/1/')) return null;
    if (request.preflight && current.cors !== false) return null;
    if (current.when && (sent === undefined || !current.when(sent))) return null;
    faultsLeft -= 1;
    if (faultsLeft === 0) fault = null;
    return current;
  }

  function pushEvents(request: KeptRequest, json: unknown): Answer {
    const verdict = checkEventsBody(json, request.at, { maxEventAgeDays: options.maxEventAgeDays });
    if (verdict.status === 422) {
      request.message = verdict.message;
      return jsonAnswer(422, verdict.message);
    }
    for (const event of (json as { events: Record<string, unknown>[] }).events) {
      const userToken = event.userToken as string;
      const authenticatedUserToken = event.authenticatedUserToken as string | undefined;
      events.items.push({ event, userToken, authenticatedUserToken, receivedAt: request.at, requestId: request.id });
    }
    return jsonAnswer(200, 'OK');
  }

  function deleteUserToken(chunk: string): Answer {
    const token = decodeChunk(chunk);
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
      sent: sent?.filter(isObject) ?? [],
      isFaulted: false,
      at: now(),
      ...(incoming.method === 'OPTIONS' ? { preflight: true } : {}),
    };
    if (!complete) return keep(request);

    const taken = takeFault(request, sent && request.sent);
    request.isFaulted = taken !== null;
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
