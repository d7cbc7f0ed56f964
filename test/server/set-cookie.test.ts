import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { KnownVisitor, RequestLike, UserTokenServerOptions, Visitor } from '../../src/server/index.js';
import { cookieDocument } from '../support/cookie-document.js';
import { anonymous, granted, testServer, viewOf } from './support/server.js';

const url = 'https://www.shop.example/teapots/blue?size=2';

/** A browser that visits a server: cookies go back and forth as they really would. */
function browser(options: Partial<UserTokenServerOptions> = {}) {
  const server = testServer(options);
  const page = cookieDocument(url);
  const visit = (known: KnownVisitor) => server.visitor(new Request(url, { headers: { cookie: page.cookie } }), known);
  const take = (lines: readonly string[]) => {
    for (const line of lines) page.cookie = line;
  };
  const keep = (visitor: Visitor) => take(visitor.setCookie);
  const find = (name: string) => page.stored().find((cookie) => cookie.name === name);
  const names = () => page.stored().map(({ name, domain, path }) => `${name} ${domain}${path}`);
  return { visit, take, keep, find, names };
}

// On a whole second, since cookies count in seconds.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 1) }));
afterEach(() => void vi.useRealTimers());

describe('with consent', () => {
  test('the anonymous token is set host-only for 180 days, readable by script, and is the same from then on', () => {
    const { find, visit, keep } = browser();
    const first = visit(granted);
    keep(first);
    expect(find('_ALGOLIA')).toMatchObject({
      value: first.token,
      domain: 'www.shop.example',
      hostOnly: true,
      path: '/',
      secure: true,
      sameSite: 'lax',
      maxAgeSeconds: 15_552_000,
    });
    expect(visit(granted).token).toBe(first.token);
  });

  test('it is set anew with each answer, so that its lifetime begins again', () => {
    const { visit, keep } = browser({ cookie: { maxAgeSeconds: 34_560_000 } });
    keep(visit(granted));
    const again = visit(granted);
    expect(again.setCookie).toEqual([`_ALGOLIA=${again.token}; Path=/; SameSite=Lax; Secure; Max-Age=34560000`]);
  });

  test('renew: false sets it only when it is not there', () => {
    const { visit, keep } = browser({ cookie: { renew: false } });
    keep(visit(granted));
    expect(visit(granted).setCookie).toEqual([]);
  });

  test('the options say how it looks', () => {
    const { find, visit, keep } = browser({
      cookie: { name: 'visitor', domain: 'shop.example', sameSite: 'None', maxAgeSeconds: 60 },
      secure: false,
    });
    keep(visit(granted));
    expect(find('visitor')).toMatchObject({
      domain: 'shop.example',
      secure: true,
      sameSite: 'none',
      maxAgeSeconds: 60,
    });
  });

  test('without cookies nothing is set, whatever the request brings', () => {
    const visitor = testServer({ cookie: false }).visitor(`_ALGOLIA=${anonymous}`, granted);
    visitor.login('ada-1815');
    expect(visitor.setCookie).toEqual([]);
  });

  test('a stray copy on another path or domain is expired, and one is left', () => {
    const { names, take, visit, keep } = browser();
    const other = 'anonymous-11111111-1111-4111-8111-111111111111';
    take([`_ALGOLIA=${anonymous}; Path=/teapots`, `_ALGOLIA=${other}; Path=/; Domain=shop.example`]);
    const visitor = visit(granted);
    keep(visitor);
    expect(names()).toEqual(['_ALGOLIA www.shop.example/']);
    expect(visit(granted).token).toBe(visitor.token);
  });
});

