import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { RequestLike } from '../../src/server/index.js';
import { anonymous, granted, testServer } from './support/server.js';

const tokensOf = (request: RequestLike, options = {}) => {
  const { token, state } = testServer(options).visitor(request, granted);
  return { token, state };
};
const isFresh = expect.stringMatching(
  /^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
);

function incoming(headers: Record<string, string>, url = '/'): IncomingMessage {
  const message = new IncomingMessage(new Socket());
  message.url = url;
  Object.assign(message.headers, headers);
  return message;
}

describe('a server with options that can not work', () => {
  test.each<[object, string]>([
    [{ secure: undefined }, 'usertoken: "secure" must be true or false.'],
    [{ appId: ' ' }, 'usertoken: "appId" must be '],
    [{ consent: 'granted' }, 'usertoken: "consent" is not a server option.'],
    [{ user: 'u1' }, 'usertoken: "user" is not a server option.'],
    [{ tokenStore: {} }, 'usertoken: "tokenStore" is not a server option.'],
    [{ cookie: { server: true } }, 'usertoken: "cookie.server" is not a server option.'],
  ])('%j is a TypeError that names it', (options, message) => {
    expect(() => testServer(options)).toThrow(TypeError);
    expect(() => testServer(options)).toThrow(message);
  });
});

describe('the token of a request', () => {
  const cookie = `theme=dark; _ALGOLIA=${anonymous}; cart=3`;
  test.each<[string, RequestLike]>([
    ['a Request', new Request('https://shop.example/teapots', { headers: { cookie } })],
    ['an IncomingMessage of Node', incoming({ cookie, host: 'shop.example' })],
    ['the text of a Cookie header', cookie],
    ['headers as a plain object', { headers: { cookie } }],
    ['headers as a gateway spells them', { headers: { Cookie: cookie } }],
    ['headers as a list of lines', { headers: { cookie: ['theme=dark', `_ALGOLIA=${anonymous}`] } }],
  ])('is read from %s', (_, request) => {
    expect(tokensOf(request)).toEqual({ token: anonymous, state: 'anonymous' });
  });

  test.each<[string, RequestLike]>([
    ['no cookie', new Request('https://shop.example/')],
    ['no header', { headers: {} }],
    ['nothing', undefined],
    ['null', null],
    ['an empty text', ''],
  ])('is a fresh one with %s, another each time', (_, request) => {
    const [first, second] = [tokensOf(request), tokensOf(request)];
    expect(first).toEqual({ token: isFresh, state: 'anonymous' });
    expect(second.token).not.toBe(first.token);
  });

  test('is the first valid one of several, as in the page', () => {
    const other = 'anonymous-11111111-1111-4111-8111-111111111111';
    expect(tokensOf(`_ALGOLIA=jane@example.com; _ALGOLIA=${anonymous}; _ALGOLIA=${other}`).token).toBe(anonymous);
  });

  test('has the names that the options give the cookies', () => {
    const cookie = { name: 'visitor', userName: 'account' };
    expect(tokensOf(`visitor=${anonymous}; __Host-account=ada-1815`, { cookie })).toEqual({
      token: 'ada-1815',
      state: 'identified',
    });
  });
});

describe('the user of a request', () => {
  const both = `_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=ada-1815; _ALGOLIA_USER=planted`;
  test.each([
    ['on https the cookie with the prefix __Host-, which no sub-domain can plant', {}, 'ada-1815'],
    ['on http the one without', { secure: false }, 'planted'],
    ['with a domain the one without', { cookie: { domain: 'shop.example' } }, 'planted'],
    ["nobody with remember: 'page'", { remember: 'page' }, anonymous],
    ['nobody without cookies', { cookie: false }, isFresh],
    ["beside the anonymous token with strategy 'link'", { strategy: 'link' }, anonymous],
  ])('is %s', (_, options, token) => {
    expect(tokensOf(both, options).token).toEqual(token);
  });

  test("is the authenticated token with strategy 'link'", () => {
    expect(testServer({ strategy: 'link' }).visitor(both, granted).authenticatedToken).toBe('ada-1815');
  });

  test('is what the application knows, if it knows', () => {
    const server = testServer();
    expect(server.visitor(both, { ...granted, user: 1843 }).token).toBe('1843');
    expect(server.visitor(both, { ...granted, user: null })).toMatchObject({ token: anonymous, state: 'anonymous' });
    expect(server.visitor(`_ALGOLIA=${anonymous}`, { ...granted, user: 'ada-1815' }).state).toBe('identified');
  });

  test('is refused where the application knows something that is no token, and a warning does not quote it', () => {
    const server = testServer();
    const visitor = server.visitor(`_ALGOLIA=${anonymous}`, { ...granted, user: 'jane@example.com' });
    expect(visitor.token).toBe(anonymous);
    expect(server.warnings).toEqual([expect.stringMatching(/^token-rejected: usertoken: .*looks like personal data/)]);
  });

  test('in a cookie is held against checkToken too', () => {
    const checkToken = (token: string) => token.startsWith('account-');
    expect(tokensOf(both, { checkToken }).state).toBe('anonymous');
    expect(tokensOf(`__Host-_ALGOLIA_USER=account-1; _ALGOLIA=${anonymous}`, { checkToken }).token).toBe('account-1');
  });
});

