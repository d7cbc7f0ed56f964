import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Collector } from '../../../src/testing/index.js';

/** What a visitor does in a browser, whatever drives it. */
export interface Visitor {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  /** Clicks on the element that matches, once it is there. */
  click(selector: string): Promise<unknown>;
  /** The text of the element that matches. */
  textOf(selector: string): Promise<string | null>;
  /** Names of the cookies that the browser keeps. */
  cookieNames(): Promise<readonly string[]>;
}

/** A visitor whom Playwright drives. */
export const visitorOn = (page: Page): Visitor => ({
  goto: (url) => page.goto(url),
  reload: () => page.reload(),
  click: (selector) => page.locator(selector).click(),
  textOf: (selector) => page.locator(selector).textContent(),
  cookieNames: async () => (await page.context().cookies()).map(({ name }) => name),
});

/** The hooks that every example has, as `data-test`. */
export function shopOf(visitor: Visitor) {
  const at = (hook: string) => `[data-test="${hook}"]`;
  const text = async (hook: string) => (await visitor.textOf(at(hook)))?.trim();
  return {
    press: (hook: string) => visitor.click(at(hook)),
    text,
    shows: (hook: string, expected: string | RegExp) =>
      expect.poll(() => text(hook), { message: hook }).toMatch(expected),
    cookies: async () => [...(await visitor.cookieNames())].sort(),
  };
}

export const shopOn = (page: Page) => shopOf(visitorOn(page));

/** What the collector has, one line for each event: `token: name of the event`. */
const arrived = (collector: Collector) =>
  collector.events.map(({ event, userToken }) => `${userToken}: ${event.eventName} ${event.objectIDs}`);

/** What a shop shows and sends where not all examples are alike. */
export interface Surface {
  /** Whether there is a token before a choice, and what is tracked then waits for it. */
  readonly waitsForConsent: boolean;
  /** What the last event is said to be, once the cart is bought. */
  readonly boughtSays: RegExp;
  /** The state after a logout. */
  readonly afterLogout: RegExp;
  /** What the last event is said to be when a page opens for a visitor who refused. */
  readonly refusedSays: RegExp;
  /** Names of the cookies that are the shop's own. */
  readonly ownCookies: readonly string[];
}

/** What `usertoken` in the page makes of it. */
export const fullSurface: Surface = {
  waitsForConsent: true,
  boughtSays: /^Cart Bought: delivered$/,
  afterLogout: /^loggedOut$/,
  refusedSays: /^Products Seen: dropped$/,
  ownCookies: [],
};

/** Walks through a shop as a visitor does: looks before a choice, allows, logs in, buys, reloads, logs out, refuses. */
export async function walkThrough(
  visitor: Visitor,
  address: string,
  collector: Collector,
  surface: Surface,
): Promise<void> {
  const { waitsForConsent, boughtSays, afterLogout, refusedSays, ownCookies } = surface;
  const shop = shopOf(visitor);
  const tokenCookies = async () => (await shop.cookies()).filter((name) => !ownCookies.includes(name));
  const expected: string[] = [];
  const expectArrived = async (...lines: string[]) => {
    expected.push(...lines);
    await expect.poll(() => arrived(collector).sort()).toEqual([...expected].sort());
  };

  await visitor.goto(address);
  await shop.shows('consent', /^pending$/);
  await shop.shows('state', /^anonymous$/);
  const before = await shop.text('token');
  expect(before).toMatch(waitsForConsent ? /^anonymous-/ : /^none$/);
  await shop.press('look-teapot');
  await shop.shows('last-event', waitsForConsent ? /^Product Clicked: stored$/ : /^Product Clicked: (dropped|queued)$/);
  expect(await tokenCookies()).toEqual([]);
  await expectArrived();

  await shop.press('grant');
  await shop.shows('consent', /^granted$/);
  await shop.shows('token', /^anonymous-/);
  const anonymous = (await shop.text('token'))!;
  if (waitsForConsent) expect(anonymous).toBe(before);
  const all = 'teapot,kettle,cup,tin';
  await expectArrived(
    `${anonymous}: Products Seen ${all}`,
    ...(waitsForConsent ? [`${anonymous}: Product Clicked teapot`] : []),
  );

  await shop.press('login');
  await shop.shows('state', /^identified$/);
  await shop.shows('token', /^ada-1815$/);
  await shop.press('add-teapot');
  await shop.press('add-tin');
  await shop.shows('cart', /^Teapot, Tea tin$/);
  await shop.press('buy');
  await shop.shows('cart', /^Empty$/);
  await shop.shows('last-event', boughtSays);
  await expectArrived(
    'ada-1815: Product Added teapot',
    'ada-1815: Product Added tin',
    'ada-1815: Cart Bought teapot,tin',
  );
  const bought = collector.events.find(({ event }) => event.eventName === 'Cart Bought')!.event;
  expect(bought).toMatchObject({ eventSubtype: 'purchase', value: 43.5, currency: 'EUR' });

  await visitor.reload();
  await shop.shows('state', /^identified$/);
  await shop.shows('token', /^ada-1815$/);
  await shop.shows('consent', /^granted$/);
  await expectArrived(`ada-1815: Products Seen ${all}`);

  await shop.press('logout');
  await shop.shows('state', afterLogout);
  await shop.shows('token', new RegExp(`^${anonymous}$`));
  await shop.press('look-cup');
  await expectArrived(`${anonymous}: Product Clicked cup`);

  await shop.press('deny');
  await shop.shows('consent', /^denied$/);
  await shop.shows('token', /^none$/);
  await expect.poll(tokenCookies).toEqual([]);
  await shop.press('look-kettle');
  await shop.shows('last-event', /^Product Clicked: dropped$/);
  await visitor.reload();
  await shop.shows('consent', /^denied$/);
  await shop.shows('last-event', refusedSays);
  await expectArrived();
  expect(collector.requests.filter(({ status }) => status !== 200)).toEqual([]);
}

/** Expects the page to fit a width without sideways scrolling, and controls that a finger hits. */
export async function expectToFit(page: Page, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 800 });
  const { scrollWidth, small, nameless } = await page.evaluate(() => {
    const buttons = [...document.querySelectorAll<HTMLElement>('button:not([hidden])')];
    return {
      scrollWidth: document.documentElement.scrollWidth,
      small: buttons.filter((button) => button.getBoundingClientRect().height < 44).map((button) => button.outerHTML),
      nameless: buttons.filter((button) => !button.textContent?.trim()).map((button) => button.outerHTML),
    };
  });
  expect({ scrollWidth, small, nameless }).toEqual({ scrollWidth: width, small: [], nameless: [] });
}
