import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Collector, CollectorOptions } from './collector.types.js';
import {
  type Answer,
  admits,
  type Credentials,
  decodeChunk,
  faultAnswer,
  htmlAnswer,
  isDelayAlone,
  isObject,
  isPreflight,
  jsonAnswer,
  maskHeaders,
  maskQuery,
  methodAnswer,
  parseJson,
  preflightAnswer,
  readBody,
  readCredentials,
  send,
  splitUrl,
} from './collector-http.js';
import { createSession, type KeptRequest, type RunningSession, rethrowLater } from './collector-session.js';

/** Longer than clients keep a connection that they don't use: a server that ends one just when it is used again would fail a
 * request that no fault was set for. */
const keepAliveMs = 65_000;

/** Starts a server on 127.0.0.1 that answers like the Algolia Insights API, for tests. Node only.
 *
 * It knows `POST /1/events` and `DELETE /1/usertokens/{token}`, checks credentials, size and every rule of
 * {@link checkEventsBody}, and answers CORS preflights. Below `/s/<name>/` it does the same for a session of that name, which
 * has events, requests and a fault of its own. Close it at the end, or the process stays up.
 * @throws Error (rejects) when it cannot listen for another reason than a taken port.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export async function createCollector(options: CollectorOptions = {}): Promise<Collector> {
  const now = options.now ?? (() => Date.now());
  const timers = new Set<NodeJS.Timeout>();
  const sessions = new Map<string, RunningSession>();
  let lastId = 0;
  let closed: Promise<void> | undefined;

  function ordinaryAnswer(
    session: RunningSession,
    request: KeptRequest,
    given: Credentials,
    text: string | undefined,
    json: unknown,
  ): Answer {
    if (request.preflight) return preflightAnswer(request.headers);
    const token = /^\/1\/usertokens\/([^/]+)$/.exec(request.path)?.[1];
    if (token === undefined && request.path !== '/1/events') return jsonAnswer(404, 'the path is not supported');
    const allowed = token === undefined ? 'POST' : 'DELETE';
    if (request.method !== allowed) return methodAnswer(request.method, [allowed]);
    if (!admits(options.appId, given.appId) || !admits(options.apiKey, given.apiKey)) {
      return jsonAnswer(401, 'the application id or the API key is missing or wrong');
    }
    if (text === undefined) return jsonAnswer(413, 'the body is over 2 MB', { connection: 'close' });
    if (token !== undefined) return session.deleteUserToken(token);
    return json === undefined ? htmlAnswer(400, 'Bad Request') : session.pushEvents(request, json);
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

  /** The session of this name, made when it is first asked for or sent to. */
  function sessionOf(name: string): RunningSession {
    let session = sessions.get(name);
    if (!session) {
      session = createSession(`${origin}/s/${encodeURIComponent(name)}`, options, main.notify);
      if (closed) session.end();
      sessions.set(name, session);
    }
    return session;
  }

  /** The session that a path belongs to, and the path within. */
  function locate(url: string): { session: RunningSession; name?: string; path: string; params: URLSearchParams } {
    const { path, params } = splitUrl(url);
    const [, name, rest] = /^\/s\/([\w.~%-]+)(\/.*)$/.exec(path) ?? [];
    const decoded = name && decodeChunk(name);
    return decoded && rest
      ? { session: sessionOf(decoded), name: decoded, path: rest, params }
      : { session: main, path, params };
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { session, name, path, params } = locate(incoming.url ?? '/');
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
      ...(name === undefined ? {} : { session: name }),
      ...(isPreflight(incoming) ? { preflight: true } : {}),
    };
    if (!complete) return session.keep(request);

    const taken = session.takeFault(request, sent && request.sent);
    request.isFaulted = taken !== null;
    const stores = taken === null || taken.dropAfterAccept || isDelayAlone(taken);
    const answer = stores
      ? ordinaryAnswer(session, request, readCredentials(params, incoming.headers), text, json)
      : faultAnswer(taken);
    const resets = taken?.drop || taken?.dropAfterAccept;
    const hangs = taken?.hang && !resets;
    request.status = resets || hangs ? 0 : answer.status;
    response.once('close', () => {
      if (!response.writableFinished) request.status = 0;
    });
    session.keep(request);
    if (hangs) return;
    later(taken?.delayMs ?? 0, () => {
      if (resets) incoming.socket.resetAndDestroy();
      else send(response, answer, taken?.cors !== false);
    });
  }

  const server = createServer({ keepAliveTimeout: keepAliveMs }, (incoming, response) => {
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
  const origin = `http://127.0.0.1:${port}`;
  const main = createSession(origin, options);

  return Object.assign(main.view, {
    port,
    portTaken,
    session: (name: string) => sessionOf(name).view,
    close() {
      closed ??= new Promise<void>((resolve) => {
        for (const timer of timers) clearTimeout(timer);
        server.close(() => resolve());
        server.closeAllConnections();
        for (const session of [main, ...sessions.values()]) session.end();
      });
      return closed;
    },
  });
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
