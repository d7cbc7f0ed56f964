import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** What the page's switch for the network can set. */
const faults = {
  none: null,
  503: { status: 503 },
  429: { status: 429, retryAfter: 2 },
  hang: { hang: true },
  drop: { drop: true },
};

const page = (name) => fileURLToPath(new URL(`page/${name}`, import.meta.url));
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

async function bundlePage() {
  const { outputFiles } = await build({
    entryPoints: [page('page.js')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    sourcemap: 'inline',
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}

function nameOfFault(fault) {
  return Object.keys(faults).find((name) => faults[name] === fault) ?? 'none';
}

function collected(collector) {
  const groups = [...collector.byToken()].map(([userToken, items]) => ({
    userToken,
    events: items.map(({ event }) => event),
  }));
  return { groups, requests: collector.requests.length, fault: nameOfFault(collector.fault) };
}

/** The demo's pages: the shop, `GET /demo/collected` (what the collector holds, by token) and `POST /demo/fault` with
 * `{ "kind": "none" | "503" | "429" | "hang" | "drop" }`.
 * @param collectorOf The collector, which is not there yet when its `fallback` is made.
 * @returns A `fallback` for `createCollector`. */
export async function demoPages(collectorOf) {
  const files = {
    '/': ['text/html; charset=utf-8', await readFile(page('index.html'))],
    '/page.css': ['text/css; charset=utf-8', await readFile(page('page.css'))],
    '/page.js': ['text/javascript; charset=utf-8', await bundlePage()],
  };

  function answerJson(response, status, body) {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
    return true;
  }

  return async (request, response) => {
    const { pathname } = new URL(request.url, 'http://demo');
    if (request.method === 'GET' && pathname === '/demo/collected') {
      return answerJson(response, 200, collected(collectorOf()));
    }
    if (request.method === 'POST' && pathname === '/demo/fault') {
      const kind = (await readJson(request))?.kind;
      if (typeof kind !== 'string' || !Object.hasOwn(faults, kind)) {
        return answerJson(response, 400, { message: `kind must be one of ${Object.keys(faults).join(', ')}` });
      }
      collectorOf().setFault(faults[kind]);
      return answerJson(response, 200, { fault: kind });
    }
    if (request.method !== 'GET' || !Object.hasOwn(files, pathname)) return false;
    const [type, content] = files[pathname];
    response.writeHead(200, {
      'content-type': type,
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    response.end(content);
    return true;
  };
}
