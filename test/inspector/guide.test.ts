import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInspectorServer } from '@statelyai/inspect/server';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { freePort } from '../cli/support/command.js';
import { bundle } from '../docs/support/bundle.js';
import { guidePages, snippetsOf } from '../docs/support/guide.js';

const guide = guidePages().find(({ path }) => path === 'docs/inspector.md')!;

/** The snippets below a heading; `''` for those before the first. */
function under(heading: string): string[] {
  const sections = guide.text.split(/^## /m);
  const text = heading === '' ? sections[0]! : sections.find((section) => section.startsWith(`${heading}\n`))!;
  return snippetsOf({ path: guide.path, text })
    .filter(({ language }) => language === 'ts')
    .map(({ code }) => code);
}

const options = "appId: 'app', apiKey: 'key', consent: 'granted', inspect: inspector.inspect";
/** A snippet that makes an inspector, with a client that it inspects. */
const inspected = (code: string) => `import { createUserToken } from 'usertoken';
${code}
export const user = createUserToken({ ${options} });`;

/** Stands in for the page of Stately, which tests can't reach. */
const viewerScript = `import { createBrowserReceiver } from '@statelyai/inspect';
window.types = [];
createBrowserReceiver().subscribe((event) => window.types.push(event.event?.type ?? event.type));`;

const html = '<!doctype html><title>Shop</title><button id="inspect">Inspect</button><iframe id="inspector"></iframe>';
const page = (script: string) => `${html}<script type="module">${script}</script>`;

/** Pages of the shop by path. A browser lets only a page of this machine connect to a relay on it. */
const files: Record<string, string> = {};
const pages = http.createServer(({ url = '' }, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.end(files[url] ?? '');
});

let origin: string;
let browser: Browser;
let viewer: string;
let context: BrowserContext;
beforeAll(async () => {
  await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  viewer = await bundle(viewerScript, 'browser');
  browser = await chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox'] });
});
beforeEach(async () => {
  context = await browser.newContext();
  const body = `<!doctype html><script type="module">${viewer}</script>`;
  await context.route('https://stately.ai/inspect', (route) => route.fulfill({ body, contentType: 'text/html' }));
});
afterEach(() => context.close());
afterAll(async () => {
  await browser?.close();
  pages.close();
});

/** Opens a page with a snippet whose client then has a login. */
async function openShop(code: string): Promise<Page> {
  const script = await bundle(`${code}\nwindow.user = user;`, 'browser');
  files['/'] = page(script.replace(/\nexport \{[\s\S]*$/, ''));
  const shop = await context.newPage();
  await shop.goto(origin);
  return shop;
}
const login = (shop: Page) => shop.evaluate("user.login('account-4711')");

/** Waits until a viewer has been told of the login. */
const expectLogin = (where: { evaluate(code: string): Promise<unknown> }) =>
  expect.poll(() => where.evaluate('window.types')).toContain('identity.login');

test('the first snippet opens a window at a click, and shows what came before it', async () => {
  const [code] = under('');
  const shop = await openShop(code!);
  await login(shop);
  expect(context.pages()).toHaveLength(1);
  const [opened] = await Promise.all([shop.waitForEvent('popup'), shop.click('#inspect')]);
  await expectLogin(opened);
});

test('the snippet for an iframe shows the machines in the frame', async () => {
  const [code] = under('In an iframe');
  const shop = await openShop(inspected(code!));
  await login(shop);
  await expect.poll(() => shop.frames().length).toBe(2);
  await expectLogin(shop.frames()[1]!);
  expect(context.pages()).toHaveLength(1);
});

test('the snippet for a popup opens it by itself', async () => {
  const [code] = under('In a popup');
  const opened = context.waitForEvent('page', (each) => each.url().includes('stately.ai'));
  const shop = await openShop(inspected(code!));
  await login(shop);
  await expectLogin(await opened);
});

test('the snippets for a WebSocket show the machines in another browser window', async () => {
  const [relay, client] = under('Over a WebSocket');
  const port = await freePort();
  expect(relay).toContain('createInspectorServer({ port: 8080 })');
  // As the snippet calls it, but on this machine alone and without opening somebody's browser.
  const listen = http.Server.prototype.listen as (port: number, host: string, onListen: () => void) => http.Server;
  const local = vi.spyOn(http.Server.prototype, 'listen').mockImplementation(function (
    this: http.Server,
    ...[given, onListen]: unknown[]
  ) {
    return listen.call(this, given as number, '127.0.0.1', onListen as () => void);
  } as never);
  const server = createInspectorServer({ port, autoOpen: false });
  try {
    const bridge = await context.newPage();
    await bridge.goto(`http://localhost:${port}/`);
    const shop = await openShop(inspected(client!.replace('8080', String(port))));
    await login(shop);
    await expect.poll(() => bridge.frames().length).toBe(2);
    await expectLogin(bridge.frames()[1]!);
  } finally {
    local.mockRestore();
    server.stop();
  }
});

test('the snippet for a viewer of your own logs the events', async () => {
  const [code] = under('In a viewer of your own');
  files['/viewer'] = `<!doctype html><script type="module">${await bundle(code!, 'browser')}</script>`;
  const said: string[] = [];
  context.on('console', (message) => said.push(message.text()));
  const own =
    "import { createBrowserInspector } from '@statelyai/inspect';\nconst inspector = createBrowserInspector({ url: '/viewer' });";
  const shop = await openShop(inspected(own));
  await login(shop);
  await expect.poll(() => said.join('\n')).toContain('@xstate.snapshot');
});
