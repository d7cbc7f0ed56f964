import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, inject, test } from 'vitest';
import { entries, frameworkServers } from '../../scripts/entries.mjs';

const { consumer } = inject('packed');
const specifiers = Object.keys(entries)
  .filter((name) => !frameworkServers.includes(name))
  .map((name) => (name === 'index' ? 'usertoken' : `usertoken/${name}`));

/** Runs code in a fresh process of the project; rejects when it fails or is still alive after the time limit. */
async function runNode(code: string, kind: 'module' | 'commonjs'): Promise<string> {
  const args = [`--input-type=${kind}`, '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: consumer, timeout: 20_000 });
  return stdout.trim();
}

const loaders = { import: 'module', require: 'commonjs' } as const;
const load = (way: keyof typeof loaders, specifier: string) =>
  way === 'import' ? `await import('${specifier}');` : `require('${specifier}');`;

/** What `loading` calls, adds to the global object and leaves running, once `first` has run. */
async function workOf(first: string, loading: string, kind: 'module' | 'commonjs') {
  const code = `${first}
    const called = [];
    const names = ['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'BroadcastChannel'];
    for (const name of names) globalThis[name] = new Proxy(globalThis[name], {
      apply: () => called.push(name), construct: () => (called.push(name), {}),
    });
    for (const owner of [Date, Math, crypto]) for (const name of ['now', 'random', 'randomUUID'])
      if (owner[name]) owner[name] = () => called.push(name);
    for (const name of ['window', 'document', 'localStorage', 'location']) Object.defineProperty(globalThis, name, {
      configurable: true, get: () => void called.push(name),
    });
    const before = Object.getOwnPropertyNames(globalThis);
    ${loading}
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
    // Pipes are the output of the process itself; requests on files come from loading the modules.
    const alive = process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|FS|CloseReq)/.test(name));
    process.stdout.write(JSON.stringify({ called, added, alive }), () => process.exit());`;
  return JSON.parse(await runNode(code, kind));
}

test('a module that works when it is loaded is found out', async () => {
  const module = `setTimeout(() => {}, 1); Date.now(); crypto.randomUUID(); document; globalThis.leak = 1;
    new MessageChannel().port1.onmessage = () => {};`;
  const loading = `await import('data:text/javascript,${encodeURIComponent(module)}');`;
  expect(await workOf('', loading, 'module')).toEqual({
    called: ['setTimeout', 'now', 'randomUUID', 'document'],
    added: ['leak'],
    alive: ['MessagePort'],
  });
});

describe.each(specifiers)('%s', (specifier) => {
  describe.each(['import', 'require'] as const)('loaded by %s', (way) => {
    const kind = loaders[way];
    // Peers come first: what they do at load time is not this package's work.
    const framework = {
      vue: ['vue'],
      svelte: ['svelte', 'svelte/reactivity'],
      react: ['react'],
      next: ['react'],
      angular: ['@angular/core'],
    }[specifier.split('/')[1] ?? ''];
    const frameworkFirst = (framework ?? []).map((peer) => load(way, peer)).join('\n');
    const peers = `${load(way, 'xstate')}\n${frameworkFirst}`;

    test('calls and adds no global, and leaves nothing running', async () => {
      // Node's own modules read what is replaced here when usertoken/testing loads them for the first time.
      const first = specifier === 'usertoken/testing' ? `${peers}\n${load(way, 'node:http')}` : peers;
      // The drop-in must be where UI libraries look for it, under the name that a snippet may have chosen.
      const { called, ...left } = await workOf(first, load(way, specifier), kind);
      expect([...new Set(called)]).toEqual(specifier === 'usertoken/aa' ? ['window'] : []);
      expect(left).toEqual({ added: [], alive: [] });
    });

    test.each(['globalThis.window = {};', 'globalThis.window = {}; globalThis.document = {};'])(
      'loads after %s',
      async (before) => {
        const code = `${frameworkFirst} ${before} ${load(way, specifier)} process.stdout.write('loaded');`;
        expect(await runNode(code, kind)).toBe('loaded');
      },
    );
  });
});

// PK-01 of the test cases.
describe('on a server', () => {
  test.each([
    ['without window', ''],
    ['with an empty window', 'globalThis.window = {};'],
    ['with an empty window and document', 'globalThis.window = {}; globalThis.document = {};'],
  ])('an instance %s works and is disposed without a throw, a request or a timer left', async (_, before) => {
    const code = `${before}
      let requests = 0;
      globalThis.fetch = async () => { requests += 1; return new Response('{}'); };
      const { createUserToken } = await import('usertoken');
      const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'pending', onWarning: () => {} });
      const anonymous = user.token.startsWith('anonymous-');
      user.login('account-1');
      const { status } = await user.viewedObjectIDs({ eventName: 'Seen', index: 'products', objectIDs: ['a'] });
      user.dispose();
      const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
      process.stdout.write(JSON.stringify({ anonymous, token: user.token, status, requests, timers }));`;
    expect(JSON.parse(await runNode(code, 'module'))).toEqual({
      anonymous: true,
      token: 'account-1',
      status: 'stored',
      requests: 0,
      timers: 0,
    });
  });
});
