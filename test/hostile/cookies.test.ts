import { afterAll, beforeAll, expect, test } from 'vitest';
import { clickOn, cookiesOf, received, track, useStage } from '../browser/harness.js';
import { type PageServer, servePages } from '../browser/page-server.js';
import { selfSigned } from '../browser/self-signed.js';

// Every name leads here, so that one page can be the sibling of another.
const stage = useStage({ args: ['--host-resolver-rules=MAP *.shop.test 127.0.0.1'] });
let secure: PageServer;
beforeAll(async () => {
  secure = await servePages(selfSigned('*.shop.test'));
});
afterAll(() => secure.close());

/** What a script on a sibling sub-domain plants for all of them. */
const plant = (names: readonly string[], value: string) => {
  for (const name of names) {
    for (const path of ['/', '/shop', '/shop/tea']) {
      document.cookie = `${name}=${value}; Domain=shop.test; Path=${path}; Max-Age=9999999`;
    }
  }
};
const userNames = ['_ALGOLIA_USER', '__Host-_ALGOLIA_USER'];

test('on https a user that a sibling sub-domain plants never acts: before, during or after a login', async () => {
  const { collector } = stage;
  const context = await stage.context({ ignoreHTTPSErrors: true });
  const sibling = await context.newPage();
  await sibling.goto(`https://evil.shop.test:${secure.port}/`);
  await sibling.evaluate(`(${plant})(${JSON.stringify(userNames)}, 'mallory')`);
  expect(await cookiesOf(context)).toMatchObject({ _ALGOLIA_USER: 'mallory' });
  expect(await cookiesOf(context)).not.toHaveProperty('__Host-_ALGOLIA_USER');

  const origin = `https://www.shop.test:${secure.port}`;
  const page = await stage.open(context, {}, { origin, path: '/shop/tea' });
  expect(await page.evaluate(() => window.user.state)).toBe('anonymous');
  const anonymous = await page.evaluate(() => window.user.token);
  await track(page, clickOn('teapot'));
  await page.evaluate(() => window.user.login('ada-1815'));
  await sibling.evaluate(`(${plant})(${JSON.stringify(userNames)}, 'mallory')`);
  await page.reload();
  expect(await page.evaluate(() => window.user.token)).toBe('ada-1815');
  await track(page, clickOn('kettle'));
  await page.evaluate(() => window.user.logout());
  await sibling.evaluate(`(${plant})(${JSON.stringify(userNames)}, 'mallory')`);
  await page.reload();
  expect(await page.evaluate(() => window.user.state)).toBe('anonymous');
  await track(page, clickOn('cup'));
  expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle', `${anonymous}: cup`]);
});

test('on plain http a planted user does not act when the application says who is logged in', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const origin = (name: string) => `http://${name}.shop.test:${stage.pages.port}`;
  const sibling = await context.newPage();
  await sibling.goto(`${origin('evil')}/`);
  await sibling.evaluate(`(${plant})(${JSON.stringify(userNames)}, 'mallory')`);
  for (const [user, token] of [
    ['ada-1815', /^ada-1815$/],
    [null, /^anonymous-/],
  ] as const) {
    const page = await stage.open(context, { user }, { origin: origin('www'), path: '/shop/tea' });
    expect(await page.evaluate(() => window.user.token)).toMatch(token);
    expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
    await page.close();
    await sibling.evaluate(`(${plant})(${JSON.stringify(userNames)}, 'mallory')`);
  }
  expect(collector.events.map(({ userToken }) => userToken)).not.toContain('mallory');
});

test('a planted cookie that is no anonymous token is replaced, and a login acts over it', async () => {
  const { collector } = stage;
  const context = await stage.context({ ignoreHTTPSErrors: true });
  const sibling = await context.newPage();
  await sibling.goto(`https://evil.shop.test:${secure.port}/`);
  for (const value of ['mallory', 'anonymous-jane@example.com', `anonymous-${'x'.repeat(4000)}`, 'anonymous-%00']) {
    await sibling.evaluate(`(${plant})(['_ALGOLIA'], ${JSON.stringify(value)})`);
    const page = await stage.open(context, {}, { origin: `https://www.shop.test:${secure.port}`, path: '/shop/tea' });
    expect(await page.evaluate(() => window.user.token)).toMatch(/^anonymous-[0-9a-f-]{36}$/);
    await page.evaluate(() => window.user.login('ada-1815'));
    await track(page, clickOn('teapot'));
    await page.evaluate(() => window.user.logout());
    await page.close();
  }
  expect(new Set(collector.events.map(({ userToken }) => userToken))).toEqual(new Set(['ada-1815']));
});

test('finds its own cookies among as many foreign and malformed ones as a header holds, and changes no other', async () => {
  const context = await stage.context();
  await context.addInitScript(() => {
    if (location.protocol === 'about:' || document.cookie.length > 1_000) return;
    document.cookie = 'nameless; Path=/';
    document.cookie = '=empty name; Path=/';
    document.cookie = 'percent=%E0%A4%A%; Path=/';
    document.cookie = 'quoted="a\\"b, c"; Path=/';
    document.cookie = 'x_ALGOLIA=anonymous-foreign; Path=/';
    document.cookie = '_ALGOLIA_X=anonymous-foreign; Path=/';
    document.cookie = '_algolia=anonymous-foreign; Path=/';
    document.cookie = 'json={"_ALGOLIA":"_ALGOLIA=anonymous-foreign"}; Path=/';
    for (let n = 0; n < 100; n += 1) document.cookie = `foreign${n}=${'v'.repeat(100)}; Path=/`;
  });
  const page = await stage.open(context);
  const token = await page.evaluate(() => window.user.token);
  expect(token).not.toBe('anonymous-foreign');
  const foreign = async () =>
    (await context.cookies())
      .filter(({ name }) => !/^_ALGOLIA(_USER)?$/.test(name))
      .map(({ name, value }) => name + value);
  const before = await foreign();
  expect(before.length).toBeGreaterThan(105);
  await page.evaluate(() => window.user.login('ada-1815'));
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  await page.reload();
  expect(await page.evaluate(() => window.user.token)).toBe('ada-1815');
  await page.evaluate(() => window.user.logout());
  expect(await page.evaluate(() => window.user.token)).toBe(token);
  await page.evaluate(() => window.user.consent.deny());
  expect(await cookiesOf(context)).not.toHaveProperty('_ALGOLIA');
  expect(await foreign()).toEqual(before);
});