describe('a login', () => {
  test('sets a session cookie with the prefix __Host-, and the next request knows the user', () => {
    const { find, visit, keep } = browser();
    const visitor = visit(granted);
    expect(visitor.login('ada-1815')).toEqual({ ok: true, token: 'ada-1815' });
    expect(visitor).toMatchObject({ token: 'ada-1815', state: 'identified' });
    keep(visitor);
    expect(find('__Host-_ALGOLIA_USER')).toMatchObject({
      value: 'ada-1815',
      hostOnly: true,
      path: '/',
      secure: true,
    });
    expect(visit(granted)).toMatchObject({ token: 'ada-1815', state: 'identified' });
  });

  test.each<[string, Partial<UserTokenServerOptions>, string, object]>([
    [
      "lives as long as userMaxAgeSeconds says with remember: 'device'",
      { remember: 'device', cookie: { userMaxAgeSeconds: 90 } },
      '__Host-_ALGOLIA_USER',
      { maxAgeSeconds: 90 },
    ],
    [
      'has no prefix with a domain',
      { cookie: { domain: 'shop.example' } },
      '_ALGOLIA_USER',
      { domain: 'shop.example' },
    ],
    ['has no prefix on http', { secure: false }, '_ALGOLIA_USER', { domain: 'www.shop.example' }],
  ])('%s', (_, options, name, cookie) => {
    const { find, visit, keep } = browser(options);
    const visitor = visit(granted);
    visitor.login('ada-1815');
    keep(visitor);
    expect(find(name)).toMatchObject(cookie);
  });

  test("is kept nowhere with remember: 'page'", () => {
    const { names, visit, keep } = browser({ remember: 'page' });
    const visitor = visit(granted);
    visitor.login('ada-1815');
    keep(visitor);
    expect(names()).toEqual(['_ALGOLIA www.shop.example/']);
  });

  test('that is refused changes nothing and says why', () => {
    const visitor = testServer().visitor(`_ALGOLIA=${anonymous}`, granted);
    expect(visitor.login('ada\r\nSet-Cookie: evil=1')).toMatchObject({ ok: false, reason: 'bad-characters' });
    expect(visitor.token).toBe(anonymous);
    expect(visitor.setCookie).toHaveLength(1);
  });
});

describe('a logout', () => {
  const loggedIn = (options: Partial<UserTokenServerOptions> = {}) => {
    const it = browser(options);
    const visitor = it.visit(granted);
    const anonymousToken = visitor.token;
    visitor.login('ada-1815');
    it.keep(visitor);
    return { ...it, anonymousToken };
  };

  test('expires the cookie and restores the anonymous token', () => {
    const { names, visit, keep, anonymousToken } = loggedIn();
    const visitor = visit(granted);
    visitor.logout();
    expect(visitor).toMatchObject({ token: anonymousToken, state: 'loggedOut' });
    keep(visitor);
    expect(names()).toEqual(['_ALGOLIA www.shop.example/']);
    expect(visit(granted)).toMatchObject({ token: anonymousToken, state: 'anonymous' });
  });

  test('is what user: null of the application amounts to', () => {
    const { names, visit, keep, anonymousToken } = loggedIn();
    keep(visit({ ...granted, user: null }));
    expect(names()).toEqual(['_ALGOLIA www.shop.example/']);
    expect(visit(granted).token).toBe(anonymousToken);
  });

  test.each<[string, (it: ReturnType<typeof loggedIn>) => void]>([
    [
      'logout()',
      ({ visit, keep }) => {
        const visitor = visit(granted);
        visitor.logout();
        keep(visitor);
      },
    ],
    ['user: null', ({ visit, keep }) => keep(visit({ ...granted, user: null }))],
    ['another user', ({ visit, keep }) => keep(visit({ ...granted, user: 'bob-1843' }))],
  ])("by %s with onLogout: 'renew' makes a fresh anonymous token, which stays", (_, end) => {
    const it = loggedIn({ onLogout: 'renew' });
    end(it);
    const { value } = it.find('_ALGOLIA')!;
    expect(value).toMatch(/^anonymous-/);
    expect(value).not.toBe(it.anonymousToken);
    expect(it.visit({ ...granted, user: null }).token).not.toBe(it.anonymousToken);
  });
});

describe('without consent', () => {
  const header = `_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=ada-1815; _ALGOLIA_USER=x; cart=3`;

  test('while it is pending no cookie is read or set, and the token is in memory only', () => {
    const server = testServer();
    const visitor = server.visitor(header, { consent: 'pending' });
    expect(visitor.token).toMatch(/^anonymous-/);
    expect(visitor.token).not.toBe(anonymous);
    visitor.login('bob-1843');
    expect(visitor.token).toBe('bob-1843');
    expect(visitor.setCookie).toEqual([]);
    expect(server.visitor(header, { consent: 'pending' }).state).toBe('anonymous');
  });

  test('what is no consent counts as pending', () => {
    for (const known of [undefined, null, {}, { consent: true }, { consent: 'yes' }]) {
      const visitor = testServer().visitor(header, known as never);
      expect(visitor.consent).toBe('pending');
      expect(visitor.setCookie).toEqual([]);
    }
  });

  test('once it is denied all cookies are erased, on other paths and domains too, and those of others stay', () => {
    const { names, take, visit, keep } = browser();
    const visitor = visit(granted);
    visitor.login('ada-1815');
    keep(visitor);
    take([
      `_ALGOLIA=${anonymous}; Path=/teapots`,
      `_ALGOLIA=${anonymous}; Path=/; Domain=shop.example`,
      '_ALGOLIA_USER=x; Path=/teapots/',
      'cart=3; Path=/',
    ]);
    const denied = visit({ consent: 'denied' });
    expect(denied).toMatchObject({ token: undefined, authenticatedToken: undefined, consent: 'denied' });
    keep(denied);
    expect(names()).toEqual(['cart www.shop.example/']);
    expect(visit({ consent: 'denied' }).setCookie).toEqual([]);
  });

  test('a login under a denial sets nothing', () => {
    const visitor = testServer().visitor('', { consent: 'denied', user: 'ada-1815' });
    visitor.login('bob-1843');
    expect(visitor.token).toBeUndefined();
    expect(visitor.setCookie).toEqual([]);
  });
});

