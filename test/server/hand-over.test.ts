import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createUserToken } from '../../src/index.js';
import { dataScript } from '../../src/server/data-script.js';
import { fromServer, type Hydration, type KnownVisitor, type UserTokenServerOptions } from '../../src/server/index.js';
import { asPage } from '../support/as-page.js';
import { cookieDocument, cookielessDocument } from '../support/cookie-document.js';
import { anonymous, granted, testServer } from './support/server.js';

const base = { appId: 'app', apiKey: 'key', onWarning: () => {} };
const url = 'https://shop.example/teapots';
const cookies = `_ALGOLIA=${anonymous}; __Host-_ALGOLIA_USER=ada-1815`;

/** What a component would render. */
const view = ({ token, authenticatedToken, state }: ReturnType<typeof createUserToken>) => ({
  token,
  authenticatedToken,
  state,
});

/** A hand-over as it comes out of a page's HTML. */
const throughHtml = (script: string): Hydration => JSON.parse(/>(.*)<\/script>$/s.exec(script)![1]!);

/** Renders on the server, then in a page that has received the answer. */
function render(
  header: string,
  known: KnownVisitor,
  options: Partial<UserTokenServerOptions> = {},
  page = cookieDocument(url),
) {
  const visitor = testServer(options).visitor(header, known);
  vi.stubGlobal('document', undefined);
  const onServer = createUserToken({ ...base, ...fromServer(visitor.hydration) });
  if (header) for (const pair of header.split('; ')) page.cookie = `${pair}; Path=/; Secure`;
  for (const line of visitor.setCookie) page.cookie = line;
  asPage(page);
  const inPage = createUserToken({ ...base, ...fromServer(throughHtml(visitor.script)) });
  return { visitor, onServer, inPage, page };
}

afterEach(() => void vi.unstubAllGlobals());

describe('server render and first client render agree', () => {
  const optionsTried: Partial<UserTokenServerOptions>[] = [
    {},
    { strategy: 'link' },
    { remember: 'page' },
    { remember: 'device' },
    { onLogout: 'renew' },
    { cookie: false },
    { cookie: { name: 'visitor', domain: 'shop.example' } },
  ];
  const consents = ['granted', 'pending', 'denied'] as const;
  const cases = optionsTried.flatMap((options) =>
    consents.flatMap((consent) =>
      ['', cookies].flatMap((header) =>
        [{}, { user: 'bob-1843' }, { user: null }].map((user) => ({ options, header, known: { consent, ...user } })),
      ),
    ),
  );

  test('in every combination of options, consent, cookies and what the application knows', () => {
    expect(cases.length).toBe(126);
    for (const { options, header, known } of cases) {
      const { visitor, onServer, inPage } = render(header, known, options);
      const expected = { token: visitor.token, authenticatedToken: visitor.authenticatedToken, state: visitor.state };
      const name = JSON.stringify({ options, header, known });
      expect(view(onServer), name).toEqual(expected);
      expect(view(inPage), name).toEqual(expected);
    }
  });

  test('in every combination where the browser keeps no cookie', () => {
    for (const { options, known } of cases) {
      const { visitor, inPage } = render('', known, options, cookielessDocument() as never);
      expect(view(inPage)).toMatchObject({ token: visitor.token, state: visitor.state });
    }
  });
});

// W05: `user: null` over a stored login was `loggedOut` in a page and `anonymous` on a server.
describe('a page and a server that are told the same', () => {
  const options: Partial<UserTokenServerOptions>[] = [
    {},
    { strategy: 'link' },
    { remember: 'device' },
    { remember: 'page' },
    { onLogout: 'renew' },
    { strategy: 'link', onLogout: 'renew' },
  ];
  const users = [null, undefined, 'ada-1815', 'bob-1843', 'jane@example.com'] as const;

  test.each(options)(
    'agree on the visitor over a stored login, as does the page that is handed over, with %j',
    (chosen) => {
      for (const consent of ['granted', 'pending', 'denied'] as const) {
        for (const user of users) {
          const known = { consent, user };
          const { visitor, inPage } = render(cookies, known, chosen);
          const page = cookieDocument(url);
          for (const pair of cookies.split('; ')) page.cookie = `${pair}; Path=/; Secure`;
          asPage(page);
          const alone = createUserToken({ ...base, ...(chosen as object), ...known });
          // A fresh anonymous token differs by chance.
          const said = ({ token, authenticatedToken, state }: ReturnType<typeof view>) => ({
            token: token?.startsWith('anonymous-') && token !== anonymous ? 'fresh' : token,
            authenticatedToken,
            state,
          });
          const name = JSON.stringify(known);
          expect(said(view(alone)), name).toEqual(said(visitor));
          expect(said(view(inPage)), name).toEqual(said(visitor));
          if (user === null) expect(alone.state).toBe('anonymous');
        }
      }
    },
  );

  test('agree that nobody is left for the next page', () => {
    const { page, inPage } = render(cookies, { ...granted, user: null });
    expect(inPage.state).toBe('anonymous');
    expect(page.cookie).toBe(`_ALGOLIA=${anonymous}`);
    expect(createUserToken({ ...base, ...granted }).state).toBe('anonymous');
  });
});

