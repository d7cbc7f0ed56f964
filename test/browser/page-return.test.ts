import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { clickOn, cookiesOf, openPlainBrowser, received, track, untilExit, useStage } from './harness.js';

// The driver's own flag turns off the back-forward cache, which every visitor has.
const stage = useStage({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });

const stateOf = (page: Page) => page.evaluate(() => ({ state: window.user.state, token: window.user.token }));

test('a page that comes to lie behind another tab sends what waits, long before the batch window ends', async () => {
  const { collector } = stage;
  const { context, close } = await openPlainBrowser();
  try {
    stage.watch(context);
    const page = await stage.open(context, untilExit);
    await page.evaluate((event) => void window.user.track(event), clickOn('teapot'));
    expect(await page.evaluate(() => document.visibilityState)).toBe('visible');
    expect(collector.requests).toHaveLength(0);
    await context.newPage();
    await collector.waitForEvents(1);
    expect(await page.evaluate(() => document.visibilityState)).toBe('hidden');

    await page.bringToFront();
    await page.evaluate(() => window.user.flush());
    expect(collector.events).toHaveLength(1);
  } finally {
    await close();
  }
});

/** Goes back to a page that the browser has kept. The driver's own `goBack` waits for a load that never comes. */
async function goBack(page: Page): Promise<void> {
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => window.wasRestored === true);
}

test('a page that comes back from the back-forward cache is who the visitor is by now', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const page = await stage.open(context);
  const anonymous = (await stateOf(page)).token!;
  await page.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
  const other = await stage.open(context);
  await other.evaluate(() => window.user.login('ada-1815'));

  await goBack(page);
  expect(await stateOf(page)).toEqual({ state: 'identified', token: 'ada-1815' });
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });

  await page.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
  await other.evaluate(() => window.user.logout());
  await goBack(page);
  expect(await stateOf(page)).toEqual({ state: 'loggedOut', token: anonymous });
  expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(received(collector)).toEqual(['ada-1815: teapot', `${anonymous}: kettle`]);
});

test('events of a page that went into the back-forward cache are not sent again when it comes back', async () => {
  const { collector } = stage;
  const page = await stage.open(await stage.context());
  await page.evaluate(
    ([event, address]) => {
      window.user.track(event);
      location.assign(address);
    },
    [clickOn('teapot'), stage.pages.url(undefined, { path: '/elsewhere' })] as const,
  );
  await page.waitForURL('**/elsewhere*');
  await collector.waitForEvents(1);
  await goBack(page);
  expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(received(collector).map((line) => line.replace(/.*: /, ''))).toEqual(['teapot', 'kettle']);
});

test('a login in one tab is known in another after a reload, and in a tab opened later', async () => {
  const context = await stage.context();
  const [first, second] = [await stage.open(context), await stage.open(context)];
  await first.evaluate(() => window.user.login('ada-1815'));
  await second.reload();
  expect(await stateOf(second)).toEqual({ state: 'identified', token: 'ada-1815' });
  expect(await stateOf(await stage.open(context))).toEqual({ state: 'identified', token: 'ada-1815' });

  await second.evaluate(() => window.user.logout());
  await first.reload();
  const { _ALGOLIA: anonymous } = await cookiesOf(context);
  expect(await stateOf(first)).toEqual({ state: 'anonymous', token: anonymous });
});
