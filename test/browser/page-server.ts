import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { entries } from '../../scripts/entries.mjs';
import { bundleForPage, isLight } from '../support/interpreter.js';

/** What a page of the server makes its instance with; see `shopScript`. */
export type PageOptions = Readonly<Record<string, unknown>>;

/** What a page is like, apart from its options. */
export interface PageTraits {
  /** Value of its Content-Security-Policy. @default none */
  readonly csp?: string;
  /** @default '/' */
  readonly path?: string;
  /** The origin to reach it by, where that is not `127.0.0.1`. */
  readonly origin?: string;
  /** How far its clock is ahead, as that of a visitor who comes back later. @default 0 */
  readonly aheadMs?: number;
  /** How long the server takes to answer, in milliseconds. @default 0 */
  readonly answersAfterMs?: number;
  /** Whether reading `localStorage` throws. @default false */
  readonly breakStorage?: boolean;
  /** Whether what `url` names is only a page around it, with it in a sandboxed frame. @default false */
  readonly sandboxed?: boolean;
}

/** A running server of test pages. */
export interface PageServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, or https. */
  readonly origin: string;
  /** The address of a page that makes `window.user` from the options while it loads. */
  url(options?: PageOptions, page?: PageTraits): string;
  close(): Promise<void>;
}

/** Runs on every page: makes `window.user` with the `options` of the address, if there are any. */
const shopScript = `
window.warnings = [];
window.uncaught = [];
window.violations = [];
addEventListener('error', ({ message }) => uncaught.push('uncaught: ' + message));
addEventListener('unhandledrejection', ({ reason }) => uncaught.push('uncaught: ' + reason));
document.addEventListener('securitypolicyviolation', (event) => violations.push(event.effectiveDirective));
addEventListener('pageshow', (event) => { window.wasRestored = event.persisted; });
const query = new URLSearchParams(location.search);
if (query.has('breakStorage')) {
  Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('blocked', 'SecurityError'); } });
}
if (query.has('aheadMs')) {
  const { now } = Date;
  Date.now = () => now() + Number(query.get('aheadMs'));
}
const options = query.get('options');
if (options !== null) {
  window.user = usertoken.createUserToken({
    appId: 'app',
    apiKey: 'key',
    consent: 'granted',
    onWarning: ({ code }) => warnings.push(code),
    // Short pauses, so that a test that waits for a delivery or the end of an outage is soon done.
    batchWindowMs: 50,
    random: () => 0.05,
    ...JSON.parse(options),
  });
}
`;

const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>
<link rel="icon" href="data:,"><script src="/usertoken.js"></script><script src="/shop.js"></script></head>
<body><p>Shop</p></body></html>`;

const frameHtml = (address: string) => {
  const escaped = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
  return `<!doctype html><title>Frame</title><link rel="icon" href="data:,">
<iframe sandbox="allow-scripts" src="${escaped}"></iframe>`;
};

/** Serves pages with the library, bundled from its source.
 * @param tls Key and certificate, for https. */
export async function servePages(tls?: { readonly key: string; readonly cert: string }): Promise<PageServer> {
  const library = await bundleForPage(isLight ? entries.lite : entries.index, { globalName: 'usertoken' });
  const answer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://shop');
    const scripts: Record<string, string> = { '/usertoken.js': library, '/shop.js': shopScript };
    const script = scripts[pathname];
    response.setHeader('content-type', `${script ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    const csp = searchParams.get('csp');
    if (csp) response.setHeader('content-security-policy', csp);
    const framed = searchParams.get('frame');
    const body = script ?? (framed ? frameHtml(framed) : html);
    setTimeout(() => response.end(body), Number(searchParams.get('answersAfterMs') ?? 0));
  };
  const server = tls ? createSecureServer(tls, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http${tls ? 's' : ''}://127.0.0.1:${port}`;
  return {
    port,
    origin,
    url(options, { csp, path = '/', origin: other = origin, aheadMs, answersAfterMs, breakStorage, sandboxed } = {}) {
      const query = new URLSearchParams();
      if (options) query.set('options', JSON.stringify(options));
      if (csp) query.set('csp', csp);
      if (aheadMs) query.set('aheadMs', String(aheadMs));
      if (answersAfterMs) query.set('answersAfterMs', String(answersAfterMs));
      if (breakStorage) query.set('breakStorage', '');
      const address = `${other}${path}?${query}`;
      return sandboxed ? `${other}/?${new URLSearchParams({ frame: address })}` : address;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
