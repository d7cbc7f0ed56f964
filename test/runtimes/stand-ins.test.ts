import { describe, expect, test } from 'vitest';
import { runModule } from './support/run-module.js';

const location = `{ protocol: 'https:', hostname: 'shop.example', pathname: '/' }`;

/** What server code of other people puts in the place of a page's globals. */
const standIns = {
  'a document alone': `globalThis.document = { cookie: '', location: ${location} };`,
  'a window with a document': `
    globalThis.document = { cookie: '', location: ${location} };
    globalThis.window = { document };`,
  'a window that is the global object, and storage': `
    const kept = new Map();
    globalThis.window = globalThis;
    globalThis.document = { cookie: '', location: ${location} };
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      value: {
        get length() { return kept.size; },
        key: (index) => [...kept.keys()][index],
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      },
    });`,
  domino: `
    const { default: domino } = await import('domino');
    const window = domino.createWindow('<h1>Shop</h1>', 'https://shop.example/');
    Object.defineProperty(window.document, 'cookie', { value: '', writable: true });
    Object.assign(globalThis, { window, document: window.document });`,
  linkedom: `
    const { parseHTML } = await import('linkedom');
    const { window, document } = parseHTML('<!doctype html><html><body></body></html>');
    Object.assign(globalThis, { window, document });`,
  jsdom: `
    const { JSDOM } = await import('jsdom');
    const { window } = new JSDOM('', { url: 'https://shop.example/' });
    Object.assign(globalThis, { window, document: window.document });
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: window.localStorage });`,
  'happy-dom': `
    const { Window } = await import('happy-dom');
    const window = new Window({ url: 'https://shop.example/' });
    Object.assign(globalThis, { window, document: window.document });
    Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: window.localStorage });`,
} as const;

/** Two visitors of one process, then a login of a third, with all that could carry a token from one to another watched. */
const visitors = `
  import { createUserToken } from 'usertoken';
  const create = () =>
    createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host: 'http://127.0.0.1:9', onWarning() {} });
  const heard = [];
  const listening = new BroadcastChannel('usertoken:app');
  let onEnd;
  const ended = new Promise((resolve) => { onEnd = resolve; });
  listening.onmessage = ({ data }) => data === 'end' ? onEnd() : heard.push(data);

  const first = create();
  first.login('account-1');
  const second = create();
  void second.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['kettle'] });
  const third = create();
  third.login('account-3');

  const closing = new BroadcastChannel('usertoken:app');
  closing.postMessage('end');
  await ended;
  for (const channel of [listening, closing]) channel.close();
  console.log(JSON.stringify({
    visitors: [first, second, third].map(({ token, state }) => (state === 'anonymous' ? state : token)),
    anonymous: new Set([first, second, third].map((user) => (user.logout(), user.token))).size,
    cookie: globalThis.document.cookie ?? '',
    stored: globalThis.localStorage?.length ?? 0,
    heard,
  }));`;

const apart = { visitors: ['account-1', 'anonymous', 'account-3'], anonymous: 3, cookie: '', stored: 0, heard: [] };

// W01, muxinc/elements#334 and angular/universal#992: visitor B started as A, and a login of C moved both.
describe.each(Object.entries(standIns))('on Node with %s', (_, standIn) => {
  test('visitors share no cookie, no storage and no channel', async () => {
    expect(await runModule('Node 20', standIn + visitors)).toEqual(apart);
  });
});

test.each(['Node 22', 'Node 24', 'Bun', 'Deno'])('on %s a stand-in for a page is none either', async (runtime) => {
  const standIn = standIns['a window that is the global object, and storage'];
  expect(await runModule(runtime, standIn + visitors)).toEqual(apart);
});

test.each(['domino', 'jsdom', 'a document alone'] as const)(
  'a server that runs for tests of its own is none with %s',
  async (name) => {
    expect(await runModule('Node 20', standIns[name] + visitors, { NODE_ENV: 'test' })).toEqual(apart);
  },
);

const page = `
  import { createUserToken } from 'usertoken';
  const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host: 'http://127.0.0.1:9', onWarning() {} });
  user.login('account-1');
  console.log(JSON.stringify(document.cookie.includes('account-1')));
  user.dispose();`;

// Electron's renderer has Node's `process`, and a document as browsers define it.
test('a document that can not be replaced is a page, though there is a process of Node', async () => {
  const code = `
    const document = { cookie: '', location: ${location}, addEventListener() {}, removeEventListener() {} };
    globalThis.window = globalThis;
    globalThis.addEventListener = globalThis.removeEventListener = () => {};
    Object.defineProperty(globalThis, 'document', { get: () => document, configurable: false });`;
  expect(await runModule('Node 20', code + page)).toBe(true);
});

test('a document that test runners put in the place of globals is a page', async () => {
  const code = `
    const { Window } = await import('happy-dom');
    const { document } = new Window({ url: 'https://shop.example/' });
    Object.assign(globalThis, { window: globalThis, document });`;
  expect(await runModule('Node 20', code + page, { NODE_ENV: 'test' })).toBe(true);
  expect(await runModule('Bun', code + page, { NODE_ENV: 'test' })).toBe(true);
});
