import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Collector, Fault } from '../testing/index.js';
import styles from './page/timeline.css';
import page from './page/timeline.html';
import script from './page/timeline.ts?bundle';
import type { WatchedCollector } from './watched-collector.js';

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

/** Serves the timeline at `/`, and for tests:
 *
 * - `GET /collected`: what the collector holds, at once; with `?events=N` as soon as there are N accepted events, or 504
 *   after `timeoutMs` (default 5000). `DELETE` forgets it.
 * - `GET /collected/changes`: a server-sent event whenever that has changed.
 * - `PUT /fault` with a fault as JSON; `DELETE /fault` ends it.
 *
 * No answer has CORS headers: what pages of other origins track is not theirs to read.
 * @returns A `fallback` for `createCollector`, which has nothing to serve before the two functions do. */
export function collectorPages(collectorOf: () => Collector, watchedOf: () => WatchedCollector) {
  async function collected(params: URLSearchParams): Promise<unknown> {
    const wanted = numberIn(params, 'events');
    if (wanted !== undefined) {
      const timeoutMs = numberIn(params, 'timeoutMs') ?? 5000;
      await collectorOf()
        .waitForEvents(wanted, { timeoutMs })
        .catch(({ message }: Error) => {
          throw new Refusal(504, message);
        });
    }
    return watchedOf().collected();
  }

  const routes: Readonly<Record<string, (request: IncomingMessage, params: URLSearchParams) => unknown>> = {
    'GET /collected': (_, params) => collected(params),
    'DELETE /collected': () => watchedOf().clear(),
    'PUT /fault': async (request) => setFault(await readFault(request)),
    'DELETE /fault': () => watchedOf().setFault(null),
  };

  function setFault(fault: Fault): void {
    try {
      watchedOf().setFault(fault);
    } catch (error) {
      throw new Refusal(400, (error as Error).message);
    }
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://collector');
    const file = files[pathname];
    if (request.method === 'GET' && file) {
      answer(response, 200, `${file[0]}; charset=utf-8`, file[1]);
      return true;
    }
    if (request.method === 'GET' && pathname === '/collected/changes') {
      streamChanges(response, watchedOf());
      return true;
    }
    const route = routes[`${request.method} ${pathname}`];
    if (!route) return false;
    try {
      const body = await route(request, searchParams);
      if (body === undefined) answer(response, 204, undefined, '');
      else answer(response, 200, json, JSON.stringify(body));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      answer(response, error.status, json, JSON.stringify({ status: error.status, message: error.message }));
    }
    return true;
  };
}

const json = 'application/json; charset=utf-8';

function answer(response: ServerResponse, status: number, contentType: string | undefined, body: string): void {
  response.writeHead(status, {
    ...(contentType && { 'content-type': contentType }),
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

function streamChanges(response: ServerResponse, watched: WatchedCollector): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
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
