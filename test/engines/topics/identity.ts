import { expect, test } from 'vitest';
import { clickOn } from '../../browser/harness.js';
import { login, logout, track, who } from '../actions.js';
import type { Stage } from '../harness/stage.js';

/** Login and logout, over pages and with either strategy. */
export function identity(stage: Stage): void {
  test('strategy link: the account travels beside the anonymous token and leaves with the logout', async () => {
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

  test('a login is known after a reload and in a tab opened later, and so is a logout', async () => {
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

  test('remember page: a reload knows no user, and no cookie ever did', async () => {
    const tab = await (await stage.profile()).open({ remember: 'page' });
    const anonymous = (await who(tab)).token!;
    await login(tab, 'ada-1815');
    expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });
    await tab.reload();
    expect(await who(tab)).toEqual({ state: 'anonymous', token: anonymous });
  });

  test('onLogout renew: who comes next has another anonymous token', async () => {
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
}