describe('in the page', () => {
  test('a cookie that the server set is not written by script', () => {
    const page = cookieDocument(url);
    const { visitor } = render(cookies, granted, {}, page);
    expect(page.writes).toBe(cookies.split('; ').length + visitor.setCookie.length);
  });

  test('a page from a cache follows the cookies, which are newer than its HTML', () => {
    const page = cookieDocument(url);
    const old = testServer().visitor(cookies, granted).script;
    for (const line of testServer().visitor('', granted).setCookie) page.cookie = line;
    asPage(page);
    const user = createUserToken({ ...base, ...fromServer(throughHtml(old)) });
    expect(page.cookie).toBe(`_ALGOLIA=${user.token}`);
    expect(user).toMatchObject({ state: 'anonymous' });
  });

  test('a grant there stores the token that was handed over while consent was pending, for the server to keep', () => {
    const { inPage, visitor, page } = render('', { consent: 'pending' });
    expect(page.cookie).toBe('');
    inPage.consent.grant();
    expect(page.cookie).toBe(`_ALGOLIA=${visitor.token}`);
    expect(testServer().visitor(page.cookie, granted).token).toBe(visitor.token);
  });

  test('a grant after a denial makes a fresh token', () => {
    const { inPage, page } = render(cookies, { consent: 'denied' });
    expect(page.cookie).toBe('');
    inPage.consent.grant();
    expect(inPage.token).toMatch(/^anonymous-/);
    expect(inPage.token).not.toBe(anonymous);
  });

  test("a logout with onLogout: 'renew' makes a fresh token where the browser keeps no cookie", () => {
    const { inPage, visitor } = render(
      '',
      { ...granted, user: 'ada-1815' },
      { onLogout: 'renew' },
      cookielessDocument() as never,
    );
    inPage.logout();
    expect(inPage.token).toMatch(/^anonymous-/);
    expect(inPage.token).not.toBe(visitor.hydration.anonymousToken);
  });

  test('without a hand-over the page begins with consent pending, under a token of its own', () => {
    asPage({ ...cookielessDocument(), querySelector: () => null });
    for (const nothing of [undefined, null]) {
      const user = createUserToken({ ...base, ...fromServer(nothing) });
      expect(user.consent.state).toBe('pending');
      expect(user.token).toMatch(/^anonymous-/);
    }
  });
});

describe('HTML that is rendered without a visitor, and may be for everybody', () => {
  test.each([undefined, null])('holds no token, with a hand-over of %s', (nothing) => {
    vi.stubGlobal('document', undefined);
    const user = createUserToken({ ...base, ...fromServer(nothing) });
    expect(user.getSnapshot()).toEqual({
      token: undefined,
      authenticatedToken: undefined,
      state: 'anonymous',
      consent: 'denied',
    });
  });
});

// The server named the account's cookie `__Host-...`, and a page on http looked for another name.
describe('the hand-over names the cookies', () => {
  const onHttp = 'http://localhost:3000/teapots';
  test.each([
    ['secure: true on http://localhost', true, onHttp],
    ['secure: false on https, behind a proxy that says nothing', false, url],
  ])('so that the page reads, and a logout removes, what the server set, with %s', (_, secure, address) => {
    const page = cookieDocument(address);
    const first = testServer({ secure }).visitor('', { ...granted, user: 'ada-1815' });
    for (const line of first.setCookie) page.cookie = line;
    expect(page.cookie).toContain('_ALGOLIA_USER=ada-1815');
    asPage(page);
    const { hydration, token } = testServer({ secure }).visitor(page.cookie, granted);
    const user = createUserToken({ ...base, ...fromServer(JSON.parse(JSON.stringify(hydration))) });
    expect(user).toMatchObject({ token, state: 'identified' });
    user.logout();
    expect(page.cookie).toBe(`_ALGOLIA=${first.hydration.anonymousToken}`);
    user.consent.deny();
    expect(page.cookie).toBe('');
  });
});

describe('the data block', () => {
  test('carries the hand-over and nothing of the credentials', () => {
    const { script, hydration } = testServer({ strategy: 'link' }).visitor(cookies, granted);
    expect(throughHtml(script)).toEqual(hydration);
    expect(hydration).toEqual({
      consent: 'granted',
      strategy: 'link',
      cookie: { server: true, secure: true },
      anonymousToken: anonymous,
      user: 'ada-1815',
    });
  });

  test('can be ended early by nothing in it, and is a JavaScript literal too', () => {
    const data = {
      a: '</script><script>alert(1)</script>',
      b: '<!--<script>',
      c: '\u2028\u2029',
      d: ']]>&lt;',
      '</script>': '"\\',
    };
    const block = dataScript('usertoken', data);
    const inner = block.slice(block.indexOf('>') + 1, block.lastIndexOf('<'));
    expect(inner).not.toMatch(/[<>&\u2028\u2029]/);
    expect(JSON.parse(inner)).toEqual(data);
    expect(runInNewContext(`(${inner})`)).toEqual(data);
  });
});
