import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type CookieOptions,
  type CookieTokenStorePorts,
  cookieTokenStore,
} from '../../src/adapters/cookie-token-store.js';
import type { TokenSlot } from '../../src/adapters/ports.js';
import { widestDomain } from '../../src/adapters/widest-domain.js';
import { cookieDocument, type FakeDocument, throwingDocument } from '../support/cookie-document.js';

const anon = (n: number | string) => `anonymous-${n}`;
const day = 86_400;
/** A cookie's end is kept in whole seconds. */
const about = (seconds: number) => expect.closeTo(seconds, -1);

function tokenStoreAt(url: string | FakeDocument, options: CookieOptions = {}, ports: CookieTokenStorePorts = {}) {
  const document = typeof url === 'string' ? cookieDocument(url) : url;
  const onTrouble = vi.fn();
  const tokenStore = cookieTokenStore(options, { document, onTrouble, ...ports });
  const stored = (name: string) => document.stored().filter((cookie) => cookie.name === name);
  return { tokenStore, document, stored, troubles: () => onTrouble.mock.calls.map(([trouble]) => trouble) };
}

describe('attributes', () => {
  // CK-01 of the test cases.
  it('Path=/ and SameSite=Lax, Secure on https only, readable back in both', () => {
    for (const [url, secure] of [
      ['https://shop.example/a/b', true],
      ['http://localhost/a/b', false],
    ] as const) {
      const { tokenStore, stored } = tokenStoreAt(url);
      tokenStore.write('anonymous', anon(1));
      expect(stored('_ALGOLIA')).toMatchObject([
        { value: anon(1), path: '/', sameSite: 'lax', secure, hostOnly: true, maxAgeSeconds: about(180 * day) },
      ]);
      expect(tokenStore.read('anonymous')).toBe(anon(1));
    }
  });

  // CK-01 of the test cases.
  it('SameSite=None forces Secure', () => {
    const { tokenStore, stored } = tokenStoreAt('https://shop.example/', { sameSite: 'None' });
    tokenStore.write('anonymous', anon(1));
    expect(stored('_ALGOLIA')).toMatchObject([{ sameSite: 'none', secure: true }]);
  });

  it('the identified cookie is a session cookie, and __Host- on https without domain', () => {
    const { tokenStore, stored } = tokenStoreAt('https://shop.example/');
    tokenStore.write('identified', 'u1');
    expect(stored('__Host-_ALGOLIA_USER')).toMatchObject([
      { value: 'u1', maxAgeSeconds: undefined, secure: true, hostOnly: true },
    ]);
  });

  it('with a domain it has its plain name, on http too', () => {
    const shared = tokenStoreAt('https://www.shop.example/', { domain: 'shop.example' });
    shared.tokenStore.write('identified', 'u1');
    expect(shared.stored('_ALGOLIA_USER')).toMatchObject([{ domain: 'shop.example', hostOnly: false }]);
    const plain = tokenStoreAt('http://localhost/');
    plain.tokenStore.write('identified', 'u1');
    expect(plain.stored('_ALGOLIA_USER')).toHaveLength(1);
  });

  // CK-05 of the test cases.
  it('each slot has a lifetime of its own', () => {
    const { tokenStore, stored } = tokenStoreAt(
      'https://shop.example/',
      { maxAgeSeconds: 90 * day, userMaxAgeSeconds: 7 * day },
      { isPersistent: true },
    );
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('identified', 'u1');
    expect(stored('_ALGOLIA')).toMatchObject([{ maxAgeSeconds: about(90 * day) }]);
    expect(stored('__Host-_ALGOLIA_USER')).toMatchObject([{ maxAgeSeconds: about(7 * day) }]);
  });

  it('a cookie planted by a sibling sub-domain names no user', () => {
    const { tokenStore, document } = tokenStoreAt('https://shop.example.com/');
    document.at('https://evil.example.com/').cookie = '_ALGOLIA_USER=mallory; Domain=example.com; Path=/; Secure';
    document.at('https://evil.example.com/').cookie =
      '__Host-_ALGOLIA_USER=mallory; Domain=example.com; Path=/; Secure';
    expect(tokenStore.read('identified')).toBeUndefined();
  });
});

