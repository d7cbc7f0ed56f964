import { expect, test } from 'vitest';
import { clickOn, names, received } from '../../browser/harness.js';
import { expectOnce, login, logout, track, trackMany, who } from '../actions.js';
import type { Stage } from '../harness/stage.js';

const purchase = {
  eventType: 'conversion',
  eventSubtype: 'purchase',
  eventName: 'Product Bought',
  index: 'products',
  objectIDs: ['kettle'],
  objectData: [{ price: 39, quantity: 1 }],
  value: 39,
  currency: 'EUR',
} as const;

/** A visit from the first click to the logout. */
export function story(stage: Stage): void {
  test('every event arrives under the token that was in force when it was tracked', async () => {
    const { collector } = stage;
    const tab = await (await stage.profile()).open();
    const anonymous = (await who(tab)).token!;
    expect(anonymous).toMatch(/^anonymous-[0-9a-f-]{36}$/);
    expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });
    expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });

    expect(await login(tab, 'ada-1815')).toEqual({ ok: true, token: 'ada-1815' });
    expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous, _ALGOLIA_USER: 'ada-1815' });
    expect(await track(tab, purchase)).toEqual({ status: 'delivered' });

    await tab.reload();
    expect(await who(tab)).toEqual({ state: 'identified', token: 'ada-1815' });
    expect(await track(tab, clickOn('teacup'))).toEqual({ status: 'delivered' });

    await logout(tab);
    expect(await who(tab)).toEqual({ state: 'loggedOut', token: anonymous });
    expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });
    expect(await track(tab, clickOn('strainer'))).toEqual({ status: 'delivered' });

    expect(await login(tab, 'ada@example.com')).toMatchObject({ ok: false, reason: 'personal-data' });
    expect(await who(tab)).toEqual({ state: 'loggedOut', token: anonymous });
    expect(received(collector)).toEqual([
      `${anonymous}: teapot`,
      'ada-1815: kettle',
      'ada-1815: teacup',
      `${anonymous}: strainer`,
    ]);
  });

  test('no request needs a preflight: text/plain, no header of our own, no cookie', async () => {
    const { collector } = stage;
    const tab = await (await stage.profile()).open();
    await track(tab, clickOn('teapot'));
    expect(collector.requests.map(({ method, preflight }) => [method, preflight])).toEqual([['POST', undefined]]);
    const { headers, query } = collector.requests[0]!;
    expect(headers.origin).toBe(stage.pages.origin);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(headers.cookie).toBeUndefined();
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(query['X-Algolia-Application-Id']).toBe('app');
  });

  test('1000 events in a burst arrive once, in at most five requests', async () => {
    const tab = await (await stage.profile()).open();
    await trackMany(tab, 'burst', 1000);
    await expectOnce(stage, tab, names('burst', 1000));
    expect(stage.collector.requests.length).toBeLessThanOrEqual(5);
  });
}
