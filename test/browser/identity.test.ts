import { expect, test } from 'vitest';
import { login, logout, who } from './actions.js';
import { clickOn, track, useStage } from './harness.js';

const stage = useStage();

test("with strategy 'link' the account travels with the anonymous token until the logout", async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open({ strategy: 'link' });
  const anonymous = (await who(tab)).token;
  await track(tab, clickOn('teapot'));
  await login(tab, 'ada-1815');
  await track(tab, clickOn('kettle'));
  await logout(tab);
  await track(tab, clickOn('teacup'));
  expect(collector.events.map(({ userToken }) => userToken)).toEqual([anonymous, anonymous, anonymous]);
  expect(collector.events.map((event) => event.authenticatedUserToken)).toEqual([undefined, 'ada-1815', undefined]);
});

test('another tab knows a login and a logout after a reload, and a tab that opens later does at once', async () => {
  const profile = await stage.profile();
  const [first, second] = [await profile.open(), await profile.open()];
  await login(first, 'ada-1815');
  await second.reload();
  expect(await who(second)).toEqual({ state: 'identified', token: 'ada-1815' });
  expect(await who(await profile.open())).toEqual({ state: 'identified', token: 'ada-1815' });
  await logout(second);
  await first.reload();
  const { _ALGOLIA: anonymous } = await first.cookies();
  expect(await who(first)).toEqual({ state: 'anonymous', token: anonymous });
});

test("with remember: 'page' a login writes no cookie and a reload forgets it", async () => {
  const tab = await (await stage.profile()).open({ remember: 'page' });
  const anonymous = (await who(tab)).token!;
  await login(tab, 'ada-1815');
  expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });
  await tab.reload();
  expect(await who(tab)).toEqual({ state: 'anonymous', token: anonymous });
});

test("with onLogout: 'renew' a logout makes a new anonymous token", async () => {
  const tab = await (await stage.profile()).open({ onLogout: 'renew' });
  const before = (await who(tab)).token;
  await login(tab, 'ada-1815');
  await logout(tab);
  const after = (await who(tab)).token!;
  expect(after).toMatch(/^anonymous-/);
  expect(after).not.toBe(before);
  expect(await tab.cookies()).toEqual({ _ALGOLIA: after });
});

test('two profiles of one browser are two visitors', async () => {
  const first = await stage.profile();
  const tab = await first.open();
  const { token } = await who(tab);
  await login(tab, 'ada-1815');
  await first.close();
  const other = await who(await (await stage.profile()).open());
  expect(other.state).toBe('anonymous');
  expect(other.token).not.toBe(token);
});

test('two instances of one application on a page share a login, and one of another application does not', async () => {
  const tab = await (await stage.profile()).open();
  const states = await tab.evaluate(async () => {
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

// cases-2, W09: assistant-ui/assistant-ui#6483
test('two tabs that a new visitor opens at the same moment send under one token', async () => {
  const profile = await stage.profile();
  for (const round of [1, 2, 3, 4, 5]) {
    // Applications share neither cookies nor events here, so each round begins with a new visitor.
    const options = { appId: `app${round}`, cookie: { name: `token${round}` } };
    const tabs = await Promise.all([profile.newTab(), profile.newTab()]);
    await Promise.all(tabs.map((tab) => tab.goto(stage.shopUrl(options))));
    for (const tab of tabs) expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });
    const tokens = stage.collector.events.map(({ userToken }) => userToken);
    expect(tokens).toHaveLength(2);
    expect(tokens[1]).toBe(tokens[0]);
    stage.collector.clear();
    for (const tab of tabs) await tab.close();
  }
});
