import { describe, expect, it } from 'vitest';
import {
  type CookieDocument,
  expireCookies,
  keepsDomain,
  parentDomains,
  readCookies,
  writeCookie,
} from '../../src/adapters/cookies.js';
import { cookieDocument, cookielessDocument, throwingDocument } from '../support/cookie-document.js';

const reach = 'SameSite=Lax';
/** A document that notes every line it is given. */
function noting(cookie = '', location: CookieDocument['location'] = new URL('https://shop.example/')) {
  const lines: string[] = [];
  const document: CookieDocument = {
    location,
    get cookie() {
      return cookie;
    },
    set cookie(line) {
      lines.push(line);
    },
  };
  return { document, lines };
}

describe('readCookies', () => {
  it('gives every value of a name, in the order of the browser', () => {
    expect(readCookies({ cookie: 'a=1; b=2; a=3' }, 'a')).toEqual(['1', '3']);
  });

  it.each([
    ['', []],
    ['aa=1; ba=2; a', []],
    ['a=', ['']],
    ['a=b=c;a=2;  a=3', ['b=c', '2', '3']],
    ['A=1', []],
  ])('in %j finds %j under the name a', (cookie, values) => {
    expect(readCookies({ cookie }, 'a')).toEqual(values);
  });

  it('finds none where cookies throw', () => {
    expect(readCookies(throwingDocument(), 'a')).toEqual([]);
  });
});

describe('writeCookie', () => {
  it.each([
    [{ reach }, 'a=1; Path=/; SameSite=Lax'],
    [{ reach, path: '' }, 'a=1; Path=; SameSite=Lax'],
    [
      { reach: 'SameSite=None; Secure', domain: 'shop.example', path: '/x', maxAgeSeconds: 5 },
      'a=1; Path=/x; SameSite=None; Secure; Domain=shop.example; Max-Age=5',
    ],
    [{ reach, maxAgeSeconds: 0 }, 'a=1; Path=/; SameSite=Lax; Max-Age=0'],
  ])('with %j writes %s', (attributes, line) => {
    const { document, lines } = noting();
    writeCookie(document, 'a', '1', attributes);
    expect(lines).toEqual([line]);
  });

  it('throws nothing where cookies throw', () => {
    expect(() => writeCookie(throwingDocument(), 'a', '1', { reach })).not.toThrow();
  });
});

describe('keepsDomain', () => {
  it.each([
    ['https://www.shop.co.uk/', 'shop.co.uk', true],
    ['https://www.shop.co.uk/', 'co.uk', false],
    ['https://www.shop.co.uk/', 'other.com', false],
  ])('on %s says of %s: %s, and leaves no cookie', (url, domain, isKept) => {
    const document = cookieDocument(url);
    expect(keepsDomain(document, domain)).toBe(isKept);
    expect(document.stored()).toEqual([]);
  });

  it('tries with the attributes that the cookies have, SameSite=Lax where nothing is said', () => {
    const { document, lines } = noting();
    keepsDomain(document, 'shop.example');
    keepsDomain(document, 'shop.example', 'SameSite=None; Secure');
    expect(lines.map((line) => line.replace(/^.*Path=.; /, ''))).toEqual([
      'SameSite=Lax; Domain=shop.example',
      'SameSite=Lax; Domain=shop.example; Max-Age=0',
      'SameSite=None; Secure; Domain=shop.example',
      'SameSite=None; Secure; Domain=shop.example; Max-Age=0',
    ]);
  });

  it('says no where cookies are off', () => {
    expect(keepsDomain(cookielessDocument(), 'shop.example')).toBe(false);
  });
});

describe('parentDomains', () => {
  it.each([
    ['www.shop.co.uk', ['co.uk', 'shop.co.uk', 'www.shop.co.uk']],
    ['shop.com', ['shop.com']],
    ['1.shop.com', ['shop.com', '1.shop.com']],
    ['localhost', []],
    ['127.0.0.1', []],
    ['[::1]', []],
    ['', []],
    [undefined, []],
  ])('of %s are %j', (hostname, domains) => {
    expect(parentDomains(hostname)).toEqual(domains);
  });
});