// W02: the Host of a request is not what the browser shows (auth0/nextjs-auth0#2237, better-auth/better-auth#2918).
describe('behind a proxy, in a container, over HTTP/2', () => {
  const requests: [string, (cookie: string) => RequestLike][] = [
    ['another Host', (cookie) => ({ url: '/account', headers: { host: 'internal:3000', cookie } })],
    ['another address', (cookie) => new Request('http://10.0.0.3:8080/account', { headers: { cookie } })],
    [':authority', (cookie) => ({ url: '/account', headers: { ':authority': 'edge.internal', cookie } })],
    ['no Host', (cookie) => ({ headers: { cookie } })],
    ['the text of the cookies', (cookie) => cookie],
  ];
  const ends: [string, (visitor: Visitor) => void, KnownVisitor][] = [
    ['a logout', (visitor) => visitor.logout(), granted],
    ['the word of the application that nobody is logged in', () => {}, { ...granted, user: null }],
    ['a denial', () => {}, { consent: 'denied' }],
  ];
  test.each(requests.flatMap(([name, request]) => ends.map((end) => [end[0], name, request, end[1], end[2]] as const)))(
    '%s, with %s, reaches the cookies of the domain that was chosen',
    (_, __, request, act, known) => {
      for (const remember of ['session', 'device'] as const) {
        const server = testServer({ remember, cookie: { domain: 'shop.example' } });
        const page = cookieDocument(url);
        const take = ({ setCookie }: Visitor) => {
          for (const line of setCookie) page.cookie = line;
        };
        const first = server.visitor(request(''), granted);
        first.login('ada-1815');
        take(first);
        expect(page.stored()).toHaveLength(2);
        const second = server.visitor(request(page.cookie), known);
        act(second);
        take(second);
        expect(page.at('https://checkout.shop.example/').cookie).toBe(
          known.consent === 'denied' ? '' : `_ALGOLIA=${first.hydration.anonymousToken}`,
        );
        expect(server.visitor(request(page.cookie), granted).state).toBe('anonymous');
      }
    },
  );

  test('strays on the public domain are expired by X-Forwarded-Host', () => {
    const server = testServer();
    const page = cookieDocument(url);
    page.cookie = `_ALGOLIA=${anonymous}; Path=/; Domain=shop.example`;
    const headers = { host: 'internal:3000', 'x-forwarded-host': 'www.shop.example', cookie: page.cookie };
    for (const line of server.visitor({ url: '/', headers }, { consent: 'denied' }).setCookie) page.cookie = line;
    expect(page.stored()).toEqual([]);
  });

  test("a cookie that frames show is expired with the partition it may be in, with sameSite: 'None'", () => {
    const lines = testServer({ cookie: { sameSite: 'None' } }).visitor(`_ALGOLIA=${anonymous}`, {
      consent: 'denied',
    }).setCookie;
    expect(lines).toEqual([
      '_ALGOLIA=; Path=/; SameSite=None; Secure; Max-Age=0',
      '_ALGOLIA=; Path=/; SameSite=None; Secure; Partitioned; Max-Age=0',
    ]);
  });

  test('nothing but the two cookies is ever set', () => {
    const server = testServer({ cookie: { domain: 'shop.example' } });
    const visitor = server.visitor(`_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=ada-1815`, granted);
    visitor.login('bob-1843');
    expect(new Set(visitor.setCookie.map((line) => line.split('=')[0]))).toEqual(
      new Set(['_ALGOLIA', '_ALGOLIA_USER', '__Host-_ALGOLIA_USER']),
    );
  });
});