describe('two cookies of one name', () => {
  // CK-02 of the test cases.
  it('the first valid one is kept, the stray is expired, one warning, stable over reloads', () => {
    const { tokenStore, document, stored, troubles } = tokenStoreAt('https://a.shop.example/x/y');
    document.cookie = `_ALGOLIA=${anon('b')}; Domain=shop.example; Path=/`;
    document.cookie = `_ALGOLIA=${anon('a')}; Path=/x`;
    expect(document.cookie).toBe(`_ALGOLIA=${anon('a')}; _ALGOLIA=${anon('b')}`);

    const found = tokenStore.read('anonymous');
    expect(found).toBe(anon('a'));
    tokenStore.write('anonymous', found!);
    tokenStore.write('anonymous', found!);
    expect(stored('_ALGOLIA')).toMatchObject([{ value: anon('a'), path: '/', hostOnly: true }]);
    expect(new Set(troubles())).toEqual(new Set(['cookie-duplicated']));

    const reloaded = tokenStoreAt(document);
    expect(reloaded.tokenStore.read('anonymous')).toBe(anon('a'));
    reloaded.tokenStore.write('anonymous', anon('a'));
    expect(reloaded.troubles()).toEqual([]);
  });

  it('a tampered one in front does not hide a valid one', () => {
    const { tokenStore, document, stored } = tokenStoreAt('https://shop.example/x/');
    document.cookie = `_ALGOLIA=${anon('a')}; Path=/`;
    document.cookie = '_ALGOLIA=not a token; Path=/x';
    expect(tokenStore.read('anonymous')).toBe(anon('a'));
    tokenStore.write('anonymous', anon('a'));
    expect(stored('_ALGOLIA')).toMatchObject([{ value: anon('a'), path: '/' }]);
  });
});

describe('tampered and foreign cookies', () => {
  it.each(['', 'u_1', 'anonymous-a b', `anonymous-${'x'.repeat(4000)}`, '%00%', 'anonymous-<script>'])(
    '%s is no anonymous token',
    (value) => {
      const { tokenStore, document, stored } = tokenStoreAt('https://shop.example/');
      document.cookie = `_ALGOLIA=${value}; Path=/`;
      expect(tokenStore.read('anonymous')).toBeUndefined();
      tokenStore.write('anonymous', anon(1));
      expect(stored('_ALGOLIA')).toMatchObject([{ value: anon(1) }]);
    },
  );

  it("finds its own among a header's worth of others, malformed ones too", () => {
    const others = Array.from({ length: 100 }, (_, i) => `c${i}=${'v'.repeat(40)}`).join('; ');
    const document = {
      location: new URL('https://shop.example/'),
      cookie: `=; ; a; =b=; X_ALGOLIA=no; ${others}; _ALGOLIA=${anon(1)};`,
    };
    const tokenStore = cookieTokenStore({}, { document });
    expect(tokenStore.read('anonymous')).toBe(anon(1));
  });
});

// W12: a server sets `_ALGOLIA=server-token-1`.
describe('a user token of another maker in the cookie of the anonymous token', () => {
  it.each(['server-token-1', 'account-1815', '1815', 'Anonymous-1'])(
    '%s is replaced with a warning about the cookie',
    (value) => {
      const { tokenStore, document, stored } = tokenStoreAt('https://shop.example/');
      document.cookie = `_ALGOLIA=${value}; Path=/`;
      const onTrouble = vi.fn();
      const watched = cookieTokenStore({}, { document, onTrouble });
      expect(watched.read('anonymous')).toBeUndefined();
      watched.write('anonymous', anon(1));
      expect(onTrouble.mock.calls).toEqual([['token-foreign', '_ALGOLIA']]);
      expect(stored('_ALGOLIA')).toMatchObject([{ value: anon(1) }]);
      expect(tokenStore.read('anonymous')).toBe(anon(1));
    },
  );

  it.each(['', 'jane@example.com', 'a b', anon(2)])('%s is replaced without one', (value) => {
    const { tokenStore, document, troubles } = tokenStoreAt('https://shop.example/');
    document.cookie = `_ALGOLIA=${value}; Path=/`;
    tokenStore.write('anonymous', anon(1));
    expect(troubles()).toEqual([]);
  });
});

