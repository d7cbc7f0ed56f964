import { expect, test } from 'vitest';
import { expectOnce, login, logout, otherSite, trackAndLeave, who } from './actions.js';
import { clickOn, names, received, track, useStage } from './harness.js';

const stage = useStage();

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

test('sends every event of a visit under the token that was in force when it was tracked', async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open();
  const anonymous = (await who(tab)).token!;
  expect(anonymous).toMatch(/^anonymous-[0-9a-f-]{36}$/);
  expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });

  expect(await login(tab, 'ada-1815')).toEqual({ ok: true, token: 'ada-1815' });
  expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous, _ALGOLIA_USER: 'ada-1815' });
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
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
  expect(await tab.cookies()).toEqual({ _ALGOLIA: anonymous });

  expect(received(collector)).toEqual([
    `${anonymous}: teapot`,
    'ada-1815: kettle',
    'ada-1815: kettle',
    'ada-1815: teacup',
    `${anonymous}: strainer`,
  ]);
  expect(collector.events.filter(({ event }) => event.eventSubtype === 'purchase')).toHaveLength(1);
});

// DL-04 of the test cases.
test('sends text/plain without custom headers or cookies, so that no request needs a preflight', async () => {
  const { collector, pages } = stage;
  const tab = await (await stage.profile()).open();
  await track(tab, clickOn('teapot'));
  await trackAndLeave(tab, 'kettle', 1, otherSite(stage));
  await collector.waitForEvents(2);
  expect(collector.requests.map(({ method, preflight }) => [method, preflight])).toEqual([
    ['POST', undefined],
    ['POST', undefined],
  ]);
  for (const { headers, query } of collector.requests) {
    expect(headers.origin).toBe(pages.origin);
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(headers.cookie).toBeUndefined();
    expect(query['X-Algolia-Application-Id']).toBe('app');
  }
});

test('delivers a burst of 1000 events once each, in at most ten requests', async () => {
  const tab = await (await stage.profile()).open();
  const statuses = await tab.evaluate(async (event) => {
    const all = Array.from({ length: 1000 }, (_, n) => window.user.track({ ...event, objectIDs: [`burst${n}`] }));
    return [...new Set((await Promise.all(all)).map(({ status }) => status))];
  }, clickOn('x'));
  expect(statuses).toEqual(['delivered']);
  await expectOnce(stage, tab, names('burst', 1000));
  expect(stage.collector.requests.length).toBeLessThanOrEqual(10);
});
