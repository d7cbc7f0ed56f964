import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Shop</title>';

/** Bundles the page script of a library as an application in production would.
 * @param {{ file: string, alias?: Record<string, string>, plugins?: import('esbuild').Plugin[] }} library Its file in
 *   bench/libraries, and what its imports stand for.
 * @returns {Promise<{ text: string, gzipBytes: number }>} */
export async function bundleLibrary({ file, alias = {}, plugins = [] }) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`libraries/${file}`, import.meta.url))],
    bundle: true,
    alias,
    plugins,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'error',
    write: false,
  });
  const text = outputFiles[0].text;
  return { text, gzipBytes: gzipSync(text, { level: 9 }).length };
}

/** Notes when a script begins and has been evaluated. A comment in its first line, which may be a hint to the engine, stays
 * there.
 * @param {string} text */
function timed(text) {
  const [hint = ''] = /^\/\/.*\n/.exec(text) ?? [];
  return `${hint}self.begun=performance.now();${text.slice(hint.length)}\n;self.evaluated=performance.now();`;
}

/** Serves a page with the snippet of search-insights, its script tag loaded without blocking.
 * @param {string} text The script. */
export async function serveScriptTag(text) {
  const snippet = `window.AlgoliaAnalyticsObject = 'aa';
window.aa = function () { (aa.queue = aa.queue || []).push(arguments); };
aa.version = '2.17.3';`;
  return serve({
    '/': ['text/html', `${head}<script>${snippet}</script><script async src="/aa.js"></script>`],
    '/aa.js': ['text/javascript', timed(text)],
  });
}

/** Serves `/` with the library started, `/bare` with the text of the bundle at hand but not run, and `/elsewhere`
 * without any of it. The query names the endpoint.
 * @param {string} bundle */
export async function servePages(bundle) {
  const start = 'bench.start(new URLSearchParams(location.search).get("endpoint"))';
  const library = '<script src="/library.js"></script>';
  return serve({
    '/': ['text/html', `${head}${library}<script>${start}</script>`],
    '/bare': ['text/html', head],
    '/elsewhere': ['text/html', head],
    '/library.js': ['text/javascript', bundle],
  });
}

/** @param {Record<string, [type: string, body: string]>} files By path. */
async function serve(files) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const [type, body] = files[pathname] ?? ['text/html', ''];
    response.setHeader('content-type', type).end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    /** @param {string} path @param {string} endpoint */
    url: (path, endpoint) => `http://127.0.0.1:${port}${path}?endpoint=${encodeURIComponent(endpoint)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}
