import { beforeEach, expect, test, vi } from 'vitest';
import { createUserTokenNext } from '../../src/next/server.js';
import { anonymous } from '../server/support/server.js';

/** The request that Next.js renders: its headers, and its cookies as `cookies()` decodes them. */
const rendered = vi.hoisted(() => ({ headers: {} as Record<string, string>, cookies: {} as Record<string, string> }));

vi.mock('next/headers.js', () => ({
  headers: async () => new Headers(rendered.headers),
  cookies: async () => ({
    get: (name: string) => (name in rendered.cookies ? { value: rendered.cookies[name] } : undefined),
    getAll: () => Object.entries(rendered.cookies).map(([name, value]) => ({ name, value })),
  }),
}));
vi.mock('next/server.js', () => ({
  connection: async () => {},
  NextResponse: {
    next: ({ request }: { request: { headers: Headers } }) =>
      new Response(null, { headers: { 'x-shown': request.headers.get('cookie') ?? '' } }),
  },
}));

const url = 'https://shop.example/teapots';
const next = createUserTokenNext({
  appId: 'app',
  apiKey: 'key',
  secure: true,
  onWarning: () => {},
  known: (cookies) => ({
    consent: cookies.get('consent')?.value as 'granted',
    user: cookies.get('account')?.value ?? null,
  }),
});

function requestWith(cookie: string, method = 'GET') {
  const request = new Request(url, { method, headers: { cookie, host: 'shop.example' } });
  const pairs = new Map(cookie.split('; ').map((pair) => pair.split('=') as [string, string]));
  const get = (name: string) => (pairs.has(name) ? { value: pairs.get(name)! } : undefined);
  return Object.assign(request, { cookies: { get } });
}

beforeEach(() => {
  rendered.headers = { host: 'shop.example' };
  rendered.cookies = {};
});

test('the proxy shows the page that is rendered the cookies that it sets', async () => {
  const answer = await next.proxy(requestWith('theme=a%20b; consent=granted'));
  const [line] = answer.headers.getSetCookie();
  const [, token] = /^_ALGOLIA=([^;]*); Path=\/; SameSite=Lax; Secure; Max-Age=/.exec(line!)!;
  expect(answer.headers.get('x-shown')).toBe(`theme=a%20b; consent=granted; _ALGOLIA=${token}`);
});

test('the proxy hides cookies of a visitor who refused, and expires them', async () => {
  const answer = await next.proxy(requestWith(`consent=denied; _ALGOLIA=${anonymous}`));
  expect(answer.headers.get('x-shown')).toBe('consent=denied');
  expect(answer.headers.getSetCookie().every((line) => line.includes('Max-Age=0'))).toBe(true);
});

test('the proxy sets nothing for a server action, which may carry a denial', async () => {
  for (const cookie of ['consent=granted', `consent=granted; _ALGOLIA=${anonymous}`]) {
    const answer = await next.proxy(requestWith(cookie, 'POST'));
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('x-shown')).toBe(cookie);
  }
});

test('the hydration follows cookies that a server action has set or deleted', async () => {
  rendered.cookies = { consent: 'granted', _ALGOLIA: anonymous, account: 'ada-1815' };
  expect(await next.hydration()).toMatchObject({
    user: 'ada-1815',
    anonymousToken: anonymous,
    cookie: { server: true },
  });
  rendered.cookies = { consent: 'granted', _ALGOLIA: anonymous, account: '' };
  expect(await next.hydration()).toMatchObject({ user: null });
  rendered.cookies = { consent: 'denied', _ALGOLIA: anonymous };
  expect(await next.hydration()).not.toHaveProperty('anonymousToken');
});

test('without a proxy the page is told to write the cookies', async () => {
  rendered.cookies = { consent: 'granted' };
  expect(await next.hydration()).toMatchObject({ cookie: { server: false, secure: true } });
});

test('a cookie whose decoded value looks like others adds no cookie', async () => {
  rendered.cookies = { consent: 'granted', note: `x; _ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=eve` };
  const visitor = await next.visitor();
  expect(visitor.state).toBe('anonymous');
  expect(visitor.token).not.toBe(anonymous);
});

test('a static page has no hydration, and refuses a visitor with a sentence', async () => {
  rendered.headers = {};
  expect(await next.hydration()).toBeUndefined();
  await expect(next.visitor()).rejects.toThrow(/"force-static", so its HTML is for everybody/);
});