describe('hostile headers', () => {
  const long = 'x'.repeat(4_096);
  const hostile: readonly [string, string][] = [
    ['a value that is no token', '_ALGOLIA=jane@example.com'],
    ['an account as anonymous token', '_ALGOLIA=ada-1815'],
    ['no value', '_ALGOLIA='],
    ['no equals sign', '_ALGOLIA'],
    ['only separators', ';;;; ; =;=='],
    ['a quoted value', `_ALGOLIA="${anonymous}"`],
    ['an encoded value', '_ALGOLIA=anonymous-%0d%0aSet-Cookie:%20a=b'],
    ['a line break', `_ALGOLIA=${anonymous}\r\nSet-Cookie: evil=1`],
    ['a null character', `_ALGOLIA=${anonymous}\0`],
    ['4 KB of a token', `_ALGOLIA=anonymous-${long}`],
    ['4 KB of cookies', Array.from({ length: 400 }, (_, n) => `_ALGOLIA=n ${n}`).join('; ')],
    ['markup', '_ALGOLIA=anonymous-</script><script>alert(1)</script>'],
    ['a prototype', '__proto__=x; constructor=y; _ALGOLIA={__proto__}'],
    ['characters outside ASCII', '_ALGOLIA=anonymous-ümlaut\u2028'],
    ['an attribute', '_ALGOLIA=anonymous-1,Domain=evil.example'],
  ];

  test.each(hostile)('%s gives a fresh token, and nothing of it is in the answer', (_, cookie) => {
    const server = testServer();
    for (const header of [
      cookie,
      `${cookie.replace('_ALGOLIA', '__Host-_ALGOLIA_USER').replace('ada-1815', 'ada 1815')}`,
    ]) {
      const visitor = server.visitor({ url: '/', headers: { cookie: header } }, granted);
      expect(visitor.token).toEqual(isFresh);
      const kept = visitor.setCookie.filter((line) => !line.endsWith('Max-Age=0'));
      expect(kept).toEqual([`_ALGOLIA=${visitor.token}; Path=/; SameSite=Lax; Secure; Max-Age=15552000`]);
      for (const line of visitor.setCookie) expect(line).toMatch(/^[\w-]+=[\w=+/-]*(; [\w=./-]+)+$/);
      expect(JSON.parse(JSON.stringify(visitor.hydration))).toEqual({
        ...granted,
        cookie: { server: true, secure: true },
        anonymousToken: visitor.token,
      });
    }
  });

  const erasing = (request: Exclude<RequestLike, string | null | undefined>) =>
    testServer().visitor(
      { ...request, headers: { cookie: `_ALGOLIA=${anonymous}; _ALGOLIA_USER=x`, ...request.headers } },
      { consent: 'denied' },
    ).setCookie;

  test.each([
    ['a path', '/a\r\nSet-Cookie: evil=1', 'shop.example'],
    ['a path with attributes', '/a;Domain=evil.example;Max-Age=9', 'shop.example'],
    ['a host', '/', 'shop.example\r\nSet-Cookie: evil=1'],
    ['a host with attributes', '/', 'shop.example;Max-Age=9'],
    ['an address', 'https://evil.example;x/a b', 'shop.example'],
    ['a deep path', `/${'deep/'.repeat(500)}`, 'shop.example'],
    ['many labels', '/', `${'a.'.repeat(2_000)}example`],
    ['an IP address', '/', '127.0.0.1:3000'],
    ['an IPv6 address', '/', '[::1]:3000'],
  ])('%s of bad will does not get into Set-Cookie, nor make it long', (_, url, host) => {
    const lines = erasing({ url, headers: { host } });
    expect(lines.length).toBeGreaterThan(1);
    for (const line of lines)
      expect(line).toMatch(/^(__Host-)?_ALGOLIA(_USER)?=(; (Path|SameSite|Domain|Max-Age)=[\w./-]+|; Secure)+$/);
    for (const line of lines) expect(line.match(/Max-Age=/g)).toHaveLength(1);
    expect(lines.join('').length).toBeLessThan(4_096);
  });
});