describe('the domain', () => {
  it.each([
    ['https://a.shop.co.uk/', 'shop.co.uk'],
    ['https://x.herokuapp.com/', 'x.herokuapp.com'],
    ['https://deep.x.herokuapp.com/', 'x.herokuapp.com'],
    ['https://ab.com/', 'ab.com'],
    ['http://localhost:3000/', undefined],
    ['http://127.0.0.1/', undefined],
    ['http://[::1]/', undefined],
    // CK-03 of the test cases.
  ])('the widest domain of %s is %s, found by trying, and the probe is gone', (url, domain) => {
    const document = cookieDocument(url);
    expect(widestDomain(document)).toBe(domain);
    expect(document.stored()).toEqual([]);
  });

  // CK-03 of the test cases.
  it('a domain the browser refuses is reported once, and the cookie becomes host-only', () => {
    const { tokenStore, stored, troubles } = tokenStoreAt('https://shop.co.uk/', { domain: 'co.uk' });
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('identified', 'u1');
    tokenStore.write('anonymous', anon(2));
    expect(stored('_ALGOLIA')).toMatchObject([{ value: anon(2), hostOnly: true }]);
    expect(stored('__Host-_ALGOLIA_USER')).toHaveLength(1);
    expect(new Set(troubles())).toEqual(new Set(['cookie-domain-refused']));
  });

  // CK-03 of the test cases.
  it('under a refused domain the next page finds the login, and a logout ends it', () => {
    const options = { domain: 'shop.com' };
    const first = tokenStoreAt('https://www.shop.de/', options);
    first.tokenStore.write('identified', 'u1');
    const second = tokenStoreAt(first.document, options);
    expect(second.tokenStore.read('identified')).toBe('u1');
    second.tokenStore.write('identified', 'u1');
    expect(second.stored('__Host-_ALGOLIA_USER')).toMatchObject([{ value: 'u1' }]);
    expect(second.troubles()).toEqual(['cookie-domain-refused']);
    second.tokenStore.remove('identified');
    expect(tokenStoreAt(first.document, options).tokenStore.read('identified')).toBeUndefined();
  });

  // W07: one truth, the cookie that the options name.
  it('a host-only login next to a shared one is removed when it is seen, also where nothing is written', () => {
    const { tokenStore, document, stored } = tokenStoreAt('https://www.shop.example/');
    tokenStore.write('identified', 'u1');
    document.cookie = '_ALGOLIA_USER=u1; Path=/; Domain=shop.example; Secure';
    const shared = tokenStoreAt(document, { domain: 'shop.example' });
    expect(shared.tokenStore.read('identified')).toBe('u1');
    expect(stored('__Host-_ALGOLIA_USER')).toEqual([]);
    expect(stored('_ALGOLIA_USER')).toHaveLength(1);
    expect(shared.troubles()).toEqual([]);
  });

  it('a shared login next to a host-only one is removed when the same login is written again', () => {
    const { tokenStore, document, stored } = tokenStoreAt('https://www.shop.example/');
    tokenStore.write('identified', 'u1');
    document.at('https://checkout.shop.example/').cookie = '_ALGOLIA_USER=u1; Path=/; Domain=shop.example; Secure';
    tokenStore.write('identified', 'u1');
    expect(stored('_ALGOLIA_USER')).toEqual([]);
    expect(stored('__Host-_ALGOLIA_USER')).toHaveLength(1);
  });

  it('a host-only login from before the domain was chosen is not resumed once all sub-domains share one', () => {
    const { tokenStore, document } = tokenStoreAt('https://www.shop.example/');
    tokenStore.write('identified', 'u1');
    const options = { domain: 'shop.example' };
    const checkout = tokenStoreAt(document.at('https://checkout.shop.example/'), options).tokenStore;
    checkout.write('identified', 'u1');
    checkout.remove('identified');
    const again = tokenStoreAt(document, options);
    expect(again.tokenStore.read('identified')).toBeUndefined();
    expect(document.stored()).toEqual([]);
  });

  it('a host-only anonymous token moves to the domain, and leaves no copy that could outlive it', () => {
    const { tokenStore, document, stored } = tokenStoreAt('https://www.shop.example/');
    tokenStore.write('anonymous', anon(1));
    const shared = tokenStoreAt(document, { domain: 'shop.example' });
    shared.tokenStore.write('anonymous', anon(1));
    expect(stored('_ALGOLIA')).toMatchObject([{ value: anon(1), domain: 'shop.example' }]);
    expect(shared.troubles()).toEqual([]);
  });

  it('a page without the domain leaves the token that others share where it is', () => {
    const { tokenStore, document } = tokenStoreAt('https://www.shop.example/');
    document.cookie = `_ALGOLIA=${anon(1)}; Path=/; Domain=shop.example`;
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('anonymous', anon(1));
    expect(document.at('https://checkout.shop.example/').cookie).toBe(`_ALGOLIA=${anon(1)}`);
  });

  it('is kept in a frame of another site, which takes cookies with SameSite=None alone', () => {
    const document = cookieDocument('https://www.shop.example/');
    const framed = new Proxy(document, {
      set: (_, key, text: string) => !text.includes('SameSite=None; Secure') || Reflect.set(document, key, text),
    });
    const { tokenStore, stored, troubles } = tokenStoreAt(framed, { domain: 'shop.example', sameSite: 'None' });
    tokenStore.write('anonymous', anon(1));
    expect(stored('_ALGOLIA')).toMatchObject([{ domain: 'shop.example' }]);
    expect(troubles()).toEqual([]);
  });

  it('without a document there is none, and where cookies throw neither', () => {
    expect(widestDomain(undefined)).toBeUndefined();
    expect(widestDomain(throwingDocument())).toBeUndefined();
  });
});

