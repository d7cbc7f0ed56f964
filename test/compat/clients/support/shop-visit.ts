import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { lines, type Outcome } from './outcome.js';
import { call, settled, tokenOf } from './visits.js';

/** Looks at a shop, clicks and buys, logs in, searches, filters, clicks, logs out and clicks again. */
export async function shop(page: Page): Promise<void> {
  await settled(page, 1);
  const before = await tokenOf(page);
  await page.click('[data-id=o2] .click');
  await page.click('[data-id=o3] .buy');
  await call(page, 'setUserToken', 'ada-1815');
  await settled(page, 2);
  await page.fill('input[type=search]', 'tea');
  await settled(page, 3);
  await page.click('[data-id=o1] .click');
  await page.click('input[value=Alpha]');
  await settled(page, 4);
  await call(page, 'setUserToken', before);
  await settled(page, 5);
  await page.click('[data-id=o2] .click');
}

/** How many events {@link shop} is: eleven of the page, and InstantSearch's own. */
export const shopEvents = 12;

/** What comes of {@link shop}.
 * @param token Under which it starts and ends. */
export function expectShop(outcome: Outcome, token = 'anonymous'): void {
  const ada = 'ada-1815';
  const searches = [[token], [ada], [ada, 'tea'], [ada, 'tea'], [token, 'tea']];
  expect(outcome.searches).toEqual(searches.map(([by, query = '']) => `products ${by}: ${query}`));
  expectShopEvents(outcome, token, 'instantsearch');
}

/** What {@link shop} sends.
 * @param own The `algoliaSource` of what the page sends itself. */
export function expectShopEvents(outcome: Outcome, token: string, own: string): void {
  const internal = `${own},instantsearch-internal`;
  expect(lines(outcome)).toEqual(
    [
      `${token} Hits Viewed: o1,o2,o3 by ${internal}`,
      `${token} Product Clicked: o2 at 2 by ${own}`,
      `${token} Product Bought: o3 by ${own}`,
      // InstantSearch takes a click on anything in a hit for one on the hit, unless the page sends one.
      `${token} Hit Clicked: o3 at 3 by ${internal}`,
      `ada-1815 Hits Viewed: o1,o2,o3 by ${internal}`,
      `ada-1815 Hits Viewed: o1,o2,o3 by ${internal}`,
      `ada-1815 Product Clicked: o1 at 1 by ${own}`,
      `ada-1815 Filter Applied: brand%3AAlpha by ${internal}`,
      `ada-1815 Hits Viewed: o1,o2,o3 by ${internal}`,
      `${token} Hits Viewed: o1,o2,o3 by ${internal}`,
      `${token} Product Clicked: o2 at 2 by ${own}`,
    ].sort(),
  );
  expect(outcome.telemetry).toMatchObject([{ eventName: '__start__', userToken: token, sessionID: 'a session' }]);
  expect(outcome.agents).toEqual(['insights-middleware']);
  expect(outcome.anonymousTokens).toBe(token === 'anonymous' ? 1 : 0);
}
