import { describe, expect, test } from 'vitest';
import type { KnownVisitor, RequestLike } from '../../src/server/index.js';
import { anonymous, granted, testServer } from './support/server.js';

// An answer to a request that changes consent or the login must not write what was true before.

const url = 'https://shop.example/teapots';
const cookie = `_ALGOLIA=${anonymous}`;
const expired = '_ALGOLIA=; Path=/; SameSite=Lax; Secure; Max-Age=0';
const renewed = `${cookie}; Path=/; SameSite=Lax; Secure; Max-Age=15552000`;

const form = (headers: Record<string, string> = { cookie }) =>
  new Request(url, { method: 'POST', headers: { origin: 'https://shop.example', ...headers } });
const visit = (request: RequestLike, known: KnownVisitor = granted) => testServer().visitor(request, known);

describe('an answer', () => {
  test.each<[string, RequestLike]>([
    ['a page that is loaded', new Request(url, { headers: { cookie, 'sec-fetch-dest': 'document' } })],
    ['a frame that is loaded', new Request(url, { headers: { cookie, 'sec-fetch-dest': 'iframe' } })],
    ['a page, in a browser without Sec-Fetch headers', new Request(url, { headers: { cookie } })],
    ['cookies alone', cookie],
  ])('to %s renews the cookie', (_, request) => {
    expect(visit(request).setCookie).toEqual([renewed]);
  });

  test.each<[string, Record<string, string>]>([
    ['a request of a script', { 'sec-fetch-dest': 'empty' }],
    ['a prefetch', { 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' }],
  ])('to %s renews nothing, since a denial may overtake it, and sets what is missing', (_, headers) => {
    expect(visit(new Request(url, { headers: { cookie, ...headers } })).setCookie).toEqual([]);
    const first = visit(new Request(url, { headers }));
    expect(first.setCookie).toEqual([expect.stringContaining(`_ALGOLIA=${first.token}`)]);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE'])('to a %s sets nothing unasked', (method) => {
    for (const headers of [{ cookie }, {}] as Record<string, string>[]) {
      const request = new Request(url, { method, headers });
      expect(visit(request).setCookie).toEqual([]);
      expect(visit(request, { ...granted, user: 'ada-1815' }).setCookie).toEqual([]);
    }
  });

  test('to a form that nothing is set with has the page store the token', () => {
    expect(visit(form({})).hydration.cookie).toMatchObject({ server: false });
    expect(visit(form()).hydration.cookie).toMatchObject({ server: true });
  });
});

describe('a choice that comes with a request', () => {
  test('denies: the cookies are expired, no event goes out, and the page is handed no token', async () => {
    const visitor = visit(form());
    visitor.setConsent('denied');
    expect(visitor).toMatchObject({ consent: 'denied', token: undefined });
    expect(visitor.setCookie).toContain(expired);
    expect(visitor.setCookie.filter((line) => !line.includes('Max-Age=0'))).toEqual([]);
    expect(visitor.hydration).not.toHaveProperty('anonymousToken');
    expect(await visitor.viewedFilters({ eventName: 'Seen', index: 'products', filters: ['a:b'] })).toEqual({
      status: 'dropped',
      reason: 'opted-out',
    });
  });

  test.each(['pending', 'denied'] as const)(
    'grants after %s: a token is set, and the page goes on under it',
    (consent) => {
      const visitor = visit(form({}), { consent });
      visitor.setConsent('granted');
      expect(visitor.consent).toBe('granted');
      expect(visitor.token).toMatch(/^anonymous-/);
      expect(visitor.setCookie).toEqual([expect.stringContaining(`_ALGOLIA=${visitor.token}; `)]);
      expect(visitor.hydration).toMatchObject({ anonymousToken: visitor.token, cookie: { server: true } });
    },
  );

  test('grants to a visitor whose page has stored a token already: that one is kept', () => {
    const visitor = visit(form({ cookie: `${cookie}; __Host-_ALGOLIA_USER=ada-1815` }), { consent: 'pending' });
    visitor.setConsent('granted');
    expect(visitor).toMatchObject({ token: 'ada-1815', state: 'identified' });
    expect(visitor.hydration.anonymousToken).toBe(anonymous);
  });

  test('is a denial if it is no known word', () => {
    const visitor = visit(form());
    visitor.setConsent('yes' as never);
    expect(visitor.consent).toBe('denied');
  });
});

test('an empty string for the account is nobody, as a cookie library gives it for a deleted cookie', () => {
  const request = `${cookie}; __Host-_ALGOLIA_USER=ada-1815`;
  const server = testServer();
  const visitor = server.visitor(request, { ...granted, user: '' });
  expect(visitor).toMatchObject({ token: anonymous, state: 'anonymous' });
  expect(visitor.hydration.user).toBeNull();
  expect(server.warnings).toEqual([]);
});
