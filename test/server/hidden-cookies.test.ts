import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createUserToken } from '../../src/index.js';
import { fromServer, type RequestLike, type UserTokenServerOptions, type Visitor } from '../../src/server/index.js';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { asPage } from '../support/as-page.js';
import { cookieDocument } from '../support/cookie-document.js';
import { anonymous, granted, testServer, viewOf } from './support/server.js';

const url = 'https://www.shop.example/checkout/paid';
const cookies = `_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=ada-1815`;

/** A form that a bank or an identity provider has the browser post: cookies that are `Lax` stay behind. */
const crossSite = (headers: Record<string, string> = {}, method = 'POST') =>
  new Request(url, {
    method,
    headers: {
      origin: 'https://acs.bank.example',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      ...headers,
    },
  });

/** A browser with the cookies of an earlier visit, and what an answer makes of them. */
function browser() {
  const page = cookieDocument(url);
  for (const pair of cookies.split('; ')) page.cookie = `${pair}; Path=/; Secure`;
  const take = ({ setCookie }: Visitor) => {
    for (const line of setCookie) page.cookie = line;
    return page.cookie;
  };
  return { page, take };
}

// W03: 3-D Secure, Sign in with Apple (GoogleChromeLabs/samesite-examples#28, Adyen/adyen-magento2#796).
describe('a request from another site that shows no cookies', () => {
  const forms: [string, RequestLike, Partial<UserTokenServerOptions>?][] = [
    ['a form of a bank', crossSite()],
    [
      'a form, by its Origin alone',
      new Request(url, { method: 'POST', headers: { origin: 'https://acs.bank.example' } }),
    ],
    [
      'a form that hides where it comes from',
      { method: 'POST', url, headers: { origin: 'null', host: 'www.shop.example' } },
    ],
    ['a form with other cookies of the shop', crossSite({ cookie: 'session=1; cart=3' })],
    [
      'a form, its method unknown',
      {
        url,
        headers: { origin: 'https://bank.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
      },
    ],
    ['a page in a frame', crossSite({ 'sec-fetch-dest': 'iframe' }, 'GET')],
    ['a fetch', crossSite({ 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' }, 'GET')],
    ['a page that is fetched ahead', crossSite({ 'sec-purpose': 'prefetch' }, 'GET')],
    ['a link, where cookies are Strict', crossSite({}, 'GET'), { cookie: { sameSite: 'Strict' } }],
    [
      'a form, to API Gateway in format 2.0',
      { headers: { 'sec-fetch-site': 'cross-site' }, requestContext: { http: { method: 'POST' } } } as never,
    ],
    [
      'a form, to API Gateway in format 1.0',
      { headers: null, multiValueHeaders: { 'Sec-Fetch-Site': ['cross-site'] }, httpMethod: 'POST' } as never,
    ],
    [
      'a form, to Lambda@Edge',
      {
        method: 'POST',
        uri: '/paid',
        headers: { 'sec-fetch-site': [{ key: 'Sec-Fetch-Site', value: 'cross-site' }] },
      } as never,
    ],
  ];

  test.each(forms)('(%s) overwrites nothing that the browser has', (_, request, options = {}) => {
    const { take } = browser();
    for (const user of [undefined, null, 'ada-1815'] as const) {
      const server = testServer(options);
      const visitor = server.visitor(request, { ...granted, user });
      expect(visitor.setCookie).toEqual([]);
      expect(take(visitor)).toBe(cookies);
      expect(server.warnings).toEqual([expect.stringMatching(/^cookies-hidden: .* from another site .* "user"/)]);
    }
  });

  test.each<[string, RequestLike, Partial<UserTokenServerOptions>?]>([
    ['a link that is followed', crossSite({}, 'GET')],
    [
      'a link that is followed, its method unknown',
      { url, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' } },
    ],
    ['a form of the shop itself', crossSite({ 'sec-fetch-site': 'same-origin' })],
    [
      'a form of the shop itself, by its Origin alone',
      new Request(url, { method: 'POST', headers: { origin: 'https://www.shop.example' } }),
    ],
    [
      'a form of the shop itself behind a proxy',
      {
        method: 'POST',
        url: '/',
        headers: { host: 'internal:3000', 'x-forwarded-host': 'www.shop.example', origin: 'https://www.shop.example' },
      },
    ],
    ['a form of a sub-domain', crossSite({ 'sec-fetch-site': 'same-site' })],
    [
      'a form of a sub-domain, by its Origin alone',
      { method: 'POST', url: '/', headers: { host: 'internal', origin: 'https://checkout.shop.example' } },
      { cookie: { domain: 'shop.example' } },
    ],
    ['an address that was typed', crossSite({ 'sec-fetch-site': 'none' }, 'GET')],
    ['a form, where cookies are for other sites too', crossSite(), { cookie: { sameSite: 'None' } }],
    ['a request without a hint', { method: 'POST', headers: {} }],
  ])('%s comes from a new visitor', (_, request, options = {}) => {
    const server = testServer(options);
    const { token, setCookie, hydration } = server.visitor(request, granted);
    // An answer to a form sets nothing unasked, so the page stores the token.
    const isForm = Object(request).method === 'POST';
    expect(setCookie).toEqual(isForm ? [] : [expect.stringContaining(`_ALGOLIA=${token}; `)]);
    expect(hydration.cookie).toMatchObject({ server: !isForm });
    expect(hydration.anonymousToken).toBe(token);
    expect(server.warnings).toEqual([]);
  });

  test('with cookies all the same is like any other', () => {
    const visitor = testServer().visitor(crossSite({ cookie: `_ALGOLIA=${anonymous}` }), granted);
    expect(visitor.token).toBe(anonymous);
    expect(visitor.hydration.cookie).toMatchObject({ server: true });
  });

  test('that logs an account in stores the login and leaves the anonymous token', () => {
    const { take } = browser();
    const visitor = testServer().visitor(crossSite(), granted);
    expect(visitor.login('bob-1843')).toEqual({ ok: true, token: 'bob-1843' });
    expect(take(visitor)).toBe(`_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=bob-1843`);
  });

  test.each([{}, { domain: 'shop.example' }])('that logs out expires the login unseen, with cookie: %j', (cookie) => {
    const { page, take } = browser();
    page.cookie = '_ALGOLIA_USER=ada-1815; Path=/; Domain=shop.example; Secure';
    const visitor = testServer({ cookie }).visitor(crossSite(), granted);
    visitor.logout();
    expect(take(visitor)).toBe(`_ALGOLIA=${anonymous}`);
  });

  test('that is denied expires every cookie unseen', () => {
    const { take } = browser();
    expect(take(testServer().visitor(crossSite(), { consent: 'denied' }))).toBe('');
  });

  test('is rendered under a token that the page does not take over', () => {
    const { page } = browser();
    const visitor = testServer().visitor(crossSite(), granted);
    expect(visitor.token).toMatch(/^anonymous-/);
    expect(visitor.hydration).toMatchObject({ cookie: { server: false } });
    asPage(page);
    const user = createUserToken({ appId: 'app', apiKey: 'key', ...fromServer(visitor.hydration) });
    expect(user).toMatchObject({ state: 'identified', token: 'ada-1815' });
    user.logout();
    expect(user.token).toBe(anonymous);
    user.dispose();
  });

  test('from a new visitor hands over a token that the page stores, and an account that the application knows', () => {
    const visitor = testServer().visitor(crossSite(), { ...granted, user: 'bob-1843' });
    const page = cookieDocument(url);
    asPage(page);
    const user = createUserToken({ appId: 'app', apiKey: 'key', ...fromServer(visitor.hydration) });
    expect(user).toMatchObject({ state: 'identified', token: 'bob-1843' });
    expect(page.cookie).toBe(`_ALGOLIA=${visitor.hydration.anonymousToken}; __Host-_ALGOLIA_USER=bob-1843`);
    user.dispose();
  });

  test('hands the account that the application knows to a page that has cookies', () => {
    const { page } = browser();
    const { hydration } = testServer().visitor(crossSite(), { ...granted, user: 'bob-1843' });
    asPage(page);
    const user = createUserToken({ appId: 'app', apiKey: 'key', ...fromServer(hydration) });
    expect(user.token).toBe('bob-1843');
    user.logout();
    expect(user.token).toBe(anonymous);
    user.dispose();
  });
  afterEach(() => void vi.unstubAllGlobals());
});

describe('an event of such a request', () => {
  let collector: Collector;
  beforeAll(async () => {
    collector = await createCollector();
  });
  afterEach(() => collector.clear());
  afterAll(() => collector.close());

  async function send(known: object, options: Partial<UserTokenServerOptions> = {}, event: object = {}) {
    const server = testServer({ host: collector.origin, ...options });
    const visitor = server.visitor(crossSite(), { ...granted, ...known });
    const receipt = visitor.track({ ...viewOf('kettle'), ...event } as never);
    await server.flush();
    server.dispose();
    const tokens = collector.events.map(({ userToken, authenticatedUserToken }) => [userToken, authenticatedUserToken]);
    return { receipt: await receipt, tokens };
  }

  test('goes out under the account that the application knows', async () => {
    const { receipt, tokens } = await send({ user: 'account-1815' });
    expect(receipt).toEqual({ status: 'delivered' });
    expect(tokens).toEqual([['account-1815', undefined]]);
  });

  test("goes out under that account alone with strategy 'link': the anonymous token is not known", async () => {
    const { tokens } = await send({ user: 'account-1815' }, { strategy: 'link' });
    expect(tokens).toEqual([['account-1815', 'account-1815']]);
  });

  test('goes out under a token of its own', async () => {
    const { tokens } = await send({}, {}, { userToken: 'account-1843' });
    expect(tokens).toEqual([['account-1843', undefined]]);
  });

  test.each([{}, { user: null }])(
    'is dropped where nobody is known (%j): no visitor is made up for it',
    async (known) => {
      const { receipt, tokens } = await send(known);
      expect(receipt).toMatchObject({
        status: 'dropped',
        reason: 'invalid-token',
        field: 'userToken',
        message: expect.stringContaining('"user"'),
      });
      expect(tokens).toEqual([]);
    },
  );
});

describe('cookies are read', () => {
  const both = ['theme=dark', `_ALGOLIA=${anonymous}`];
  const header = both.join('; ');
  test.each<[string, unknown]>([
    ['from a Fetch Request', new Request(url, { headers: { cookie: header } })],
    [
      'from a Request of Workers',
      Object.assign(new Request(url, { headers: { cookie: header } }), { cf: { country: 'DE' } }),
    ],
    ['from a Request of Deno', new Request(url, { headers: [['Cookie', header]] })],
    [
      'from a Request of Bun',
      Object.assign(new Request(url, { headers: { cookie: header } }), {
        cookies: new Map([['_ALGOLIA', anonymous]]),
        params: {},
      }),
    ],
    [
      'from an IncomingMessage of Node',
      { method: 'GET', url: '/', headers: { host: 'shop.example', cookie: header }, rawHeaders: [] },
    ],
    [
      'from an IncomingMessage of HTTP/2',
      { method: 'GET', url: '/', headers: { ':authority': 'shop.example', ':path': '/', cookie: header } },
    ],
    [
      'from a request of Express with cookie-parser',
      {
        method: 'GET',
        url: '/',
        originalUrl: '/',
        path: '/',
        headers: { cookie: header },
        cookies: { theme: 'dark', _ALGOLIA: anonymous },
        signedCookies: {},
      },
    ],
    [
      'from a request of Express of which only cookie-parser has kept them',
      { headers: {}, cookies: { theme: 'dark', _ALGOLIA: anonymous, cart: { items: 3 } } },
    ],
    [
      'from API Gateway in format 2.0',
      {
        version: '2.0',
        rawPath: '/',
        cookies: both,
        headers: { host: 'shop.example' },
        requestContext: { http: { method: 'GET' } },
      },
    ],
    [
      'from API Gateway in format 1.0',
      { httpMethod: 'GET', path: '/', headers: { Cookie: 'theme=dark' }, multiValueHeaders: { Cookie: both } },
    ],
    [
      'from API Gateway in format 1.0 with single values',
      { httpMethod: 'GET', path: '/', headers: { Cookie: header }, multiValueHeaders: null },
    ],
    [
      'from a load balancer with multi-value headers',
      { httpMethod: 'GET', path: '/', multiValueHeaders: { cookie: [header] } },
    ],
    [
      'from Lambda@Edge',
      { method: 'GET', uri: '/', headers: { cookie: both.map((value) => ({ key: 'Cookie', value })) } },
    ],
    [
      'from CloudFront Functions',
      {
        method: 'GET',
        uri: '/',
        headers: { host: { value: 'shop.example' } },
        cookies: { theme: { value: 'dark' }, _ALGOLIA: { value: anonymous, attributes: '' } },
      },
    ],
    [
      'from CloudFront Functions with several of one name',
      {
        method: 'GET',
        uri: '/',
        headers: {},
        cookies: { _ALGOLIA: { value: '', multiValue: [{ value: '' }, { value: anonymous }] } },
      },
    ],
    ['from headers that are a Map', { headers: new Map([['cookie', header]]) }],
  ])('%s', (_, request) => {
    const server = testServer();
    const { token, setCookie } = server.visitor(request as RequestLike, granted);
    expect(token).toBe(anonymous);
    expect(setCookie.at(-1)).toContain(`_ALGOLIA=${anonymous}; Path=/`);
    expect(server.warnings.filter((warning) => !warning.startsWith('cookie-duplicated'))).toEqual([]);
  });

  test.each<[string, unknown]>([
    [
      'no cookies in any field of API Gateway',
      { version: '2.0', headers: { host: 'shop.example' }, cookies: undefined },
    ],
    ['an empty list of them', { headers: {}, cookies: [] }],
    ['no cookies in any header of Lambda@Edge', { headers: { host: [{ key: 'Host', value: 'shop.example' }] } }],
  ])('with %s a request comes from a new visitor', (_, request) => {
    const server = testServer();
    const { token, setCookie } = server.visitor(request as RequestLike, granted);
    expect(setCookie).toEqual([expect.stringContaining(`_ALGOLIA=${token}; `)]);
    expect(server.warnings).toEqual([]);
  });
});

test('the types of Node and of functions fit as they are', () => {
  interface Event2 {
    readonly cookies?: string[];
    readonly headers: { [name: string]: string | undefined };
    readonly rawPath: string;
  }
  interface Event1 {
    readonly headers: { [name: string]: string | undefined } | null;
    readonly multiValueHeaders: { [name: string]: string[] | undefined } | null;
    readonly httpMethod: string;
  }
  interface EdgeRequest {
    readonly headers: { [name: string]: { key?: string; value: string }[] };
    readonly method: string;
    readonly uri: string;
  }
  const event2: Event2 = { cookies: [], headers: {}, rawPath: '/' };
  const event1: Event1 = { headers: {}, multiValueHeaders: {}, httpMethod: 'GET' };
  const edge: EdgeRequest = { headers: {}, method: 'GET', uri: '/' };
  const requests: RequestLike[] = [event2, event1, edge, new Request(url), new IncomingMessage(new Socket())];
  for (const request of requests) expect(testServer().visitor(request, granted).setCookie).toHaveLength(1);
});

describe('a request that can not be read', () => {
  const throwing = () => {
    throw new Error('closed');
  };
  test.each<[string, unknown]>([
    ['the event of Lambda@Edge around the request', { Records: [{ cf: { request: { headers: {} } } }] }],
    ['a context of a framework', { req: { raw: new Request(url) } }],
    ['headers that are still awaited', { headers: Promise.resolve(new Headers()) }],
    ['headers as a list of pairs', { headers: [['cookie', cookies]] }],
    ['headers as a function', { headers: throwing }],
    ['headers that throw', { headers: { get: throwing } }],
    ['a getter that throws', Object.defineProperty({}, 'headers', { get: throwing })],
    [
      'a header of cookies that throws',
      { headers: Object.defineProperty({}, 'cookie', { get: throwing, enumerable: true }) },
    ],
    ['cookies that were parsed into an object', { headers: { cookie: { _ALGOLIA: anonymous } } }],
    ['cookies in a list of something else', { headers: {}, cookies: [1, 2] }],
    ['a number', 7],
    ['a function', throwing],
    ['an object without headers', {}],
  ])('(%s) overwrites nothing and says what to pass', (_, request) => {
    const server = testServer();
    const visitor = server.visitor(request as RequestLike, granted);
    expect(visitor.token).toMatch(/^anonymous-/);
    expect(visitor.setCookie).toEqual([]);
    expect(server.warnings).toEqual([expect.stringMatching(/^cookies-hidden: .* couldn't be read.* Pass a Request/)]);
  });
});
