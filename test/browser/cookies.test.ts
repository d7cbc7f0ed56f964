import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { login, logout, who } from './actions.js';
import { can } from './engines.js';
import { clickOn, cookiesOf, track, useStage } from './harness.js';
import { type PageServer, servePages } from './page-server.js';
import { selfSigned } from './self-signed.js';

// In Chromium every name leads to this machine, so that pages can have the names of real shops.
const stage = useStage({ args: ['--host-resolver-rules=MAP * 127.0.0.1'] });

const planted = 'anonymous-11111111-1111-4111-8111-111111111111';
const strange = 'anonymous-22222222-2222-4222-8222-222222222222';

// CK-02 of the test cases.
test('of two cookies with its name it keeps the first that the browser shows, and expires the other one', async () => {
  const tab = await (await stage.profile()).newTab();
  await tab.goto(stage.pages.url(undefined, { path: '/shop/teapots' }));
  await tab.evaluate(
    ([root, shop]) => {
      document.cookie = `_ALGOLIA=${root}; Path=/`;
      document.cookie = `_ALGOLIA=${shop}; Path=/shop`;
    },
    [strange, planted] as const,
  );
  await tab.goto(stage.shopUrl({}, { path: '/shop/teapots' }));
  expect((await who(tab)).token).toBe(planted);
  expect(await tab.evaluate(() => document.cookie)).toBe(`_ALGOLIA=${planted}`);
  expect(await tab.evaluate(() => window.warnings)).toEqual(['cookie-duplicated']);

  for (const path of ['/shop/teapots', '/']) {
    await tab.goto(stage.shopUrl({}, { path }));
    expect((await who(tab)).token).toBe(planted);
    expect(await tab.evaluate(() => window.warnings)).toEqual([]);
  }
});

test('replaces a token that was tampered with', async () => {
  const tab = await (await stage.profile()).newTab();
  await tab.goto(stage.pages.url());
  await tab.evaluate(() => {
    document.cookie = '_ALGOLIA=jane@example.com; Path=/';
  });
  await tab.goto(stage.shopUrl());
  const { token } = await who(tab);
  expect(token).toMatch(/^anonymous-/);
  expect(await tab.cookies()).toEqual({ _ALGOLIA: token });
});

const daySeconds = 86_400;

/** A cookie as the browser keeps it, its lifetime in days from now; -1 for the session. */
async function storedCookie(context: BrowserContext, name: string) {
  const cookie = (await context.cookies()).find((other) => other.name === name);
  if (!cookie) return undefined;
  const { domain, path, sameSite, secure, expires } = cookie;
  return { domain, path, sameSite, secure, days: expires < 0 ? -1 : (expires - Date.now() / 1000) / daySeconds };
}

describe.runIf(can('playwright'))('as the browser stores them', () => {
  // CK-01 of the test cases.
  test('the anonymous token is host-only, has Path=/ and SameSite=Lax, and lives 180 days', async () => {
    const context = await stage.context();
    await stage.open(context, {}, { path: '/deep/in/the/shop' });
    const cookie = await storedCookie(context, '_ALGOLIA');
    expect(cookie).toMatchObject({ domain: '127.0.0.1', path: '/', sameSite: 'Lax', secure: false });
    expect(cookie!.days / 180).toBeCloseTo(1, 3);
  });

  test("the user's token is a session cookie, and with remember: 'device' it lives 180 days", async () => {
    const context = await stage.context();
    await login(await stage.open(context), 'ada-1815');
    expect(await storedCookie(context, '_ALGOLIA_USER')).toEqual({
      domain: '127.0.0.1',
      path: '/',
      sameSite: 'Lax',
      secure: false,
      days: -1,
    });
    const device = await stage.context();
    await login(await stage.open(device, { remember: 'device' }), 'ada-1815');
    expect((await storedCookie(device, '_ALGOLIA_USER'))!.days / 180).toBeCloseTo(1, 3);
  });

  test('a second cookie on the parent domain is expired too', async () => {
    const context = await stage.context();
    const origin = `http://www.shop.co.uk:${stage.pages.port}`;
    await context.addCookies([
      { name: '_ALGOLIA', value: strange, domain: '.shop.co.uk', path: '/' },
      { name: '_ALGOLIA', value: planted, url: `${origin}/` },
    ]);
    const page = await stage.open(context, {}, { origin });
    const { token } = await who(page);
    expect([planted, strange]).toContain(token);
    expect((await context.cookies()).map(({ value, domain }) => ({ value, domain }))).toEqual([
      { value: token, domain: 'www.shop.co.uk' },
    ]);
    await page.reload();
    expect((await who(page)).token).toBe(token);
  });

  describe('on https', () => {
    let secure: PageServer;
    beforeAll(async () => {
      secure = await servePages(selfSigned('127.0.0.1'));
    });
    afterAll(() => secure.close());

    // CK-01 of the test cases: with the prefix no sub-domain can plant a user.
    test("both cookies are Secure, and the user's has the prefix __Host-", async () => {
      const { collector } = stage;
      const context = await stage.context({ ignoreHTTPSErrors: true });
      const page = await stage.open(context, {}, { origin: secure.origin });
      await login(page, 'ada-1815');
      expect(Object.keys(await cookiesOf(context)).sort()).toEqual(['_ALGOLIA', '__Host-_ALGOLIA_USER']);
      expect(await storedCookie(context, '_ALGOLIA')).toMatchObject({ secure: true, sameSite: 'Lax', path: '/' });
      expect(await storedCookie(context, '__Host-_ALGOLIA_USER')).toMatchObject({ secure: true, path: '/', days: -1 });
      await page.reload();
      expect((await who(page)).token).toBe('ada-1815');
      expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
      expect(collector.events[0]!.userToken).toBe('ada-1815');
      await logout(page);
      expect(Object.keys(await cookiesOf(context))).toEqual(['_ALGOLIA']);
    });
  });
});