// W07: a login that a page stored for one host before it knew the domain.
test('a host-only login next to the shared one of a domain is expired, and is nobody', () => {
  const server = testServer({ cookie: { domain: 'shop.example' } });
  const page = cookieDocument(url);
  page.cookie = `_ALGOLIA=${anonymous}; Path=/; Domain=shop.example`;
  page.cookie = '__Host-_ALGOLIA_USER=ada-1815; Path=/; Secure';
  for (const user of ['_ALGOLIA_USER=bob-1843; Path=/; Domain=shop.example', '']) {
    if (user) page.cookie = user;
    const visitor = server.visitor(page.cookie, granted);
    expect(visitor.state).toBe(user ? 'identified' : 'anonymous');
    for (const line of visitor.setCookie) page.cookie = line;
    expect(page.cookie).not.toContain('__Host-');
    page.cookie = '__Host-_ALGOLIA_USER=ada-1815; Path=/; Secure';
    page.cookie = '_ALGOLIA_USER=; Path=/; Domain=shop.example; Max-Age=0';
  }
});

// W12
test('a user token of another maker in the cookie of the anonymous token is replaced with a warning', () => {
  const server = testServer();
  const visitor = server.visitor('_ALGOLIA=server-token-1', granted);
  expect(visitor.setCookie).toEqual([expect.stringContaining(`_ALGOLIA=${visitor.token}; `)]);
  expect(server.warnings).toEqual([expect.stringMatching(/^token-foreign: .*"_ALGOLIA".*"anonymous-\.\.\."/)]);
});

// W11
test("with remember: 'device' the login's lifetime begins again with each answer", () => {
  const { find, visit, keep } = browser({ remember: 'device', cookie: { userMaxAgeSeconds: 90 } });
  const first = visit(granted);
  first.login('ada-1815');
  keep(first);
  vi.setSystemTime(Date.now() + 60_000);
  keep(visit(granted));
  expect(find('__Host-_ALGOLIA_USER')).toMatchObject({ maxAgeSeconds: 90 });
});

describe('applyTo()', () => {
  const visitorWithTwo = () => {
    const visitor = testServer().visitor(`_ALGOLIA=${anonymous}`, granted);
    visitor.login('ada-1815');
    expect(visitor.setCookie).toHaveLength(2);
    return visitor;
  };

  test('adds to Headers and to a Response, beside other cookies', () => {
    const visitor = visitorWithTwo();
    const headers = new Headers({ 'set-cookie': 'cart=3' });
    expect(visitor.applyTo(headers)).toBe(true);
    expect(headers.getSetCookie()).toEqual(['cart=3', ...visitor.setCookie]);
    const response = new Response('', { headers: { 'set-cookie': 'cart=3' } });
    expect(visitor.applyTo(response)).toBe(true);
    expect(response.headers.getSetCookie()).toEqual(['cart=3', ...visitor.setCookie]);
  });

  test("adds to an answer of Node's http server, and says when it is too late", async () => {
    const visitor = visitorWithTwo();
    const taken: boolean[] = [];
    const server = createServer((_, response) => {
      response.setHeader('set-cookie', 'cart=3');
      taken.push(visitor.applyTo(response));
      response.flushHeaders();
      taken.push(visitor.applyTo(response));
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
      expect(answer.headers.getSetCookie()).toEqual(['cart=3', ...visitor.setCookie]);
      expect(taken).toEqual([true, false]);
    } finally {
      server.close();
    }
  });

  test('throws for nothing: neither a Response that cannot be changed nor nonsense', () => {
    for (const response of [Response.redirect('https://shop.example/'), null, undefined, 1, {}, { headers: null }]) {
      expect(visitorWithTwo().applyTo(response as never)).toBe(false);
    }
  });
});

test('a wrong option throws a TypeError that names it, at once', () => {
  const options = { appId: 'app', apiKey: 'key', secure: true };
  const wrong: [object, string][] = [
    [{ secure: undefined }, 'secure'],
    [{ apiKey: '' }, 'apiKey'],
    [{ cookie: { name: 'a\r\nb' } }, 'cookie.name'],
    [{ cookie: { domain: 'shop.example; HttpOnly' } }, 'cookie.domain'],
    [{ colour: 'red' }, 'colour'],
  ];
  for (const [given, name] of wrong) {
    expect(() => testServer({ ...options, ...given })).toThrow(TypeError);
    expect(() => testServer({ ...options, ...given })).toThrow(new RegExp(`("|option )${name.replace('.', '\\.')}`));
  }
});

test('a method is there for each shape of event', () => {
  const visitor = testServer().visitor('', { consent: 'denied' });
  const { eventType, ...event } = viewOf('kettle');
  void eventType;
  return expect(visitor.viewedObjectIDs(event as never)).resolves.toEqual({ status: 'dropped', reason: 'opted-out' });
});
