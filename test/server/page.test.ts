import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createUserToken } from '../../src/index.js';
import { createUserTokenServer, fromServer } from '../../src/server/index.js';
import { clickOn, cookiesOf, openBlockingContext, track, useStage } from '../browser/harness.js';
import { selfSigned } from '../browser/self-signed.js';
import { bundle } from '../docs/support/bundle.js';

const stage = useStage();

/** What a component renders of the visitor, on both sides. */
const markup = ({ token, state }: { token: string | undefined; state: string }) => `${state}: ${token}`;

/** Keeps every token that is ever in force in the page, every write of a cookie by script, and what was rendered. */
const client = `
  import { createUserToken } from 'usertoken';
  import { fromServer } from 'usertoken/server';
  window.seen = [];
  window.written = [];
  const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(document, 'cookie', {
    get: () => get.call(document),
    set: (line) => { written.push(line); set.call(document, line); },
  });
  const see = () => window.seen.push(window.user.token);
  window.user = createUserToken({ appId: 'app', apiKey: 'key', host: window.host, batchWindowMs: 0, ...fromServer() });
  window.user.subscribe(see);
  const root = document.querySelector('#visitor');
  window.rendered = [root.textContent, window.user.state + ': ' + window.user.token];
`;

interface Shop {
  readonly origin: string;
  /** What the server rendered for the page that was asked for last. */
  readonly served: string[];
  close(): Promise<void>;
}

async function openShop(tls?: { readonly key: string; readonly cert: string }): Promise<Shop> {
  const script = await bundle(client, 'browser');
  const served: string[] = [];
  const tokens = createUserTokenServer({ appId: 'app', apiKey: 'key', secure: tls !== undefined });
  const answer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://shop');
    if (pathname === '/client.js') return response.setHeader('content-type', 'text/javascript').end(script);
    const consent = (searchParams.get('consent') ?? 'granted') as 'granted';
    const visitor = tokens.visitor(request, { consent });
    const login = searchParams.get('login');
    if (login) visitor.login(login);
    if (searchParams.has('logout')) visitor.logout();
    if (login || searchParams.has('logout')) {
      visitor.applyTo(response);
      return response.writeHead(303, { location: '/' }).end();
    }
    // The same lines as in the page, on the server.
    const user = createUserToken({ appId: 'app', apiKey: 'key', ...fromServer(visitor.hydration) });
    served.push(markup(user));
    visitor.applyTo(response);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.setHeader('content-security-policy', "script-src 'self' 'nonce-host'");
    response.end(`<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
      <p id="visitor">${markup(user)}</p>${visitor.script}
      <script nonce="host">window.host = ${JSON.stringify(stage.collector.origin)}</script><script src="/client.js"></script>`);
  };
  const server = tls ? createHttpsServer(tls, answer) : createHttpServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http${tls ? 's' : ''}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

let http: Shop;
let https: Shop;
beforeAll(async () => {
  [http, https] = await Promise.all([openShop(), openShop(selfSigned('127.0.0.1'))]);
});
afterAll(() => Promise.all([http.close(), https.close()]));

/** What the page has seen so far. */
const told = (page: Page) =>
  page.evaluate(() => {
    const { seen, written, rendered, user } = window as unknown as {
      seen: string[];
      written: string[];
      rendered: string[];
      user: { token: string };
    };
    return { seen, written, rendered, token: user.token };
  });

describe.each([
  ['http', () => http, '_ALGOLIA_USER'],
  ['https', () => https, '__Host-_ALGOLIA_USER'],
] as const)('on %s', (_, shopNow, userCookie) => {
  test('the server and the first client render show one token, and no other is ever seen, login and logout included', async () => {
    const shop = shopNow();
    const context = await stage.context({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    const visits: Awaited<ReturnType<typeof told>>[] = [];
    const visit = async (path: string) => {
      await page.goto(shop.origin + path);
      expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
      visits.push(await told(page));
      expect(visits.at(-1)!.rendered).toEqual([shop.served.at(-1), shop.served.at(-1)]);
    };
    for (const path of ['/', '/deep/in/the/shop', '/?login=ada-1815', '/', '/?logout', '/']) await visit(path);

    const [{ token }] = visits as [(typeof visits)[0]];
    expect(token).toMatch(/^anonymous-/);
    expect(visits.map(({ seen }) => seen)).toEqual([[token], [token], ['ada-1815'], ['ada-1815'], [token], [token]]);
    expect(visits.flatMap(({ written }) => written)).toEqual([]);
    expect(stage.collector.events.map(({ userToken }) => userToken)).toEqual(visits.map((each) => each.token));
    expect(await cookiesOf(context)).toEqual({ _ALGOLIA: token });

    await page.goto(`${shop.origin}/?login=bob-1843`);
    expect(await cookiesOf(context)).toEqual({ _ALGOLIA: token, [userCookie]: 'bob-1843' });
  });
});

test('each visit gives the cookie its whole lifetime again, and the page can read it', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  const stored = async () => (await context.cookies()).find(({ name }) => name === '_ALGOLIA')!;
  await page.goto(http.origin);
  const { value } = await stored();
  const soonSeconds = Date.now() / 1000 + 3_600;
  await context.addCookies([{ name: '_ALGOLIA', value, url: http.origin, expires: soonSeconds }]);
  await page.goto(http.origin);
  const renewed = await stored();
  expect(renewed).toMatchObject({ value, httpOnly: false, sameSite: 'Lax', path: '/' });
  expect((renewed.expires - Date.now() / 1000) / 86_400 / 180).toBeCloseTo(1, 2);
});

test('a denial erases every cookie with the answer, before any script runs', async () => {
  const context = await stage.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${http.origin}/?login=ada-1815`);
  await context.addCookies([
    { name: '_ALGOLIA', value: 'anonymous-x', domain: '127.0.0.1', path: '/shop' },
    { name: 'cart', value: '3', url: http.origin },
  ]);
  expect((await context.cookies()).length).toBe(4);
  await page.goto(`${http.origin}/shop/teapots?consent=denied`);
  expect(await cookiesOf(context)).toEqual({ cart: '3' });
});

test('while consent is pending both renders show a token that no cookie knows; a grant in the page keeps it', async () => {
  const context = await stage.context();
  const page = await context.newPage();
  await page.goto(`${http.origin}/?consent=pending`);
  const { rendered, token, written } = await told(page);
  expect(rendered).toEqual([`anonymous: ${token}`, `anonymous: ${token}`]);
  expect(written).toEqual([]);
  expect(await context.cookies()).toEqual([]);
  await page.evaluate(() => window.user.consent.grant());
  expect(await cookiesOf(context)).toEqual({ _ALGOLIA: token });
  await page.goto(http.origin);
  expect(await told(page)).toMatchObject({ seen: [token], written: [] });
});

test('where the browser blocks cookies, the page goes on under the token of its own HTML', async () => {
  const { context, close } = await openBlockingContext();
  try {
    stage.watch(context);
    const page = await context.newPage();
    await page.goto(`${http.origin}/`);
    const { seen, rendered } = await told(page);
    expect(rendered).toEqual([http.served.at(-1), http.served.at(-1)]);
    expect(seen).toHaveLength(1);
  } finally {
    await close();
  }
});
