import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { faults, listedRequests } from './api.mjs';
import { chartOf } from './chart/layout.mjs';

const page = (name) => fileURLToPath(new URL(`page/${name}`, import.meta.url));
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:";

async function bundle(entry, library) {
  const { outputFiles } = await build({
    entryPoints: [page(entry)],
    bundle: true,
    ...(library ? { alias: { usertoken: library } } : {}),
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

/** The demo's pages: the shop, `GET /demo/charts` (the machines' statecharts, laid out), `GET /demo/collected` (what the
 * collector holds, by token) and `POST /demo/fault` with `{ "kind": "none" | "503" | "offline" | … }`.
 * @param collectorOf The collector, which is not there yet when its `fallback` is made.
 * @param machines What `usertoken/machines` exports.
 * @param library The file that the page has `usertoken` from. @default the built package
 * @returns A `fallback` for `createCollector`. */
export async function demoPages(collectorOf, machines, library) {
  const [shell, markup, css, script, ...charts] = await Promise.all([
    readFile(page('index.html'), 'utf8'),
    readFile(page('demo.html'), 'utf8'),
    bundle('css/page.css'),
    bundle('page.js', library),
    chartOf(machines.identityMachine),
    chartOf(machines.deliveryMachine),
  ]);
  const html = shell.replace('<!-- demo.html -->', markup);
  let kindInForce = 'none';

  const files = {
    // The page must know of an outage before the library's first request.
    '/': () => ['text/html', html.replace('data-fault="none"', `data-fault="${faultInForce()}"`)],
    '/page.css': () => ['text/css', css],
    '/page.js': () => ['text/javascript', script],
  };

  function faultInForce() {
    return collectorOf().fault === faults[kindInForce] ? kindInForce : 'none';
  }

  function collected() {
    const collector = collectorOf();
    const groups = [...collector.byToken()].map(([userToken, items]) => ({
      userToken,
      events: items.map(({ event }) => event),
    }));
    const latest = collector.requests
      .slice(-listedRequests)
      .map(({ id, status, eventCount }) => ({ id, status, eventCount }));
    return { groups, requests: collector.requests.length, latest, fault: faultInForce() };
  }

  function answerJson(response, status, body) {
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
    response.end(JSON.stringify(body));
    return true;
  }

  return async (request, response) => {
    const { pathname } = new URL(request.url, 'http://demo');
    if (request.method === 'POST' && pathname === '/demo/fault') {
      const kind = (await readJson(request))?.kind;
      if (typeof kind !== 'string' || !Object.hasOwn(faults, kind)) {
        return answerJson(response, 400, { message: `kind must be one of ${Object.keys(faults).join(', ')}` });
      }
      kindInForce = kind;
      collectorOf().setFault(faults[kind]);
      return answerJson(response, 200, { fault: kind });
    }
    if (request.method !== 'GET') return false;
    if (pathname === '/demo/collected') return answerJson(response, 200, collected());
    if (pathname === '/demo/charts') return answerJson(response, 200, charts);
    if (!Object.hasOwn(files, pathname)) return false;
    const [type, content] = files[pathname]();
    response.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    response.end(content);
    return true;
  };
}
