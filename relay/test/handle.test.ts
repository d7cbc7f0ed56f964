import { createCollector } from 'usertoken/testing';
import { expect, it } from 'vitest';
import { createRelay, memoryStore, type RelayStore } from '../src/index.js';
import { apiKey, appId, click, listLog, setup, token } from './setup.js';

it('answers with what it accepted, knew already and rejected, and names the bad event', async () => {
  const { send, collector } = await setup();
  const [first, second] = [click(), click()];
  await send([first]);
  const bad = click({ userToken: 'anna@example.com' });
  const response = await send([first, second, bad]);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    accepted: 1,
    duplicates: 1,
    rejected: [{ id: bad.id, reason: 'invalid-token', message: '"userToken" must be a pseudonymous id.' }],
  });
  await collector.waitForEvents(2);
  expect(collector.events.map(({ event }) => event)).toMatchObject([
    { objectIDs: first.objectIDs },
    { objectIDs: second.objectIDs },
  ]);
  // Ids are the relay's business.
  expect(collector.events.some(({ event }) => 'id' in event)).toBe(false);
});

it('takes requests of search-insights, whose events have no ids', async () => {
  const { post, collector } = await setup();
  const { id: _, ...event } = click();
  const path = `/t/1/events?X-Algolia-Application-Id=${appId}&X-Algolia-API-Key=ignored&X-Algolia-Agent=insights-js`;
  expect((await post({ events: [event] }, { path })).status).toBe(200);
  expect((await post({ events: [event] }, { path })).status).toBe(200);
  await collector.waitForEvents(2);
});

it('gives an event without a time the time at which it came', async () => {
  const { send, collector } = await setup();
  const before = Date.now();
  await send([click(), click({ timestamp: before - 5_000 })]);
  const [now, given] = await collector.waitForEvents(2);
  expect(now!.event.timestamp).toBeGreaterThanOrEqual(before);
  expect(given!.event.timestamp).toBe(before - 5_000);
});

const withEvents = (events: unknown) => JSON.stringify({ appId, events });
const refusals: readonly [title: string, status: number, code: string, body: string, init?: object][] = [
  ['an unknown application', 403, 'unknown-application', JSON.stringify({ appId: 'Other', events: [click()] })],
  ['no application', 403, 'unknown-application', JSON.stringify({ events: [click()] })],
  ['a wrong origin', 403, 'origin-not-allowed', withEvents([click()]), { headers: { origin: 'https://evil.example' } }],
  ['an opaque origin', 403, 'origin-not-allowed', withEvents([click()]), { headers: { origin: 'null' } }],
  ['a body that is too large', 413, 'too-large', withEvents([click({ filler: 'x'.repeat(2_097_152) })])],
  ['too many events', 422, 'too-many', withEvents(Array.from({ length: 1_001 }, () => ({})))],
  ['a body that is not JSON', 400, 'not-json', '<events/>'],
  ['an empty body', 400, 'not-json', ''],
  ['no list of events', 400, 'no-events', JSON.stringify({ appId })],
  ['an empty list', 400, 'no-events', withEvents([])],
  ['events without ids', 400, 'no-ids', withEvents([{ ...click(), id: undefined }])],
  ['nothing but a bad token', 422, 'invalid-token', withEvents([click({ userToken: '+4915112345678' })])],
  ['nothing but an event that is none', 422, 'not-an-event', withEvents([7])],
  ['an event that is too large', 422, 'too-large', withEvents([click({ filler: 'x'.repeat(300_000) })])],
  ['a wrong method', 405, 'wrong-method', '', { method: 'GET', body: undefined }],
  ['a wrong path', 404, 'not-found', '', { path: '/elsewhere' }],
];
it.each(refusals)(
  'refuses %s with a status, a code and a sentence, and stores nothing',
  async (_, status, code, body, init) => {
    const store = memoryStore();
    const { post, relay } = await setup({ store });
    const isGet = Object(init).method === 'GET';
    const response = isGet ? await relay.handle(new Request('http://shop.example/events')) : await post(body, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status, code, message: expect.stringMatching(/^.{20,}\.$/) });
    expect(await store.size(appId)).toEqual({ events: 0, oldestAt: undefined });
  },
);

