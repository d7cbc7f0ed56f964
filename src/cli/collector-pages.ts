import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../testing/index.js';
import styles from './page/timeline.css';
import page from './page/timeline.html';
import script from './page/timeline.ts?bundle';
import type { WatchedSession } from './watched-session.js';

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";
const files: Readonly<Record<string, readonly [contentType: string, text: string]>> = {
  '/': ['text/html', page],
  '/timeline.css': ['text/css', styles],
  '/timeline.js': ['text/javascript', script],
};
const faultFields = {
  status: 'number',
  delayMs: 'number',
  times: 'number',
  body: 'string',
  drop: 'boolean',
  dropAfterAccept: 'boolean',
  hang: 'boolean',
  exposeRetryAfter: 'boolean',
  cors: 'boolean',
} as const;

/** A request that can't be answered as it is. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

type Params = URLSearchParams;
/** What a path does, by method. What it returns is answered as JSON, `undefined` as 204. */
type Route = Readonly<Record<string, (watched: WatchedSession, request: IncomingMessage, params: Params) => unknown>>;

const routes: Readonly<Record<string, Route>> = {
  '/collected': {
    GET: async (watched, _, params) => {
      const wanted = numberIn(params, 'events');
      if (wanted !== undefined) {
        const timeoutMs = numberIn(params, 'timeoutMs') ?? 5000;
        await watched.waitForEvents(wanted, { timeoutMs }).catch(({ message }: Error) => {
          throw new Refusal(504, message);
        });
      }
      return watched.collected();
    },
    DELETE: (watched) => watched.clear(),
  },
  '/fault': {
    PUT: async (watched, request) => setFault(watched, await readFault(request)),
    DELETE: (watched) => watched.setFault(null),
  },
};

function setFault(watched: WatchedSession, fault: Fault): void {
  try {
    watched.setFault(fault);
  } catch (error) {
    throw new Refusal(400, (error as Error).message);
  }
}

/** The session that a path names with `/s/<name>`, and the path within. */
function locate(pathname: string): { readonly name: string | undefined; readonly path: string } {
  const [, encoded, path = ''] = /^\/s\/([^/]+)(\/.*)?$/.exec(pathname) ?? [];
  try {
    return encoded ? { name: decodeURIComponent(encoded), path } : { name: undefined, path: pathname };
  } catch {
    return { name: undefined, path: pathname };
  }
}

/** Serves the timeline at `/`, and for tests:
 *
 * - `GET /collected`: what the collector holds, at once; with `?events=N` as soon as there are N accepted events, or 504
 *   after `timeoutMs` (default 5000). `DELETE` forgets it.
 * - `GET /collected/changes`: a server-sent event whenever that has changed.
 * - `PUT /fault` with a fault as JSON; `DELETE /fault` ends it.
 *
 * Below `/s/<name>/` all of them are about the session of that name. No answer has CORS headers: what pages of other origins
 * track is not theirs to read.
 * @param watchedOf A session, or without a name the collector itself.
 * @returns A `fallback` for `createCollector`, which has nothing to serve before `watchedOf` does. */
export function collectorPages(watchedOf: (name: string | undefined) => WatchedSession) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://collector');
    const { name, path } = locate(pathname);
    const file = files[path];
    const isStream = path === '/collected/changes';
    // Addresses in a page are relative, so a session's ends with a slash.
    const isUnfinished = name !== undefined && path === '';
    const route = file || isStream || isUnfinished ? { GET: undefined } : routes[path];
    if (!route) return false;
    const allowed = Object.keys(route);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
    if (!allowed.includes(method)) {
      refuseMethod(response, method, allowed);
    } else if (isUnfinished) {
      response.writeHead(301, { location: `${pathname}/` }).end();
    } else if (file) {
      answer(response, 200, `${file[0]}; charset=utf-8`, file[1]);
    } else if (isStream) {
      streamChanges(request, response, watchedOf(name));
    } else {
      try {
        const body = await (route as Route)[method]!(watchedOf(name), request, searchParams);
        if (body === undefined) answer(response, 204, undefined, '');
        else answer(response, 200, json, JSON.stringify(body));
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        answer(response, error.status, json, JSON.stringify({ status: error.status, message: error.message }));
      }
    }
    return true;
  };
}

function refuseMethod(response: ServerResponse, method: string, allowed: readonly string[]): void {
  const methods = allowed.includes('GET') ? ['HEAD', ...allowed] : allowed;
  response.setHeader('allow', methods.join(', '));
  const message = `the method must be ${allowed.join(' or ')}`;
  if (method === 'OPTIONS') answer(response, 204, undefined, '');
  else answer(response, 405, json, JSON.stringify({ status: 405, message }));
}

const json = 'application/json; charset=utf-8';

function answer(response: ServerResponse, status: number, contentType: string | undefined, body: string): void {
  response.writeHead(status, {
    ...(contentType && { 'content-type': contentType, 'content-length': Buffer.byteLength(body) }),
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function streamChanges({ method }: IncomingMessage, response: ServerResponse, watched: WatchedSession): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  if (method === 'HEAD') return void response.end();
  response.write(': open\n\n');
  response.once(
    'close',
    watched.onChange(() => response.write('data: changed\n\n')),
  );
}

function numberIn(params: URLSearchParams, name: string): number | undefined {
  const text = params.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new Refusal(400, `${name} must be a whole number, not '${text}'`);
  return Number(text);
}

async function readFault(request: IncomingMessage): Promise<Fault> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  let fault: unknown;
  try {
    fault = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'the body must be JSON');
  }
  if (typeof fault !== 'object' || fault === null || Array.isArray(fault)) {
    throw new Refusal(400, 'the body must be a fault, such as {"status":503}');
  }
  for (const [name, value] of Object.entries(fault)) {
    const wanted = name === 'retryAfter' ? 'number or string' : faultFields[name as keyof typeof faultFields];
    if (!wanted)
      throw new Refusal(400, `a fault has no '${name}'; it has retryAfter, ${Object.keys(faultFields).join(', ')}`);
    if (!wanted.split(' or ').includes(typeof value)) throw new Refusal(400, `${name} must be a ${wanted}`);
  }
  return fault as Fault;
}
