import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRelay, memoryStore, type RelayStore } from '../src/index.js';
import { apiKey, appId, click, listLog, sender, setup, token } from './setup.js';

/** `BODIES=100000` is the long form. */
const bodies = Number(process.env.BODIES ?? 5_000);

/** Values in places where others belong. */
const oddValue = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    1e308,
    '',
    '\u0000',
    '\ud800',
    '__proto__',
    [],
    {},
    [[[]]],
    token,
    'null',
    '../',
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.integer(),
);
const oddEvent = fc
  .tuple(
    fc.constantFrom(...Object.keys(click()), 'authenticatedUserToken', '__proto__', 'timestamp', 'toJSON'),
    oddValue,
  )
  .map(([field, value]) => JSON.stringify(Object.defineProperty(click(), field, { value, enumerable: true })));
const events = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: oddEvent },
      oddValue.map((value) => JSON.stringify(value) ?? 'undefined'),
    ),
    { maxLength: 4 },
  )
  .map((list) => `{"appId":"${appId}","events":[${list}]}`);
/** Bytes changed, cut, repeated or put in. */
const mutated = fc
  .tuple(
    events,
    fc.array(fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...'{}[]",:\\0\u0000é\u{1f600}')), { maxLength: 6 }),
  )
  .map(([text, changes]) =>
    changes.reduce((now, [at, kind, character]) => {
      const place = at % (now.length + 1);
      if (kind === 0) return now.slice(0, place);
      if (kind === 1) return now.slice(0, place) + character + now.slice(place);
      if (kind === 2) return now.slice(0, place) + character + now.slice(place + 1);
      return now.slice(0, place) + now.slice(Math.floor(place / 2));
    }, text),
  );
const nested = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"events":['), fc.integer({ min: 1, max: 50_000 }))
  .map(
    ([part, depth]) =>
      `{"appId":"${appId}","events":[{"id":"a","eventType":"click","userToken":"a","value":${part.repeat(depth)}`,
  );
const body = fc.oneof(
  { weight: 6, arbitrary: events },
  { weight: 6, arbitrary: mutated },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 500 }) },
  { weight: 1, arbitrary: oddValue.map((value) => JSON.stringify({ appId: value, events: value }) ?? '') },
  { weight: 1, arbitrary: nested },
);

it(`answers each of ${bodies} odd bodies, and stores what it says it accepted and nothing else`, {
  timeout: 600_000,
}, async () => {
  const stored: string[] = [];
  const memory = memoryStore();
  const store: RelayStore = {
    ...memory,
    async add(app, list) {
      const areNew = await memory.add(app, list);
      stored.push(...list.filter((_, index) => areNew[index]).map(({ json }) => json));
      return areNew;
    },
    // Nothing is forwarded here.
    take: async () => [],
  };
  const log = listLog();
  const relay = createRelay({ applications: { [appId]: { apiKey } }, store, eventsPerMinute: 1e9, log });
  const { post } = sender(relay);
  const codes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      body,
      fc.constantFrom('/events', '/1/events?X-Algolia-Application-Id=YourAppId'),
      async (text, path) => {
        const before = stored.length;
        const response = await post(text, { path });
        const answer = (await response.json()) as { accepted?: number; code?: string; message?: string };
        codes.set(answer.code ?? 'ok', (codes.get(answer.code ?? 'ok') ?? 0) + 1);
        expect([200, 400, 403, 422]).toContain(response.status);
        expect(stored.length - before).toBe(answer.accepted ?? 0);
        if (response.status !== 200)
          expect(answer).toMatchObject({ code: expect.any(String), message: expect.any(String) });
        for (const json of stored.slice(before)) {
          const event = JSON.parse(json);
          expect(typeof event.eventType).toBe('string');
          expect(event.userToken).toMatch(/^[\w=+/-]{1,129}$/);
          expect(Object.hasOwn(event, 'id')).toBe(false);
        }
      },
    ),
    { numRuns: bodies, ...(process.env.SEED && { seed: Number(process.env.SEED) }) },
  );
  await relay.close();
  // Else the bodies were all of one kind.
  expect([...codes.keys()]).toEqual(
    expect.arrayContaining(['ok', 'not-json', 'no-events', 'not-an-event', 'invalid-token']),
  );
  expect(log.lines.filter((line) => line.startsWith('error'))).toEqual([]);
});

/** A body that comes in parts. */
const streamOf = (parts: readonly string[], rest?: 'hangs' | 'breaks') =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      if (rest === 'breaks') controller.error(new Error('the client left'));
      else if (!rest) controller.close();
    },
  });

it('ends a request whose body takes too long, and stores nothing of it', async () => {
  const store = memoryStore();
  const { post } = await setup({ store, bodyTimeoutMs: 100 });
  const body = streamOf([`{"appId":"${appId}","events":[`], 'hangs');
  const response = await post('', { body });
  expect(response.status).toBe(408);
  expect(await response.json()).toMatchObject({ code: 'too-slow' });
  expect((await store.size(appId)).events).toBe(0);
});

it('stops reading a body without a length at 2 MB', async () => {
  const { post } = await setup();
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(new Uint8Array(100_000));
    },
  });
  const response = await post('', { body });
  expect(response.status).toBe(413);
  expect(sent).toBeLessThan(30);
});

it('reads a body that comes in parts, also in the middle of a character', async () => {
  const { post, collector } = await setup();
  const bytes = new TextEncoder().encode(JSON.stringify({ appId, events: [click({ index: 'thé-\u{1f375}' })] }));
  const body = new ReadableStream({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
      controller.close();
    },
  });
  expect((await post('', { body })).status).toBe(200);
  const [received] = await collector.waitForEvents(1);
  expect(received!.event.index).toBe('thé-\u{1f375}');
});

it('answers a request whose client left, and stores nothing of it', async () => {
  const store = memoryStore();
  const { post } = await setup({ store });
  const response = await post('', { body: streamOf([`{"appId":"${appId}"`], 'breaks') });
  expect(response.status).toBe(400);
  expect((await store.size(appId)).events).toBe(0);
});
