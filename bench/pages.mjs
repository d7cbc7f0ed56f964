import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

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

/** Serves `/` with the library started, `/bare` with the text of the bundle at hand but not run, and `/elsewhere`
 * without any of it. The query names the endpoint.
 * @param {string} bundle */
export async function servePages(bundle) {
  const head = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Shop</title>';
  const start = 'bench.start(new URLSearchParams(location.search).get("endpoint"))';
  const pages = {
    '/': `${head}<script src="/library.js"></script><script>${start}</script>`,
    '/bare': head,
    '/elsewhere': head,
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    if (pathname === '/library.js') return response.setHeader('content-type', 'text/javascript').end(bundle);
    response.setHeader('content-type', 'text/html').end(pages[pathname] ?? '');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: (path, endpoint) => `http://127.0.0.1:${port}${path}?endpoint=${encodeURIComponent(endpoint)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve(undefined));
        server.closeAllConnections();
      }),
  };
}
