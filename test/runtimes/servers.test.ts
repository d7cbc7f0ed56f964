import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { runModule } from './support/run-module.js';

let collector: Collector;
beforeAll(async () => {
  collector = await createCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

const anonymous = 'anonymous-0b5c7d0e-5f7a-4b8e-9c55-1d2f3a4b5c6d';
const cookie = `_ALGOLIA=${anonymous}; Path=/; SameSite=Lax; Secure; Max-Age=15552000`;

/** A request, what it tracks, and what the server says about both. */
const handler = (host: string) => `
  import { createUserTokenServer } from 'usertoken/server';
  const warnings = [];
  async function handle(request) {
    const server = createUserTokenServer({
      appId: 'app',
      apiKey: 'key',
      secure: true,
      host: '${host}',
      onWarning: ({ message }) => warnings.push(message),
    });
    const visitor = server.visitor(request, { consent: 'granted' });
    const receipt = visitor.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['café-1'] });
    visitor.login('account-1815');
    void visitor.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs: ['kettle'] });
    const isSent = await server.flush();
    return { receipt: await receipt, isSent, warnings, setCookie: visitor.setCookie };
  }`;
const request = `new Request('https://shop.example/', { headers: { cookie: '_ALGOLIA=${anonymous}' } })`;

const expected = {
  receipt: { status: 'delivered' },
  isSent: true,
  warnings: [],
  setCookie: [cookie, '__Host-_ALGOLIA_USER=account-1815; Path=/; SameSite=Lax; Secure'],
};
const sent = () => collector.events.map(({ userToken, event }) => [userToken, (event.objectIDs as string[])[0]]);
const expectedEvents = [
  [anonymous, 'café-1'],
  ['account-1815', 'kettle'],
];

describe.each(['Node 20', 'Node 22', 'Node 24', 'Bun', 'Deno'])('on %s', (runtime) => {
  test('a server delivers what a visitor tracks, each event under its own token', async () => {
    const code = `${handler(collector.origin)} console.log(JSON.stringify(await handle(${request})));`;
    expect(await runModule(runtime, code)).toEqual(expected);
    expect(sent()).toEqual(expectedEvents);
  });

  test('dispose() sends what waits', async () => {
    await runModule(
      runtime,
      `import { createUserTokenServer } from 'usertoken/server';
      const server = createUserTokenServer({ appId: 'app', apiKey: 'key', secure: true, host: '${collector.origin}' });
      const visitor = server.visitor('', { consent: 'granted' });
      void visitor.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['kettle'] });
      server.dispose();
      console.log('{}');`,
    );
    await collector.waitForEvents(1);
  });
});

/** Runs a worker in workerd and asks it once. */
async function askWorker(code: string): Promise<unknown> {
  const { folder, workerd } = inject('runtimes');
  const place = await mkdtemp(join(folder, 'worker-'));
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  await writeFile(join(place, 'worker.js'), outputFiles[0]!.contents);
  const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
);
`;
  await writeFile(join(place, 'config.capnp'), config);
  const child = spawn(workerd, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: place,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const [data] = await once(child.stdio[3]!, 'data');
    const response = await fetch(`http://127.0.0.1:${JSON.parse(String(data)).port}/`, {
      headers: { cookie: `_ALGOLIA=${anonymous}` },
    });
    return await response.json();
  } finally {
    child.kill();
    await once(child, 'close');
    await rm(place, { recursive: true });
  }
}

// S01, cloudflare/cloudflare-docs#33362: workerd's `fetch` throws for `redirect: 'error'`.
describe('in workerd', () => {
  test('a worker delivers what a visitor tracks, each event under its own token', async () => {
    const code = `${handler(collector.origin)}
      export default { fetch: async (request) => Response.json(await handle(request)) };`;
    expect(await askWorker(code)).toEqual(expected);
    expect(sent()).toEqual(expectedEvents);
  });

  // W01, muxinc/elements#334.
  test('a stand-in for a document is no page, and visitors stay apart', async () => {
    const code = `
      globalThis.window = globalThis;
      globalThis.document = { cookie: '', location: { protocol: 'https:', hostname: 'shop.example', pathname: '/' } };
      import { createUserToken } from 'usertoken';
      const create = () => createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', onWarning() {} });
      export default {
        fetch() {
          const [first, second] = [create(), create()];
          first.login('account-1');
          return Response.json([first.token, second.state, create().state, document.cookie]);
        },
      };`;
    expect(await askWorker(code)).toEqual(['account-1', 'anonymous', 'anonymous', '']);
  });
});
