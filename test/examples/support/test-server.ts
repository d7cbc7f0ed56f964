import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Stage } from '../../browser/harness.js';
import type { Served } from './serve.js';
import { shopOn } from './walk.js';

/** What the server rendered into a page's HTML under a hook, as a browser shows it that runs no script. */
async function served(page: Page, address: string): Promise<(hook: string) => string | undefined> {
  const html = await (await page.goto(address))!.text();
  return (hook) => new RegExp(`data-test="${hook}"[^>]*>([^<]*)<`).exec(html)?.[1];
}

/** The tests of an example that renders on a server, besides the walk. */
export function testServer(stage: Stage, serve: () => Promise<Served>, needsScript = false): void {
  async function withShop(use: (address: string, server: Served) => Promise<void>) {
    const server = await serve();
    try {
      await use(`${server.origin}/`, server);
    } finally {
      // Their pages may still prefetch.
      await Promise.all(stage.browser.contexts().map((context) => context.close()));
      await server.close();
    }
  }

  test('goes on in the page under the token of the HTML, and nothing is hydrated anew', () =>
    withShop(async (address) => {
      const page = await (await stage.context()).newPage();
      const said: string[] = [];
      page.on('console', (message) => said.push(message.text()));
      // Each text that is ever shown as the token, from the HTML on.
      await page.addInitScript(() => {
        const shown: string[] = [];
        const look = () => {
          const text = document.querySelector('[data-test="token"]')?.textContent;
          if (text && text !== shown.at(-1)) shown.push(text);
        };
        new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
        Object.assign(window, { shown });
      });
      const shop = shopOn(page);
      const expectOneToken = async (state: string) => {
        const rendered = await served(page, address);
        await shop.shows('last-event', /^Products Seen: /);
        expect(rendered('state')).toBe(state);
        expect(await shop.text('state')).toBe(state);
        expect(await shop.text('token')).toBe(rendered('token'));
        expect(await page.evaluate(() => (window as never as { shown: string[] }).shown)).toEqual([rendered('token')]);
        return rendered('token');
      };

      await expectOneToken('anonymous');
      await shop.press('grant');
      await expect.poll(shop.cookies).toContain('consent');
      const anonymous = await expectOneToken('anonymous');
      expect(await expectOneToken('anonymous')).toBe(anonymous);
      await shop.press('login');
      await shop.shows('token', /^ada-1815$/);
      expect(await expectOneToken('identified')).toBe('ada-1815');
      await shop.press('logout');
      await shop.shows('state', /^loggedOut$/);
      expect(await shop.text('token')).toBe(anonymous);
      expect(await expectOneToken('anonymous')).toBe(anonymous);
      expect(said).toEqual([]);
    }));

  if (!needsScript)
    test('serves a visitor whose browser runs no script', () =>
      withShop(async (address) => {
        const context = await stage.context({ javaScriptEnabled: false });
        const page = await context.newPage();
        const shop = shopOn(page);
        await page.goto(address);
        await shop.press('grant');
        await shop.shows('consent', /^granted$/);
        const anonymous = await shop.text('token');
        await shop.press('login');
        await shop.shows('state', /^identified$/);
        expect(await shop.text('token')).toBe('ada-1815');
        await shop.press('logout');
        await shop.shows('state', /^anonymous$/);
        expect(await shop.text('token')).toBe(anonymous);
        await shop.press('deny');
        await shop.shows('token', /^none$/);
        expect(await shop.cookies()).toEqual(['consent']);
      }));

  test('sends what waits before its process ends', () =>
    withShop(async (address, server) => {
      const { collector } = stage;
      const isPurchase = (event: object) => 'eventName' in event && event.eventName === 'Cart Bought';
      const page = await (await stage.context()).newPage();
      const shop = shopOn(page);
      await page.goto(address);
      await shop.press('grant');
      await shop.press('login');
      await shop.shows('token', /^ada-1815$/);
      await shop.press('add-cup');
      // Without a flush the process would be gone by then.
      collector.setFault({ times: 1, retryAfter: 2, when: (events) => events.some(isPurchase) });
      await shop.press('buy');
      await shop.shows('last-event', /^Cart Bought: /);
      await expect.poll(() => collector.requests.filter(({ status }) => status === 503)).toHaveLength(1);
      await page.close();
      await server.close();
      expect(collector.events.filter(({ event }) => isPurchase(event)).map(({ userToken }) => userToken)).toEqual([
        'ada-1815',
      ]);
    }));
}
