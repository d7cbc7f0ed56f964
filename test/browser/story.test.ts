import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/testing/collector.types.js';
import { clickOn, cookiesOf, received, track, useStage } from './harness.js';

const stage = useStage();
const outageErrors = /Failed to load resource|has been blocked by CORS policy/;

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

const login = (page: Page, id: string) => page.evaluate((given) => window.user.login(given), id);
const who = (page: Page) => page.evaluate(() => ({ state: window.user.state, token: window.user.token }));

test('a visit: every event arrives under the token that was in force when it was tracked', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const page = await stage.open(context);
  const anonymous = (await who(page)).token!;
  expect(anonymous).toMatch(/^anonymous-[0-9a-f-]{36}$/);
  expect(await cookiesOf(context)).toEqual({ _ALGOLIA: anonymous });
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });

  expect(await login(page, 'ada-1815')).toEqual({ ok: true, token: 'ada-1815' });
  expect(await cookiesOf(context)).toEqual({ _ALGOLIA: anonymous, _ALGOLIA_USER: 'ada-1815' });
  expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(await track(page, purchase)).toEqual({ status: 'delivered' });

  await page.reload();
  expect(await who(page)).toEqual({ state: 'identified', token: 'ada-1815' });
  expect(await track(page, clickOn('teacup'))).toEqual({ status: 'delivered' });

  await page.evaluate(() => window.user.logout());
  expect(await who(page)).toEqual({ state: 'loggedOut', token: anonymous });
  expect(await cookiesOf(context)).toEqual({ _ALGOLIA: anonymous });
  expect(await track(page, clickOn('strainer'))).toEqual({ status: 'delivered' });

  expect(await login(page, 'ada@example.com')).toMatchObject({ ok: false, reason: 'personal-data' });
  expect(await who(page)).toEqual({ state: 'loggedOut', token: anonymous });
  expect(await cookiesOf(context)).toEqual({ _ALGOLIA: anonymous });

  expect(received(collector)).toEqual([
    `${anonymous}: teapot`,
    'ada-1815: kettle',
    'ada-1815: kettle',
    'ada-1815: teacup',
    `${anonymous}: strainer`,
  ]);
  expect(collector.events.filter(({ event }) => event.eventSubtype === 'purchase')).toHaveLength(1);
});

test('strategy link: the account travels beside the anonymous token and leaves with the logout', async () => {
  const { collector } = stage;
  const page = await stage.open(await stage.context(), { strategy: 'link' });
  const anonymous = (await who(page)).token;
  await track(page, clickOn('teapot'));
  await login(page, 'ada-1815');
  await track(page, clickOn('kettle'));
  await page.evaluate(() => window.user.logout());
  await track(page, clickOn('teacup'));
  expect(collector.events.map(({ userToken }) => userToken)).toEqual([anonymous, anonymous, anonymous]);
  expect(collector.events.map((event) => event.authenticatedUserToken)).toEqual([undefined, 'ada-1815', undefined]);
});

test('DL-04: requests to another origin need no preflight: text/plain, no header of our own', async () => {
  const { collector, pages } = stage;
  const page = await stage.open(await stage.context());
  await track(page, clickOn('teapot'));
  await page.evaluate((event) => {
    window.user.track(event);
    location.assign('/next');
  }, clickOn('kettle'));
  await page.waitForURL('**/next');
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

test('a burst of 1000 events is delivered once each, in far fewer requests', async () => {
  const { collector } = stage;
  const page = await stage.open(await stage.context());
  const statuses = await page.evaluate(async () => {
    const event = { eventName: 'Product Clicked', index: 'products' };
    const all = Array.from({ length: 1000 }, (_, n) =>
      window.user.clickedObjectIDs({ ...event, objectIDs: [`p${n}`] }),
    );
    return [...new Set((await Promise.all(all)).map(({ status }) => status))];
  });
  expect(statuses).toEqual(['delivered']);
  expect(collector.events).toHaveLength(1000);
  expect(new Set(received(collector)).size).toBe(1000);
  expect(collector.requests.length).toBeLessThanOrEqual(10);
});

const outages: readonly (readonly [string, Fault])[] = [
  ['answers 503', { status: 503 }],
  ['answers 503 without CORS headers', { status: 503, cors: false }],
  ['answers 429', { status: 429, retryAfter: 1 }],
  ['drops connections', { drop: true }],
  ['hangs', { hang: true }],
];

test.each(outages)(
  'an API that %s for a while loses nothing, duplicates nothing, relabels nothing',
  async (_, fault) => {
    const { collector } = stage;
    stage.expectErrors(outageErrors);
    const page = await stage.open(await stage.context(), { requestTimeoutMs: 500 });
    const anonymous = (await who(page)).token;
    collector.setFault(fault);
    await page.evaluate((event) => {
      window.receipts = [window.user.track(event)];
    }, clickOn('teapot'));
    await collector.waitForRequests(1);
    await login(page, 'ada-1815');
    await page.evaluate((event) => void window.receipts.push(window.user.track(event)), clickOn('kettle'));
    await collector.waitForRequests(2, { timeoutMs: 15_000 });
    expect(collector.events).toEqual([]);
    collector.setFault(null);

    await collector.waitForEvents(2, { timeoutMs: 20_000 });
    expect(await page.evaluate(() => window.user.flush())).toBe(true);
    expect(received(collector).sort()).toEqual(['ada-1815: kettle', `${anonymous}: teapot`].sort());
  },
);

test('an outage of the network, as the browser knows it, is waited out without a request', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const page = await stage.open(context);
  await context.setOffline(true);
  await page.evaluate((event) => {
    window.receipts = [window.user.track(event)];
  }, clickOn('teapot'));
  expect(await page.evaluate(() => window.user.delivery.getSnapshot().value)).toBe('offline');
  await context.setOffline(false);
  expect(await page.evaluate(() => Promise.all(window.receipts))).toEqual([{ status: 'delivered' }]);
  expect(collector.events).toHaveLength(1);
  expect(collector.requests).toHaveLength(1);
});
