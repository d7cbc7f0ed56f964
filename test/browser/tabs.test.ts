import { expect, test } from 'vitest';
import { clickOn, received, useStage } from './harness.js';

// The driver's own flag turns off the back-forward cache, which every visitor has.
const stage = useStage({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });

declare global {
  interface Window {
    /** Tokens in the order in which this page's listener heard them. */
    heard: (string | undefined)[];
  }
}

const rounds = 200;

test(`${rounds} logins and logouts in one tab reach another, each in its order, and no event keeps an old token`, async () => {
  const context = await stage.context();
  const [first, second] = [await stage.open(context), await stage.open(context)];
  await second.evaluate((event) => {
    window.heard = [];
    window.user.on('tokenChanged', ({ userToken }) => {
      window.heard.push(userToken);
      void window.user.track({ ...event, objectIDs: [userToken!] });
    });
  }, clickOn('teapot'));
  const anonymous = await first.evaluate(() => window.user.token);
  await first.evaluate(async (rounds) => {
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2) window.user.logout();
      else window.user.login(`user-${round}`);
      // Into the next task, as a visitor's next click would be.
      await new Promise((resolve) => setTimeout(resolve));
    }
  }, rounds);
  await second.waitForFunction((rounds) => window.heard.length >= rounds, rounds);
  const expected = Array.from({ length: rounds }, (_, round) => (round % 2 ? anonymous : `user-${round}`));
  expect(await second.evaluate(() => window.heard)).toEqual(expected);
  expect(await second.evaluate(() => window.user.flush())).toBe(true);
  expect(received(stage.collector)).toEqual(expected.map((token) => `${token}: ${token}`));
});

test('a denial in one tab erases, and denies in the others', async () => {
  const context = await stage.context();
  const [first, second] = [await stage.open(context), await stage.open(context)];
  await second.evaluate(() => window.user.login('ada-1815'));
  await first.evaluate(() => window.user.consent.deny());
  await second.waitForFunction(() => window.user.consent.state === 'denied');
  expect(await second.evaluate(() => [document.cookie, localStorage.length, window.user.token])).toEqual([
    '',
    0,
    undefined,
  ]);
  expect(await context.cookies()).toEqual([]);
});

test('two instances of one application on a page behave as two tabs do, and those of another hear nothing', async () => {
  const page = await stage.open(await stage.context());
  const states = await page.evaluate(async () => {
    const { createUserToken } = window.usertoken;
    const shared = { apiKey: 'key', consent: 'granted', host: location.origin } as const;
    const create = (appId: string) =>
      createUserToken({ ...shared, appId, cookie: { name: appId, userName: `${appId}_USER` } });
    const [one, two, other] = [create('TWINS'), create('TWINS'), create('OTHER')];
    const heard = new Promise((resolve) => two.on('tokenChanged', resolve));
    one.login('ada-1815');
    await heard;
    const states = [two.state, other.state];
    for (const each of [one, two, other]) each.dispose();
    return states;
  });
  expect(states).toEqual(['identified', 'anonymous']);
});

test('a page keeps its place in the back-forward cache while another tab logs in and out', async () => {
  const context = await stage.context();
  const page = await stage.open(context);
  const other = await stage.open(context);
  await page.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
  for (const id of ['ada-1815', 'grace-1906']) await other.evaluate((id) => window.user.login(id), id);
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => window.wasRestored === true);
  expect(await page.evaluate(() => window.user.token)).toBe('grace-1906');
  await other.evaluate(() => window.user.logout());
  await page.waitForFunction(() => window.user.state === 'loggedOut');
});