/** A page whose browser keeps cookies that script wrote for no longer than this, as Safari does. */
function capped(document: FakeDocument, seconds: number): FakeDocument {
  return new Proxy(document, {
    set(_, key, text: string) {
      document[key as 'cookie'] = text.replace(
        /Max-Age=(\d+)/,
        (_, age) => `Max-Age=${Math.min(Number(age), seconds)}`,
      );
      return true;
    },
  });
}

describe('renewal', () => {
  afterEach(() => void vi.useRealTimers());

  /** The token of each visit, and what is written then. */
  function visitsAt(
    hours: number[],
    document: FakeDocument,
    options: CookieOptions,
    slot: TokenSlot,
    isPersistent = true,
  ) {
    vi.useFakeTimers({ toFake: ['Date'] });
    return hours.map((hour) => {
      vi.setSystemTime(Date.parse('2027-01-01') + hour * 3_600_000);
      const { tokenStore } = tokenStoreAt(document, options, { isPersistent });
      const token = tokenStore.read(slot) ?? anon(hour);
      tokenStore.write(slot, token);
      return token;
    });
  }
  const shop = () => cookieDocument('https://www.shop.example/');

  // CK-05 of the test cases.
  it('a visit at month 0, 5 and 7 keeps the token; without renewal it ends six months after the first', () => {
    const months = (...all: number[]) => all.map((n) => n * 30 * 24);
    expect(visitsAt(months(0, 5, 7), shop(), {}, 'anonymous')).toEqual(Array(3).fill(anon(0)));
    const [first, , last] = visitsAt(months(0, 5, 7), shop(), { renew: false }, 'anonymous');
    expect(last).not.toBe(first);
  });

  // W11: Safari keeps cookies that script wrote for seven days, and for one after a link with tracking parameters.
  it.each<[string, number, number[], CookieOptions]>([
    ['24 hours, visits at hour 0, 20 and 40', day, [0, 20, 40], {}],
    ['24 hours, a visit every 23 hours', day, [0, 23, 46, 69, 92], {}],
    ['7 days, visits at day 0, 6 and 12', 7 * day, [0, 144, 288], {}],
    [
      '7 days as the option says, as the drop-in with cookieDuration',
      400 * day,
      [0, 144, 288],
      { maxAgeSeconds: 7 * day, userMaxAgeSeconds: 7 * day },
    ],
    ['24 hours, with a domain', day, [0, 20, 40], { domain: 'shop.example' }],
    ['24 hours, with a domain that the browser refuses', day, [0, 20, 40], { domain: 'shop.de' }],
  ])('keeps both tokens where cookies live for %s', (_, cap, hours, options) => {
    for (const slot of ['anonymous', 'identified'] as const) {
      const tokens = visitsAt(hours, capped(shop(), cap), options, slot);
      expect(new Set(tokens)).toEqual(new Set([anon(0)]));
    }
  });

  it('writes a cookie once with each page, and a session cookie only when it changes', () => {
    const document = shop();
    visitsAt([0, 1], document, {}, 'anonymous');
    expect(document.writes).toBe(2);
    visitsAt([2, 3], document, {}, 'identified', false);
    expect(document.writes).toBe(3);
  });

  it('can be switched off', () => {
    const document = shop();
    visitsAt([0, 30], document, { renew: false }, 'anonymous');
    expect(document.writes).toBe(1);
  });

  it('never touches a cookie that the server manages', () => {
    const document = cookieDocument('https://shop.example/');
    document.cookie = `_ALGOLIA=${anon('server')}; Path=/; Secure`;
    const { tokenStore } = tokenStoreAt(document, { server: true });
    const writes = document.writes;
    tokenStore.write('anonymous', anon('server'));
    tokenStore.write('anonymous', anon('other'));
    tokenStore.write('identified', 'u1');
    expect(document.writes).toBe(writes);
  });
});