describe.runIf(can('playwright'))('sub-domains on https', () => {
  let secure: PageServer;
  beforeAll(async () => {
    secure = await servePages(selfSigned('*.shop.test'));
  });
  afterAll(() => secure.close());
  const at = (host: string) => ({ origin: `https://${host}.shop.test:${secure.port}` });
  const shared = { cookie: { domain: 'shop.test' } };
  const visitor = (page: Pick<Page, 'evaluate'>) => page.evaluate(() => [window.user.state, window.user.token]);
  const names = async (context: BrowserContext) => (await context.cookies()).map(({ name }) => name).sort();

  // W08
  test('an open page tracks under the anonymous token once another sub-domain has logged out', async () => {
    const { collector } = stage;
    const context = await stage.context({ ignoreHTTPSErrors: true });
    // Without the event of browsers that announce changes of cookies, so that tracking has to look.
    const page = await context.newPage();
    await page.addInitScript(() => Reflect.deleteProperty(window, 'cookieStore'));
    await page.goto(stage.shopUrl(shared, at('a')));
    const anonymous = (await who(page)).token;
    await page.evaluate(() => window.user.login('ada-1815'));
    const sibling = await stage.open(context, shared, at('b'));
    expect((await who(sibling)).token).toBe('ada-1815');
    await sibling.evaluate(() => window.user.logout());
    expect(await visitor(page)).toEqual(['identified', 'ada-1815']);
    expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
    expect(collector.events.map(({ userToken }) => userToken)).toEqual([anonymous]);
    expect(await visitor(page)).toEqual(['loggedOut', anonymous]);
  });

  test('an open page follows a login and a logout of another at once where the browser announces changes of cookies', async () => {
    const context = await stage.context({ ignoreHTTPSErrors: true });
    const page = await stage.open(context, shared, at('a'));
    const anonymous = (await who(page)).token;
    const sibling = await stage.open(context, shared, at('b'));
    await sibling.evaluate(() => window.user.login('ada-1815'));
    await expect.poll(() => visitor(page)).toEqual(['identified', 'ada-1815']);
    await sibling.evaluate(() => window.user.logout());
    await expect.poll(() => visitor(page)).toEqual(['loggedOut', anonymous]);
  });

  test('a thousand events in a loop read the cookies as often as one does', async () => {
    const context = await stage.context({ ignoreHTTPSErrors: true });
    const page = await stage.open(context, shared, at('a'));
    const readsOf = (events: number) =>
      page.evaluate(
        async ([event, count]) => {
          const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie')!;
          let reads = 0;
          Object.defineProperty(document, 'cookie', {
            configurable: true,
            get() {
              reads += 1;
              return get!.call(document);
            },
            set: (line) => set!.call(document, line),
          });
          for (let n = 0; n < count; n += 1) void window.user.track(event);
          await new Promise((resolve) => setTimeout(resolve));
          Reflect.deleteProperty(document, 'cookie');
          return reads;
        },
        [clickOn('teapot'), events] as const,
      );
    const one = await readsOf(1);
    expect(one).toBeGreaterThan(0);
    expect(await readsOf(1_000)).toBe(one);
  });

  // W07
  test('a logout of one ends the login that another stored for its own host', async () => {
    const context = await stage.context({ ignoreHTTPSErrors: true });
    const page = await stage.open(context, { consent: 'pending' }, at('www'));
    await page.evaluate(() => {
      window.user.login('ada-1815');
      window.user.consent.grant();
    });
    const checkout = await stage.open(context, shared, at('checkout'));
    await checkout.evaluate(() => window.user.login('ada-1815'));
    await checkout.evaluate(() => window.user.logout());
    expect(await names(context)).toContain('__Host-_ALGOLIA_USER');
    await page.goto(stage.shopUrl(shared, at('www')));
    expect((await visitor(page))[0]).toBe('anonymous');
    expect(await names(context)).toEqual(['_ALGOLIA']);
  });

  // W02
  test('a denial erases cookies with the domain, the path and the partition they were written with', async () => {
    const context = await stage.context({ ignoreHTTPSErrors: true });
    const page = await stage.open(context, shared, { ...at('www'), path: '/tea/pots;blue/list' });
    const before = await page.evaluate(() => {
      window.user.login('ada-1815');
      document.cookie = '_ALGOLIA=anonymous-1; SameSite=None; Secure; Path=/; Partitioned';
      document.cookie = '_ALGOLIA_USER=u1; SameSite=None; Secure; Path=/tea; Domain=www.shop.test; Partitioned';
      document.cookie = '__Host-_ALGOLIA_USER=u1; SameSite=None; Secure; Path=/; Partitioned';
      document.cookie = '_ALGOLIA=anonymous-2; Secure';
      const shown = document.cookie.split('; ').length;
      window.user.consent.deny();
      return shown;
    });
    expect(before).toBe(6);
    expect(await names(context)).toEqual([]);
    expect(await page.evaluate(() => [document.cookie, window.warnings])).toEqual(['', []]);
  });
});