describe('expireCookies', () => {
  it.each([
    ['at the root', 'Path=/'],
    ['of the folder, with a slash', 'Path=/x/y/'],
    ['of the folder, without', 'Path=/x/y'],
    ['of a parent folder', 'Path=/x'],
    ['of the page itself', 'Path=/x/y/z'],
    ['of the domain', 'Path=/; Domain=shop.example'],
    ['of the host as a domain', 'Path=/x; Domain=www.shop.example'],
  ])('removes a cookie %s', (_, attributes) => {
    const document = cookieDocument('https://www.shop.example/x/y/z');
    document.cookie = `a=1; ${attributes}`;
    document.cookie = 'b=1; Path=/';
    expect(document.stored()).toHaveLength(2);
    expect(expireCookies(document, 'a', { reach })).toBe(true);
    expect(document.stored().map(({ name }) => name)).toEqual(['b']);
  });

  it('writes nothing where there is no such cookie', () => {
    const { document, lines } = noting('b=1');
    expect(expireCookies(document, 'a', { reach: 'SameSite=Lax; Secure' })).toBe(true);
    expect(lines).toEqual([]);
  });

  it('says of a cookie that stays that it is there', () => {
    expect(expireCookies(noting('a=1').document, 'a', { reach })).toBe(false);
  });

  it('tries as a frame of another site on https alone', () => {
    const embeddedLines = (reach: string) => {
      const { document, lines } = noting('a=1');
      expireCookies(document, 'a', { reach });
      return lines.filter((line) => line.includes('SameSite=None; Secure'));
    };
    expect(embeddedLines('SameSite=Lax')).toEqual([]);
    const lines = embeddedLines('SameSite=Lax; Secure');
    const [partitioned, others] = [true, false].map((is) =>
      lines.filter((line) => line.includes('Partitioned') === is),
    );
    expect(others!.length).toBeGreaterThan(0);
    expect(partitioned).toHaveLength(others!.length);
  });

  it('tries the domain of its attributes, and none twice', () => {
    const domainsTried = (domain: string) => {
      const { document, lines } = noting('a=1', new URL('https://www.shop.example/'));
      expireCookies(document, 'a', { reach, domain });
      return lines.map((line) => /Domain=([^;]*)/.exec(line)?.[1]).sort();
    };
    expect(new Set(domainsTried('other.example'))).toEqual(
      new Set([undefined, 'other.example', 'shop.example', 'www.shop.example']),
    );
    expect(domainsTried('shop.example')).toHaveLength(domainsTried('www.shop.example').length);
    expect(domainsTried('shop.example').length).toBeLessThan(domainsTried('other.example').length);
  });

  it('tries a bounded number of folders, and none with a semicolon', () => {
    const paths = (url: string) => {
      const { document, lines } = noting('a=1', new URL(url));
      expireCookies(document, 'a', { reach });
      return [...new Set(lines.map((line) => /Path=([^;]*)/.exec(line)![1]))];
    };
    expect(paths('http://localhost/a/b')).toEqual(['', '/', '/a', '/a/', '/a/b', '/a/b/']);
    expect(paths('http://localhost/a/b/')).toEqual(['', '/', '/a', '/a/', '/a/b', '/a/b/']);
    expect(paths('http://localhost/a/b;c/d')).toEqual(['', '/', '/a', '/a/', '/a/b', '/a/b/']);
    expect(paths(`http://localhost${'/x'.repeat(100)}`)).toHaveLength(40);
  });

  it('works in a document without location', () => {
    const { document, lines } = noting('a=1', null);
    expect(expireCookies(document, 'a', { reach })).toBe(false);
    expect(lines).toEqual(['a=; Path=; SameSite=Lax; Max-Age=0', 'a=; Path=/; SameSite=Lax; Max-Age=0']);
  });
});
