import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { bundle } from '../../docs/support/bundle.js';

/** Stands in for the viewer that @statelyai/inspect opens: records what arrives. */
const viewerScript = `
import { createBrowserReceiver } from '@statelyai/inspect';
window.received = [];
createBrowserReceiver().subscribe((event) => window.received.push(event));`;

/** A shop that is inspected, as docs/inspector.md has it. */
const shopScript = `
import { createBrowserInspector } from '@statelyai/inspect';
import { createUserToken } from 'usertoken';
const inspector = createBrowserInspector({ url: '/viewer' });
window.user = createUserToken({ appId: 'app', apiKey: 'canary-key', consent: 'granted', inspect: inspector.inspect,
  host: location.origin, batchWindowMs: 0 });`;

/** Pages of an inspected shop and of its viewer, on one origin. */
export interface InspectedShop {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves them. Events are answered as \`status\` says. */
export async function serveInspectedShop(status: () => number): Promise<InspectedShop> {
  const page = (script: string) => `<!doctype html><title>Shop</title><script type="module" src="${script}"></script>`;
  const [viewer, shop] = await Promise.all([bundle(viewerScript, 'browser'), bundle(shopScript, 'browser')]);
  const files: Record<string, readonly [string, string]> = {
    '/': ['text/html', page('/shop.js')],
    '/shop.js': ['text/javascript', shop],
    '/viewer': ['text/html', page('/viewer.js')],
    '/viewer.js': ['text/javascript', viewer],
  };
  const server = createServer((request, response) => {
    const [type, body] = files[request.url!] ?? ['application/json', '{"status":200,"message":"OK"}'];
    request.resume();
    response.writeHead(request.url!.startsWith('/1/') ? status() : 200, { 'content-type': type });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
