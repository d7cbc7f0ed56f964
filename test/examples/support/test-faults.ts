import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Stage } from '../../browser/harness.js';
import type { Served } from './serve.js';
import { shopOn } from './walk.js';

/** Where an example has what these tests look at. */
export interface Places {
  /** The name in the shop's address. SvelteKit answers forms of the address alone that it was started with. @default 'localhost' */
  readonly host?: string;
  /** A page with a form that logs in or out and leads to the shop. */
  readonly account?: string;
  /** Pages whose HTML is made once for everybody. */
  readonly everybody?: readonly string[];
}

const ourCookie = /^(__Host-)?_ALGOLIA/;

/** Collects the `Set-Cookie` lines for our cookies of all answers. */
function watchCookies(page: Page): string[] {
  const lines: string[] = [];
  page.on('response', async (response) => {
    const headers = await response.headersArray().catch(() => []);
    for (const { name, value } of headers) {
      if (name.toLowerCase() === 'set-cookie') lines.push(...value.split('\n').filter((line) => ourCookie.test(line)));
    }
  });
  return lines;
}

/** What recipes for server frameworks got wrong once, as a visitor meets it. */
export function testFaults(
  stage: Stage,
  serve: () => Promise<Served>,
  { host = 'localhost', account, everybody = [] }: Places,
): void {
  /** Opens the shop on the address that a developer uses, where `secure: true` once made two names of a cookie. */
  async function open(use: (page: Page, origin: string) => Promise<void>, options?: object) {
    const server = await serve();
    try {
      const page = await (await stage.context(options)).newPage();
      await use(page, server.origin.replace('127.0.0.1', host));
      // A server for development keeps a connection to its pages.
      await page.close();
    } finally {
      await server.close();
    }
  }
  /** Allows, and waits until the server has stored it. */
  async function grant({ press, shows, cookies }: ReturnType<typeof shopOn>) {
    await press('grant');
    await shows('consent', /^granted$/);
    await expect.poll(cookies).toContain('consent');
  }
  /** The tokens of a view, one for each run: React's StrictMode tracks twice in development. */
  const views = (name: string) =>
    stage.collector.events
      .filter(({ event }) => event.eventName === name)
      .map(({ userToken }) => userToken)
      .filter((token, index, all) => token !== all[index - 1]);

  test('gives a visitor who arrives with consent one token: in the HTML, the page and the cookie', () =>
    open(async (page, origin) => {
      await page.context().addCookies([{ name: 'consent', value: 'granted', url: origin }]);
      const html = await (await page.goto(`${origin}/`))!.text();
      const shop = shopOn(page);
      await shop.shows('last-event', /^Products Seen: /);
      const token = (await shop.text('token'))!;
      expect(token).toMatch(/^anonymous-/);
      expect(html).toContain(token);
      const cookies = await page.context().cookies();
      expect(cookies.find(({ name }) => name === '_ALGOLIA')?.value).toBe(token);
      await page.reload();
      await shop.shows('token', new RegExp(`^${token}$`));
    }));

  test('answers a denial without a cookie of ours', () =>
    open(async (page, origin) => {
      const shop = shopOn(page);
      await page.goto(`${origin}/`);
      await grant(shop);
      await page.goto(`${origin}/`);
      await shop.shows('last-event', /^Products Seen: /);
      const set = watchCookies(page);
      const answered = page.waitForResponse((response) => response.request().method() !== 'GET');
      await shop.press('deny');
      await answered;
      await shop.shows('token', /^none$/);
      await expect.poll(shop.cookies).toEqual(['consent']);
      await page.reload();
      await shop.shows('consent', /^denied$/);
      expect(set.filter((line) => !line.includes('Max-Age=0'))).toEqual([]);
      expect(await shop.cookies()).toEqual(['consent']);
    }));

  test(`knows the account on both sides on http://${host}`, () =>
    open(async (page, origin) => {
      const said: string[] = [];
      page.on('console', (message) => message.type() === 'error' && said.push(message.text()));
      const shop = shopOn(page);
      await page.goto(`${origin}/`);
      await grant(shop);
      await shop.press('login');
      await shop.shows('state', /^identified$/);
      await expect.poll(shop.cookies).toContain('account');
      for (let visit = 0; visit < 2; visit += 1) {
        await page.goto(`${origin}/`);
        await shop.shows('last-event', /^Products Seen: /);
        expect([await shop.text('state'), await shop.text('token')]).toEqual(['identified', 'ada-1815']);
      }
      expect(said).toEqual([]);
    }));

  if (account) {
    test('tracks the first view after a login and a logout under the new token', () =>
      open(async (page, origin) => {
        const shop = shopOn(page);
        await page.goto(`${origin}/`);
        await grant(shop);
        const anonymous = await shop.text('token');
        await expect.poll(() => views('Products Seen')).toEqual([anonymous]);
        await page.goto(origin + account);
        await shop.press('login');
        await shop.shows('state', /^identified$/);
        await expect.poll(() => views('Products Seen')).toEqual([anonymous, 'ada-1815']);
        await page.goto(origin + account);
        await shop.press('logout');
        await shop.shows('state', /^(anonymous|loggedOut)$/);
        await expect.poll(() => views('Products Seen')).toEqual([anonymous, 'ada-1815', anonymous]);
      }));
  }

  for (const path of everybody) {
    test(`has HTML at ${path} for everybody that holds no token, and finds the visitor in the page`, () =>
      open(async (page, origin) => {
        const html = async () => (await page.request.get(origin + path)).text();
        expect(await html()).not.toMatch(/anonymous-[0-9a-f]/);
        const shop = shopOn(page);
        await page.goto(origin + path);
        await shop.shows('consent', /^pending$/);
        expect(await shop.cookies()).toEqual([]);

        await page.goto(`${origin}/`);
        await grant(shop);
        const anonymous = (await shop.text('token'))!;
        await page.goto(origin + path);
        await shop.shows('token', new RegExp(`^${anonymous}$`));
        await expect.poll(() => views('About Seen')).toEqual([anonymous]);
        await page.goto(`${origin}/`);
        await shop.press('login');
        await shop.shows('state', /^identified$/);
        await expect.poll(shop.cookies).toContain('account');
        // The page has the account's cookie from its server.
        await page.goto(`${origin}/`);
        await page.goto(origin + path);
        await shop.shows('token', /^ada-1815$/);
        await expect.poll(() => views('About Seen')).toEqual([anonymous, 'ada-1815']);
        expect(await html()).not.toMatch(/anonymous-[0-9a-f]|ada-1815/);
      }));
  }
}
