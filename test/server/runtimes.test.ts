import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { entries, frameworkServers, nodeEntries } from '../../scripts/entries.mjs';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { root } from '../docs/support/guide.js';
import { startNode } from './support/child.js';
import { anonymous } from './support/server.js';

let collector: Collector;
beforeAll(async () => {
  collector = await createCollector();
});
afterEach(() => collector.clear());
afterAll(() => collector.close());

/** The globals that workers and edge runtimes have in common, and no more. */
const edgeGlobals = () => ({
  fetch,
  Request,
  Response,
  Headers,
  URL,
  URLSearchParams,
  AbortController,
  crypto,
  performance,
  TextEncoder,
  atob,
  setTimeout,
  clearTimeout,
});

async function bundleFor(code: string, conditions: string[] = []): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'result',
    // Whatever is a built-in of Node does not resolve here.
    platform: 'neutral',
    conditions,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

describe('workers and the edge', () => {
  const worker = `
    import { createUserTokenServer } from './src/server/index.ts';
    // One for each request, and what it sends is waited for outside of it.
    export async function handle(request, { waitUntil }, { host }) {
      const server = createUserTokenServer({ appId: 'app', apiKey: 'key', secure: true, host });
      const visitor = server.visitor(request, { consent: 'granted' });
      void visitor.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['kettle'] });
      waitUntil(server.flush());
      const response = new Response('<p>Shop</p>' + visitor.script);
      visitor.applyTo(response);
      return response;
    }`;

  test.each([
    ['no runtime in particular', []],
    ['workerd', ['workerd', 'worker']],
    ['edge-light', ['edge-light', 'worker']],
    ['deno', ['deno']],
  ])('a handler bundled for %s runs with nothing but web globals', async (_, conditions) => {
    const code = await bundleFor(worker, conditions);
    expect(code).not.toMatch(/["']node:|\brequire\(|\bBuffer\b|\beval\(|\bnew Function\b/);
    const { handle } = runInNewContext(`${code}; result`, edgeGlobals());
    const waiting: Promise<boolean>[] = [];
    const request = new Request('https://shop.example/', { headers: { cookie: `_ALGOLIA=${anonymous}` } });
    const context = { waitUntil: (promise: Promise<boolean>) => waiting.push(promise) };
    const response: Response = await handle(request, context, { host: collector.origin });
    expect(response.headers.getSetCookie()).toEqual([
      `_ALGOLIA=${anonymous}; Path=/; SameSite=Lax; Secure; Max-Age=15552000`,
    ]);
    expect(await response.text()).toContain(`"anonymousToken":"${anonymous}"`);
    expect(await Promise.all(waiting)).toEqual([true]);
    expect(collector.events.map(({ userToken }) => userToken)).toEqual([anonymous]);
  });

  test('a built-in of Node would be noticed', async () => {
    await expect(bundleFor("import 'node:fs';")).rejects.toThrow('node:fs');
  });
});

const creating = (host: string) => `
  import { createUserTokenServer } from 'usertoken/server';
  const server = createUserTokenServer({ appId: 'app', apiKey: 'key', secure: true, host: '${host}' });
  const visitor = server.visitor('_ALGOLIA=${anonymous}', { consent: 'granted' });
  const view = (id) => visitor.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: [id] });`;

describe('a Node process', () => {
  test('ends by itself though events wait in an outage: no timer keeps it alive', async () => {
    const child = await startNode(`${creating('http://127.0.0.1:9')}
      await Promise.race([view('kettle'), server.flush({ timeoutMs: 100 })]);
      console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);`);
    expect(await child.ended).toMatchObject({ status: 0, signal: null });
    expect(await child.lines(1)).toEqual(['0']);
  });

  test('ends by itself with an event that was just tracked', async () => {
    const child = await startNode(`${creating(collector.origin)} void view('kettle');`);
    expect(await child.ended).toEqual({ status: 0, signal: null, said: '' });
  });

  test('that is told to end delivers what waits first, with flush()', async () => {
    const child = await startNode(`${creating(collector.origin)}
      const open = setInterval(() => {}, 1000);
      process.once('SIGTERM', async () => {
        const isDone = await server.flush();
        clearInterval(open);
        console.log(isDone);
      });
      for (let n = 0; n < 50; n += 1) void view('p' + n);
      console.log('ready');`);
    await child.lines(1);
    child.process.kill('SIGTERM');
    expect(await child.ended).toEqual({ status: 0, signal: null, said: '' });
    expect(await child.lines(2)).toEqual(['ready', 'true']);
    expect(collector.events.length).toBe(50);
  });
});

// PK-01 of the test cases.
describe('on Node', () => {
  const specifiers = Object.keys(entries)
    .filter((name) => !['vue', 'svelte', 'angular', 'react', 'next', ...frameworkServers].includes(name))
    .map((name) => (name === 'index' ? 'usertoken' : `usertoken/${name}`));
  const before = {
    'without a window': '',
    'with an empty window': 'globalThis.window = {};',
    'with an empty window and document': 'globalThis.window = {}; globalThis.document = {};',
  };

  /** Runs what an application might, with network and timers watched. */
  const life = `
    let requests = 0;
    globalThis.fetch = async () => { requests += 1; return new Response('{}'); };
    const event = { eventName: 'Product Viewed', index: 'products', objectIDs: ['kettle'] };
    async function live(user) {
      const isAnonymous = /^anonymous-/.test(user.token);
      user.login('account-1');
      const receipt = await user.viewedObjectIDs(event);
      const told = [isAnonymous, user.token, receipt.status];
      user.logout();
      return told;
    }
    const all = await import(specifier);
    const told = [];
    const options = { appId: 'app', apiKey: 'key', onWarning: () => {} };
    if (all.createUserToken) {
      const user = all.createUserToken({ ...options, consent: 'pending' });
      told.push(...(await live(user)));
      user.dispose();
    }
    if (all.createUserTokenServer) {
      const server = all.createUserTokenServer({ ...options, secure: true });
      told.push(...(await live(server.visitor('', { consent: 'pending' }))));
      server.dispose();
      all.fromServer();
    }
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    console.log(JSON.stringify({ told, requests, timers }));`;

  const expected: Readonly<Record<string, unknown[]>> = {
    usertoken: [true, 'account-1', 'stored'],
    'usertoken/lite': [true, 'account-1', 'stored'],
    'usertoken/server': [true, 'account-1', 'dropped'],
  };

  test.each(
    specifiers.flatMap((specifier) => Object.entries(before).map(([name, code]) => [specifier, name, code] as const)),
  )(
    '%s %s: imported, created, used and stopped without a throw, a request or a timer left',
    async (specifier, _, code) => {
      const child = await startNode(`${code} ${life.replace('import(specifier)', `import('${specifier}')`)}`);
      expect(await child.ended).toEqual({ status: 0, signal: null, said: '' });
      expect(JSON.parse((await child.lines(1))[0]!)).toEqual({
        told: expected[specifier] ?? [],
        requests: 0,
        timers: 0,
      });
    },
  );

  test('the entries that may use built-ins of Node are those for tests', () => {
    expect(nodeEntries).toEqual(['testing']);
  });
});
