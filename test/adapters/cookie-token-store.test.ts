import { describe, expect, it, vi } from 'vitest';
import {
  type CookieOptions,
  type CookieTokenStorePorts,
  cookieTokenStore,
} from '../../src/adapters/cookie-token-store.js';
import { widestDomain } from '../../src/adapters/widest-domain.js';
import { cookieDocument, type FakeDocument, throwingDocument } from '../support/cookie-document.js';
import { memoryStorage } from '../support/memory-storage.js';

const anon = (n: number | string) => `anonymous-${n}`;
const day = 86_400;
const month = 30 * day;
/** A cookie's end is kept in whole seconds. */
const about = (seconds: number) => expect.closeTo(seconds, -1);

function tokenStoreAt(url: string | FakeDocument, options: CookieOptions = {}, ports: CookieTokenStorePorts = {}) {
  const document = typeof url === 'string' ? cookieDocument(url) : url;
  const onTrouble = vi.fn();
  const tokenStore = cookieTokenStore(options, { document, storage: memoryStorage(), onTrouble, ...ports });
  const stored = (name: string) => document.stored().filter((cookie) => cookie.name === name);
  return { tokenStore, document, stored, troubles: () => onTrouble.mock.calls.map(([trouble]) => trouble) };
}

describe('attributes', () => {
  it('CK-01: Path=/ and SameSite=Lax, Secure on https only, readable back in both', () => {
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

  it('CK-01: SameSite=None forces Secure', () => {
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

  it('CK-05: each slot has a lifetime of its own', () => {
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
  it('CK-02: the first valid one is kept, the stray is expired, one warning, stable over reloads', () => {
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
    const tokenStore = cookieTokenStore({}, { document, storage: undefined });
    expect(tokenStore.read('anonymous')).toBe(anon(1));
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
  ])('CK-03: the widest domain of %s is %s, found by trying, and the probe is gone', (url, domain) => {
    const document = cookieDocument(url);
    expect(widestDomain(document)).toBe(domain);
    expect(document.stored()).toEqual([]);
  });

  it('CK-03: a domain the browser refuses is reported once, and the cookie becomes host-only', () => {
    const { tokenStore, stored, troubles } = tokenStoreAt('https://shop.co.uk/', { domain: 'co.uk' });
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('identified', 'u1');
    tokenStore.write('anonymous', anon(2));
    expect(stored('_ALGOLIA')).toMatchObject([{ value: anon(2), hostOnly: true }]);
    expect(stored('__Host-_ALGOLIA_USER')).toHaveLength(1);
    expect(new Set(troubles())).toEqual(new Set(['cookie-domain-refused']));
  });

  it('CK-03: under a refused domain the next page finds the login, and a logout ends it', () => {
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

  it('a login from before the domain was chosen goes on under it, and leaves no second cookie', () => {
    const { tokenStore, document } = tokenStoreAt('https://www.shop.example/');
    tokenStore.write('identified', 'u1');
    const shared = tokenStoreAt(document, { domain: 'shop.example' });
    expect(shared.tokenStore.read('identified')).toBe('u1');
    shared.tokenStore.write('identified', 'u1');
    expect(shared.stored('__Host-_ALGOLIA_USER')).toEqual([]);
    expect(shared.stored('_ALGOLIA_USER')).toMatchObject([{ value: 'u1', domain: 'shop.example' }]);
    expect(shared.troubles()).toEqual([]);
  });

  it('without a document there is none, and where cookies throw neither', () => {
    expect(widestDomain(undefined)).toBeUndefined();
    expect(widestDomain(throwingDocument())).toBeUndefined();
  });
});

describe('renewal', () => {
  it('is noted for each name: two instances of other names both keep their cookies alive', () => {
    const storage = memoryStorage();
    let now = 0;
    const names = ['_ALGOLIA', 'other'];
    const { tokenStore, document } = tokenStoreAt('https://shop.example/');
    const visit = () => {
      for (const name of names)
        cookieTokenStore({ name }, { document, storage, now: () => now }).write('anonymous', anon(1));
    };
    visit();
    const { writes } = document;
    now += 2 * day * 1000;
    visit();
    expect(document.writes - writes).toBe(2);
    expect(tokenStore.read('anonymous')).toBe(anon(1));
  });

  it('CK-05: a visit at month 0, 5 and 7 keeps the token', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const document = cookieDocument('https://shop.example/');
      const storage = memoryStorage();
      const visit = (months: number, options: CookieOptions) => {
        vi.setSystemTime(Date.parse('2027-01-01') + months * month * 1000);
        const { tokenStore } = tokenStoreAt(document, options, { storage });
        const token = tokenStore.read('anonymous') ?? anon(months);
        tokenStore.write('anonymous', token);
        return token;
      };
      expect([0, 5, 7].map((months) => visit(months, {}))).toEqual([anon(0), anon(0), anon(0)]);
      expect([20, 25, 27].map((months) => visit(months, { renew: false }))).toEqual([anon(20), anon(20), anon(27)]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('happens once a day, not with each page', () => {
    const storage = memoryStorage();
    const document = cookieDocument('https://shop.example/');
    let now = 1_000_000_000_000;
    const visit = () => {
      tokenStoreAt(document, {}, { storage, now: () => now }).tokenStore.write('anonymous', anon(1));
      return document.writes;
    };
    expect(visit()).toBe(1);
    now += (day - 1) * 1000;
    expect(visit()).toBe(1);
    now += 1000;
    expect(visit()).toBe(2);
    now -= 400 * day * 1000;
    expect(visit()).toBe(3);
  });

  it('can be switched off', () => {
    const { tokenStore, document } = tokenStoreAt('https://shop.example/', { renew: false }, { now: () => 0 });
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('anonymous', anon(1));
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
  it('CK-07: at most two small cookies, whatever comes and goes', () => {
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

  it('erasing reaches every path and domain, and the mark of the last renewal', () => {
    const document = cookieDocument('https://a.b.shop.example/x/y/z');
    const storage = memoryStorage();
    const { tokenStore } = tokenStoreAt(document, {}, { storage });
    tokenStore.write('anonymous', anon(1));
    document.cookie = `_ALGOLIA=${anon(2)}; Path=/x/y`;
    document.cookie = `_ALGOLIA=${anon(3)}; Domain=shop.example; Path=/`;
    document.cookie = '_ALGOLIA_USER=u1; Domain=b.shop.example; Path=/x/';
    document.cookie = 'other=stays; Path=/';
    tokenStore.erase();
    expect(document.stored().map(({ name }) => name)).toEqual(['other']);
    expect(storage.length).toBe(0);
  });

  it('says that no cookies can be kept', () => {
    const onTrouble = vi.fn();
    const tokenStore = cookieTokenStore({}, { document: throwingDocument(), storage: undefined, onTrouble });
    tokenStore.write('anonymous', anon(1));
    tokenStore.write('identified', 'u1');
    expect(new Set(onTrouble.mock.calls.flat())).toEqual(new Set(['cookies-unavailable']));
  });
});
