import { expect, test } from 'vitest';
import { clickOn, cookiesOf, received, track, trackMany, useStage } from '../browser/harness.js';

// A name that is no localhost, so that plain http is what it is for a shop.
const stage = useStage({ args: ['--host-resolver-rules=MAP shop.test 127.0.0.1'] });

test('tokens, delivery and tabs work on plain http, without Web Locks and randomUUID', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const origin = `http://shop.test:${stage.pages.port}`;
  const page = await stage.open(context, {}, { origin });
  const has = await page.evaluate(() => ({
    isSecure: isSecureContext,
    locks: 'locks' in navigator,
    uuid: 'randomUUID' in crypto,
    subtle: 'subtle' in crypto,
  }));
  expect(has).toEqual({ isSecure: false, locks: false, uuid: false, subtle: false });
  const token = await page.evaluate(() => window.user.token);
  expect(token).toMatch(/^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });

  const other = await stage.open(context, {}, { origin });
  await page.evaluate(() => window.user.login('ada-1815'));
  await other.waitForFunction(() => window.user.token === 'ada-1815');
  expect(await track(other, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(received(collector)).toEqual([`${token}: teapot`, 'ada-1815: kettle']);
  expect(Object.keys(await cookiesOf(context)).sort()).toEqual(['_ALGOLIA', '_ALGOLIA_USER']);
  expect(await page.evaluate(() => window.usertoken.hashUserToken('jane@example.com', 'salt'))).toBeUndefined();

  // The end of a page hands over what it can without a lock.
  await page.close();
  collector.clear();
  await other.evaluate(() => window.user.dispose());
  const last = await stage.open(context, { batchWindowMs: 60_000 }, { origin });
  await trackMany(last, 'cup', 5);
  await last.goto('about:blank');
  await collector.waitForEvents(5);
  expect(new Set(collector.events.map(({ userToken }) => userToken))).toEqual(new Set(['ada-1815']));
});