describe('what is left behind', () => {
  // CK-07 of the test cases.
  it('at most two small cookies, whatever comes and goes', () => {
    const document = cookieDocument('https://www.shop.example/');
    for (let round = 0; round < 100; round += 1) {
      const { tokenStore } = tokenStoreAt(document);
      tokenStore.write('anonymous', anon(round));
      tokenStore.write('identified', `u${round}`);
    }
    expect(document.stored()).toHaveLength(2);
    expect(document.cookie.length).toBeLessThan(4096);
    tokenStoreAt(document).tokenStore.erase();
    expect(document.stored()).toEqual([]);
  });

  it('erasing reaches every path and domain', () => {
    const document = cookieDocument('https://a.b.shop.example/x/y/z');
    const { tokenStore, troubles } = tokenStoreAt(document);
    tokenStore.write('anonymous', anon(1));
    document.cookie = `_ALGOLIA=${anon(2)}; Path=/x/y`;
    document.cookie = `_ALGOLIA=${anon(3)}; Domain=shop.example; Path=/`;
    document.cookie = '_ALGOLIA_USER=u1; Domain=b.shop.example; Path=/x/';
    document.cookie = 'other=stays; Path=/';
    tokenStore.erase();
    expect(document.stored().map(({ name }) => name)).toEqual(['other']);
    expect(troubles()).toEqual([]);
  });

  // W02: what was written from an option is erased by that option.
  it('erasing reaches the domain that was chosen, also where the page does not show its public name', () => {
    const document = cookieDocument('https://www.shop.example/');
    tokenStoreAt(document, { domain: 'shop.example' }).tokenStore.write('identified', 'u1');
    const behindProxy = new Proxy(document, {
      get: (_, key) => (key === 'location' ? new URL('https://internal:3000/') : document[key as 'cookie']),
      set: (_, key, text) => Reflect.set(document, key, text),
    });
    const { tokenStore, troubles } = tokenStoreAt(behindProxy, { domain: 'shop.example' });
    tokenStore.remove('identified');
    expect(document.stored()).toEqual([]);
    expect(troubles()).toEqual([]);
  });

  it('erasing reaches a cookie that was written without a path, below a folder with a semicolon in its name', () => {
    const document = cookieDocument('https://shop.example/a;b/c');
    document.cookie = `_ALGOLIA=${anon(1)}`;
    expect(document.stored()).toMatchObject([{ path: '/a;b' }]);
    tokenStoreAt(document).tokenStore.erase();
    expect(document.stored()).toEqual([]);
  });

  /** A page that lets a cookie go only for a line that matches. */
  function stubborn(pattern: RegExp): FakeDocument {
    const document = cookieDocument('https://www.shop.example/');
    return new Proxy(document, {
      set(_, key, text: string) {
        if (!/Max-Age=0/.test(text) || pattern.test(text))
          document[key as 'cookie'] = text.replace('; Partitioned', '');
        return true;
      },
    });
  }
  it.each<[string, RegExp]>([
    ['a frame of another site wrote', /SameSite=None; Secure/],
    ['is partitioned', /SameSite=None; Secure; Partitioned/],
  ])('erasing reaches a cookie that %s', (_, pattern) => {
    const document = stubborn(pattern);
    document.cookie = `_ALGOLIA=${anon(1)}; Path=/`;
    const { tokenStore, troubles } = tokenStoreAt(document);
    tokenStore.erase();
    expect(document.stored()).toEqual([]);
    expect(troubles()).toEqual([]);
  });

  it('says which cookie can not be erased', () => {
    const document = stubborn(/never/);
    document.cookie = '_ALGOLIA_USER=u1; Path=/; Domain=shop.example';
    document.cookie = `_ALGOLIA=${anon(1)}; Path=/`;
    const onTrouble = vi.fn();
    const tokenStore = cookieTokenStore({}, { document, onTrouble });
    tokenStore.remove('identified');
    expect(onTrouble.mock.calls).toEqual([['cookie-not-erased', '_ALGOLIA_USER']]);
    tokenStore.erase();
    expect(onTrouble).toHaveBeenCalledWith('cookie-not-erased', '_ALGOLIA');
  });

  it('says that no cookies can be kept', () => {
    const onTrouble = vi.fn();
    const tokenStore = cookieTokenStore({}, { document: throwingDocument(), onTrouble });
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('identified', 'u1');
    expect(new Set(onTrouble.mock.calls.flat())).toEqual(new Set(['cookies-unavailable']));
  });
});