// CK-03 of the test cases.
describe.runIf(can('playwright'))('on a domain', () => {
  const onHost = (host: string) => ({ origin: `http://${host}:${stage.pages.port}` });

  test('widestDomain() finds the widest one that is no public suffix, and its probe leaves no cookie', async () => {
    const expected = {
      'a.shop.co.uk': 'shop.co.uk',
      'b.c.shop.co.uk': 'shop.co.uk',
      'ab.com': 'ab.com',
      'x.herokuapp.com': 'x.herokuapp.com',
      'a.x.herokuapp.com': 'x.herokuapp.com',
      localhost: undefined,
      '127.0.0.1': undefined,
    };
    const context = await stage.context();
    const page = await context.newPage();
    const found: Record<string, string | undefined> = {};
    for (const host of Object.keys(expected)) {
      await page.goto(stage.pages.url(undefined, onHost(host)));
      found[host] = await page.evaluate(() => window.usertoken.widestDomain());
    }
    expect(found).toEqual(expected);
    expect(await context.cookies()).toEqual([]);
  });

  test('sub-domains with the same cookie.domain share the visitor, login and logout included', async () => {
    const context = await stage.context();
    const options = { cookie: { domain: 'shop.co.uk' } };
    const page = await stage.open(context, options, onHost('a.shop.co.uk'));
    const anonymous = (await who(page)).token;
    await login(page, 'ada-1815');
    const sibling = await stage.open(context, options, onHost('b.shop.co.uk'));
    expect((await who(sibling)).token).toBe('ada-1815');
    await logout(sibling);
    expect((await who(sibling)).token).toBe(anonymous);
    await page.reload();
    expect((await who(page)).token).toBe(anonymous);
    expect((await context.cookies()).map(({ name, domain }) => [name, domain])).toEqual([['_ALGOLIA', '.shop.co.uk']]);
  });

  test('a cookie.domain that the browser refuses causes a warning, and the cookie is host-only', async () => {
    const context = await stage.context();
    const page = await stage.open(context, { cookie: { domain: 'co.uk' } }, onHost('a.shop.co.uk'));
    expect(await page.evaluate(() => window.warnings)).toEqual(['cookie-domain-refused']);
    expect((await context.cookies()).map(({ name, domain }) => [name, domain])).toEqual([['_ALGOLIA', 'a.shop.co.uk']]);
  });
});