it('answers pages of its own host and of listed origins, and lets the latter read the answer', async () => {
  const { send, relay } = await setup({ origins: ['https://shop.example'] });
  const same = await send([click()], {
    headers: { 'x-forwarded-host': 'other.example', origin: 'https://other.example' },
  });
  expect(same.status).toBe(200);
  expect(same.headers.get('access-control-allow-origin')).toBeNull();
  const listed = await send([click()], { headers: { origin: 'https://shop.example' } });
  expect(listed.status).toBe(200);
  expect(listed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
  const preflight = await relay.handle(
    new Request('http://t.example/events', { method: 'OPTIONS', headers: { origin: 'https://shop.example' } }),
  );
  expect(preflight.status).toBe(204);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST');
});

it('lets a page read why it was refused', async () => {
  const { post } = await setup({ origins: ['https://shop.example'] });
  const response = await post('{', { headers: { origin: 'https://shop.example' } });
  expect(response.status).toBe(400);
  expect(response.headers.get('access-control-allow-origin')).toBe('https://shop.example');
});

it('rejects an event in the name of an account that is not logged in', async () => {
  const { send, collector } = await setup({
    authorize: (request) => request.headers.get('cookie')?.replace('session=', '') ?? null,
  });
  const mine = click({ userToken: 'account-1' });
  const forged = click({ userToken: 'account-2' });
  const linked = click({ authenticatedUserToken: 'account-2' });
  const anonymous = click();
  const response = await send([mine, forged, linked, anonymous], { headers: { cookie: 'session=account-1' } });
  expect(await response.json()).toMatchObject({
    accepted: 2,
    rejected: [
      { id: forged.id, reason: 'forged-token' },
      { id: linked.id, reason: 'forged-token' },
    ],
  });
  const alone = await send([forged]);
  expect(alone.status).toBe(422);
  expect(await alone.json()).toMatchObject({ code: 'forged-token' });
  const events = await collector.waitForEvents(2);
  expect(events.map(({ event }) => event.userToken)).toEqual(['account-1', token]);
});

it('lets a session speak for several accounts', async () => {
  const { send } = await setup({ authorize: async () => ['account-1', 'account-2'] });
  const response = await send(['account-1', 'account-2', 'account-3'].map((userToken) => click({ userToken })));
  expect(await response.json()).toMatchObject({ accepted: 2, rejected: [{ reason: 'forged-token' }] });
});

it('stores nothing while nobody can say who is logged in', async () => {
  const store = memoryStore();
  const { send, log } = await setup({
    store,
    authorize: () => {
      throw new Error(`no session for ${token}`);
    },
  });
  const response = await send([click()]);
  expect(response.status).toBe(503);
  expect(response.headers.get('retry-after')).toBe('5');
  expect(await response.json()).toMatchObject({ code: 'authorize-failed' });
  expect((await store.size(appId)).events).toBe(0);
  expect(log.lines.join()).not.toContain(token);
});

it('says at the start that nobody checks accounts', async () => {
  const { log } = await setup();
  expect(log.lines).toEqual([expect.stringContaining('Without "authorize" anyone can write events')]);
});

it('answers 503 with Retry-After when the store fails, and takes the events again afterwards', async () => {
  const working = memoryStore();
  let isFull = true;
  const store: RelayStore = {
    ...working,
    add: async (...args) => {
      if (isFull) throw new Error('database or disk is full');
      return working.add(...args);
    },
  };
  const { send, relay, collector } = await setup({ store });
  const event = click();
  const refused = await send([event]);
  expect(refused.status).toBe(503);
  expect(refused.headers.get('retry-after')).toBe('5');
  expect(await refused.json()).toMatchObject({ code: 'store-unavailable' });
  expect((await relay.handle(new Request('http://t.example/health'))).status).toBe(503);
  isFull = false;
  expect((await send([event])).status).toBe(200);
  await collector.waitForEvents(1);
  expect((await relay.handle(new Request('http://t.example/health'))).status).toBe(200);
});

it('limits the events of an address', async () => {
  const { send } = await setup({ eventsPerMinute: 1_000 });
  const many = () => Array.from({ length: 600 }, () => click());
  expect((await send(many(), { address: '203.0.113.7' })).status).toBe(200);
  const refused = await send(many(), { address: '203.0.113.7' });
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect((await send(many(), { address: '203.0.113.8' })).status).toBe(200);
});

it('limits the events of a token where it knows no address', async () => {
  const { send } = await setup({ eventsPerMinute: 1_000 });
  const many = (userToken = token) => Array.from({ length: 600 }, () => click({ userToken }));
  expect((await send(many())).status).toBe(200);
  expect((await send(many())).status).toBe(429);
  expect((await send(many('anonymous-another'))).status).toBe(200);
});

it('renews the cookie of the anonymous token that a request shows', async () => {
  const { send } = await setup({ cookie: true });
  const cookie = `theme=dark; _ALGOLIA=${token}`;
  const plain = await send([click()], { headers: { cookie, origin: 'http://shop.example', host: 'shop.example' } });
  expect(plain.headers.getSetCookie()).toEqual([
    expect.stringMatching(new RegExp(`^_ALGOLIA=${token}; .*Max-Age=15552000`)),
  ]);
  const secure = await send([click()], { headers: { cookie, origin: 'https://shop.example', host: 'shop.example' } });
  expect(secure.headers.getSetCookie()[0]).toContain('Secure');
  for (const other of ['', '_ALGOLIA=account-1', '_ALGOLIA=%22%0d%0aSet-Cookie:x=1']) {
    const response = await send([click()], { headers: { cookie: other } });
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});

it('sets no cookie unless it is asked to', async () => {
  const { send } = await setup();
  const response = await send([click()], { headers: { cookie: `_ALGOLIA=${token}` } });
  expect(response.headers.getSetCookie()).toEqual([]);
});

it('forgets a visitor here and at the API', async () => {
  const collector = await createCollector({ appId, apiKey });
  collector.setFault({ status: 503, when: (events) => events.length > 0 });
  const { relay, send } = await setup({
    collector,
    applications: { [appId]: { apiKey, adminKey: apiKey, upstream: collector.origin } },
  });
  const other = click({ userToken: 'anonymous-other' });
  await send([click(), click(), other]);
  await collector.waitForRequests(1);
  collector.setFault(null);
  await relay.forget(token);
  expect(collector.requests.some(({ method, path }) => method === 'DELETE' && path.endsWith(token))).toBe(true);
  await collector.waitForEvents(1, { timeoutMs: 20_000 });
  expect(collector.events.map(({ event }) => event.userToken)).toEqual(['anonymous-other']);
});

it('shows metrics and its status only where it is asked to', async () => {
  const { relay, send, collector } = await setup({ statusPages: true });
  await send([click(), click({ userToken: '' })]);
  await collector.waitForEvents(1);
  const get = (path: string) => relay.handle(new Request(`http://t.example${path}`));
  const metrics = async () => (await get('/metrics')).text();
  await expect.poll(metrics).toContain(`usertoken_relay_forwarded_total{app="${appId}"} 1`);
  expect(await metrics()).toContain(`usertoken_relay_accepted_total{app="${appId}"} 1`);
  expect(await metrics()).toContain(`usertoken_relay_rejected_total{app="${appId}",reason="invalid-token"} 1`);
  expect(await metrics()).toContain(`usertoken_relay_queued_events{app="${appId}"} 0`);
  expect((await get('/status')).headers.get('content-type')).toContain('text/html');
  const closed = await setup();
  expect((await closed.relay.handle(new Request('http://t.example/metrics'))).status).toBe(404);
  expect((await closed.relay.handle(new Request('http://t.example/health'))).status).toBe(200);
});

it('takes no more events once it closes', async () => {
  const { relay, send } = await setup();
  await relay.close();
  const response = await send([click()]);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({ code: 'closing' });
});

it.each([
  ['applications', { applications: {} }],
  ['applications', { applications: { [appId]: { apiKey: '' } } }],
  ['store', { store: undefined }],
  ['origins', { origins: ['https://shop.example/'] }],
  ['eventsPerMinute', { eventsPerMinute: 10 }],
])('names the option %s when it is wrong', (name, wrong) => {
  const options = { applications: { [appId]: { apiKey } }, store: memoryStore(), log: listLog(), ...wrong };
  expect(() => createRelay(options as never)).toThrow(new RegExp(`"${name}"`));
});
