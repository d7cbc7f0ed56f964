import { createCollector } from 'usertoken/testing';
import { expect, it } from 'vitest';
import { createRelay, memoryStore } from '../src/index.js';
import { apiKey, appId, click, listLog, sender, setup, token } from './setup.js';

const sizes = (requests: readonly { eventCount: number }[]) => requests.map(({ eventCount }) => eventCount);
const objectsIn = (events: readonly { event: { objectIDs?: unknown } }[]) =>
  events.flatMap(({ event }) => event.objectIDs as string[]);

it('forwards in batches of at most 1,000 events', async () => {
  const { send, collector } = await setup({ batchWindowMs: 300 });
  for (let part = 0; part < 5; part += 1) await send(Array.from({ length: 500 }, () => click()));
  await collector.waitForEvents(2_500);
  expect(Math.max(...sizes(collector.requests))).toBe(1_000);
  expect(new Set(objectsIn(collector.events)).size).toBe(2_500);
});

it('isolates rejected events by halves, delivers the others and never sends the culprits again', async () => {
  const { send, collector, log } = await setup({ batchWindowMs: 100 });
  const bad = new Set([7, 60]);
  const events = Array.from({ length: 100 }, (_, index) => click(bad.has(index) ? { eventName: `${token} é` } : {}));
  await send(events);
  await collector.waitForEvents(98);
  await expect.poll(() => log.lines.filter((line) => line.includes('rejected an event'))).toHaveLength(2);
  expect(new Set(objectsIn(collector.events)).size).toBe(98);
  const requests = collector.requests.length;
  await send([click()]);
  await collector.waitForEvents(99);
  expect(collector.requests.length).toBe(requests + 1);
  expect(log.lines.join()).not.toContain(token);
});

it('waits as long as Retry-After asks', async () => {
  const { send, collector } = await setup();
  collector.setFault({ status: 429, retryAfter: 2, times: 1 });
  await send([click()]);
  await collector.waitForEvents(1, { timeoutMs: 20_000 });
  const [refused, accepted] = collector.requests;
  expect(accepted!.at - refused!.at).toBeGreaterThanOrEqual(2_000);
});

it('accepts and keeps events while the API fails, and sends each once when it is back', async () => {
  const { send, collector } = await setup();
  collector.setFault({ status: 503, times: 3 });
  for (let index = 0; index < 20; index += 1) expect((await send([click()])).status).toBe(200);
  await collector.waitForEvents(20, { timeoutMs: 40_000 });
  expect(new Set(objectsIn(collector.events)).size).toBe(20);
});

it('stops with wrong credentials, keeps the events, says so, and goes on with better ones', async () => {
  const store = memoryStore();
  const collector = await createCollector({ appId, apiKey });
  const { send, log, relay } = await setup({
    store: { ...store, close: async () => {} },
    collector,
    applications: { [appId]: { apiKey: 'wrong', upstream: collector.origin } },
  });
  await send([click()]);
  await expect.poll(() => log.lines.join()).toContain('Algolia rejected the app ID or API key');
  expect((await send([click()])).status).toBe(200);
  const health = await (await relay.handle(new Request('http://t.example/health'))).json();
  expect(health).toMatchObject({ applications: { [appId]: { state: 'unauthorized', queued: 2 } } });
  expect(collector.events).toHaveLength(0);
  expect(log.lines.join()).not.toContain('wrong"');

  await relay.close();
  const next = createRelay({
    applications: { [appId]: { apiKey, upstream: collector.origin } },
    store,
    batchWindowMs: 0,
    log: listLog(),
  });
  await collector.waitForEvents(2);
  await next.close();
});

it('keeps applications apart: one with wrong credentials holds up no other', async () => {
  const collector = await createCollector({ apiKey });
  const { post } = await setup({
    collector,
    applications: {
      first: { apiKey: 'wrong', upstream: collector.origin },
      second: { apiKey, upstream: collector.origin },
    },
  });
  await post({ appId: 'first', events: [click()] });
  await post({ appId: 'second', events: [click()] });
  await collector.waitForEvents(1);
  const accepted = collector.requests.filter(({ status }) => status === 200);
  expect(accepted.map(({ query }) => query['X-Algolia-Application-Id'])).toEqual(['second']);
});

it('lets no event that the API never answers hold up the others', async () => {
  const { send, collector, relay } = await setup({ statusPages: true });
  const others = [click(), click(), click()];
  const poison = click({ eventName: 'Poison' });
  collector.setFault({ drop: true, when: (events) => events.some((event) => Object(event).eventName === 'Poison') });
  await send([...others.slice(1), poison, ...others.slice(0, 1)]);
  const feed = setInterval(() => void send([click()]), 50);
  await expect
    .poll(() => objectsIn(collector.events), { timeout: 60_000 })
    .toEqual(expect.arrayContaining(others.flatMap(({ objectIDs }) => objectIDs)));
  clearInterval(feed);
  const metrics = await (await relay.handle(new Request('http://t.example/metrics'))).text();
  expect(metrics).toMatch(/usertoken_relay_ambiguous_total\{app="YourAppId"\} [1-9]/);
});

it('counts a batch whose answer got lost as ambiguous, and no refused connection', async () => {
  const { send, collector, relay } = await setup({ statusPages: true });
  collector.setFault({ dropAfterAccept: true, times: 1 });
  const ambiguous = async () =>
    /ambiguous_total\{app="YourAppId"\} (\d+)/.exec(
      await (await relay.handle(new Request('http://t.example/metrics'))).text(),
    )?.[1] ?? '0';
  await send([click(), click()]);
  await expect.poll(ambiguous).toBe('2');
  await collector.waitForEvents(4, { timeoutMs: 20_000 });

  const gone = await createCollector();
  const closed = gone.origin;
  await gone.close();
  const log = listLog();
  const unreachable = createRelay({
    applications: { [appId]: { apiKey, upstream: closed } },
    store: memoryStore(),
    batchWindowMs: 0,
    statusPages: true,
    log,
  });
  await sender(unreachable).send([click()]);
  await expect.poll(() => log.lines.join(), { timeout: 40_000 }).toContain('Three requests');
  const text = await (await unreachable.handle(new Request('http://t.example/metrics'))).text();
  expect(text).not.toMatch(/ambiguous_total\{/);
  await unreachable.close();
});

it('shows the delivery machine to an inspector, without tokens', async () => {
  const seen: string[] = [];
  const { send, collector } = await setup({
    inspect: (event) =>
      seen.push(JSON.stringify(event, (key, value) => (key === 'actorRef' || key === 'sourceRef' ? undefined : value))),
  });
  await send([click()]);
  await collector.waitForEvents(1);
  await expect.poll(() => seen.join()).toContain('"sending"');
  expect(seen.join()).not.toContain(token);
});
