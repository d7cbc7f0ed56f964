import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Collector, createCollector, fakeTransport } from '../../src/testing/index.js';
import { anonymous, granted, testServer, viewOf } from './support/server.js';

let collector: Collector;
beforeAll(async () => {
  collector = await createCollector();
});
afterEach(() => {
  collector.setFault(null);
  collector.clear();
});
afterAll(() => collector.close());

const objectOf = (event: Readonly<Record<string, unknown>>) => (event.objectIDs as string[])[0]!;

describe('events of concurrent requests', () => {
  test.each([
    [10_000, 'replace'],
    [2_000, 'link'],
  ] as const)(
    '%i of them arrive under the tokens of their own request, with strategy %s',
    async (requests, strategy) => {
      const visitors = requests / 5;
      const server = testServer({ host: collector.origin, strategy });
      const pairOf = (user: string | undefined, account: string | undefined) => `${user} ${account}`;
      const expected = new Map<string, string>();
      const wrong: string[] = [];

      async function request(n: number): Promise<void> {
        const who = n % visitors;
        const token = `anonymous-visitor-${who}`;
        // Every second visitor comes logged in.
        const account = who % 2 ? `account-${who}` : undefined;
        const cookie = `_ALGOLIA=${token}${account ? `; __Host-_ALGOLIA_USER=${account}` : ''}`;
        const visitor = server.visitor({ url: '/', headers: { cookie } }, granted);

        function track(step: string, account: string | undefined): void {
          const pair = strategy === 'link' ? pairOf(token, account) : pairOf(account ?? token, undefined);
          if (pairOf(visitor.token, visitor.authenticatedToken) !== pair) wrong.push(`${n} ${step}`);
          expected.set(`${n} ${step}`, pair);
          void visitor.track(viewOf(`${n} ${step}`));
        }
        track('first', account);
        await turn();
        // Others are at work now.
        if (n % 3 === 0) visitor.login(`other-${who}`);
        if (n % 3 === 1) visitor.logout();
        await turn();
        track('second', [`other-${who}`, undefined, account][n % 3]);
      }

      await Promise.all(Array.from({ length: requests }, (_, n) => request(n)));
      expect(await server.flush({ timeoutMs: 60_000 })).toBe(true);
      const mixed = collector.events.filter(
        ({ event, userToken, authenticatedUserToken }) =>
          expected.get(objectOf(event)) !== pairOf(userToken, authenticatedUserToken),
      );
      expect(wrong).toEqual([]);
      expect(mixed).toEqual([]);
      expect(collector.events.length).toBe(2 * requests);
      expect(new Set(collector.events.map(({ event }) => objectOf(event))).size).toBe(2 * requests);
      // Together, and not one request each.
      expect(collector.requests.length).toBeLessThan(requests / 100);
      server.dispose();
    },
    90_000,
  );
});

describe('an event', () => {
  const setup = (options = {}) => {
    const transport = fakeTransport();
    const server = testServer({ transport, batchWindowMs: 0, ...options });
    return { ...server, transport };
  };

  test('is delivered, and its receipt says so', async () => {
    const { transport, visitor } = setup();
    const receipt = visitor(`_ALGOLIA=${anonymous}`, granted).viewedObjectIDs({
      eventName: 'Product Viewed',
      index: 'products',
      objectIDs: ['kettle'],
    });
    expect(await receipt).toEqual({ status: 'delivered' });
    expect(transport.accepted).toMatchObject([{ eventType: 'view', userToken: anonymous }]);
  });

  test.each(['pending', 'denied'] as const)('is dropped while consent is %s, and nothing is sent', async (consent) => {
    const { transport, visitor, flush, warnings } = setup();
    const who = visitor(`_ALGOLIA=${anonymous}`, { consent, user: 'ada-1815' });
    expect(await who.track(viewOf('kettle'))).toMatchObject({ status: 'dropped', reason: 'opted-out' });
    expect(await flush()).toBe(true);
    expect(transport.requests).toEqual([]);
    expect(warnings).toEqual([]);
  });

  test('keeps a token of its own that is one, and is dropped with one that is none', async () => {
    const { transport, visitor, warnings } = setup();
    const who = visitor(`_ALGOLIA=${anonymous}`, granted);
    await who.track({ ...viewOf('kettle'), userToken: 'own-1' });
    expect(transport.accepted).toMatchObject([{ userToken: 'own-1' }]);
    expect(await who.track({ ...viewOf('pot'), userToken: 'jane@example.com' })).toEqual({
      status: 'dropped',
      reason: 'invalid-token',
      field: 'userToken',
      message: 'a pseudonymous id',
    });
    expect(warnings.join()).toContain('event-dropped');
    expect(warnings.join()).not.toContain('jane');
  });

  test('has its own token whatever its toJSON says, and the token in force with null for one', async () => {
    const { transport, visitor } = setup();
    const who = visitor(`_ALGOLIA=${anonymous}`, granted);
    await who.track({ ...viewOf('kettle'), userToken: 'x', toJSON: () => viewOf('kettle') } as never);
    await who.track({ ...viewOf('pot'), userToken: null, authenticatedUserToken: null } as never);
    expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['x', anonymous]);
  });

  test('may carry an anonymous token where checkToken allows accounts only', async () => {
    const { transport, visitor } = setup({ checkToken: (token: string) => token.startsWith('account-') });
    await visitor(`_ALGOLIA=${anonymous}`, granted).track(viewOf('kettle'));
    expect(transport.accepted).toMatchObject([{ userToken: anonymous }]);
  });

  test.each([
    ['nothing', undefined],
    ['a text', 'kettle'],
    ['a list', [1]],
    [
      'a circle',
      Object.assign(
        { self: {} as object },
        {
          get self() {
            return this;
          },
        },
      ),
    ],
    [
      'a getter that throws',
      {
        get eventType() {
          throw new Error('no');
        },
      },
    ],
    [
      'a proxy',
      new Proxy(
        {},
        {
          get() {
            throw new Error('no');
          },
          ownKeys() {
            throw new Error('no');
          },
        },
      ),
    ],
    ['no type', { eventName: 'x' }],
  ])('that is nonsense (%s) is dropped without a throw', async (_, event) => {
    const { transport, visitor } = setup();
    const who = visitor(`_ALGOLIA=${anonymous}`, granted);
    expect(await who.track(event as never)).toMatchObject({ status: 'dropped', reason: 'not-an-event' });
    expect(transport.requests).toEqual([]);
  });

  // W12: a token of another maker.
  test('goes out under an anonymous token where generateToken makes something else, with a warning', async () => {
    const { transport, visitor, warnings } = setup({ generateToken: () => 'visitor-1' });
    const who = visitor('', granted);
    expect(who.token).toMatch(/^anonymous-/);
    expect(await who.track(viewOf('kettle'))).toEqual({ status: 'delivered' });
    expect(transport.accepted).toMatchObject([{ userToken: who.token }]);
    expect(warnings).toEqual([expect.stringContaining('"generateToken" gave a user token')]);
  });

  test('that ends is told to listeners of the server', async () => {
    const { visitor, on } = setup();
    const ends: string[] = [];
    const stop = on('eventDelivered', ({ event }) => ends.push(`${event.userToken}: ${objectOf(event as never)}`));
    await visitor(`_ALGOLIA=${anonymous}`, granted).track(viewOf('kettle'));
    stop();
    await visitor(`_ALGOLIA=${anonymous}`, granted).track(viewOf('pot'));
    expect(ends).toEqual([`${anonymous}: kettle`]);
  });

  test('is dropped after dispose()', async () => {
    const { transport, visitor, dispose, flush } = setup();
    dispose();
    expect(await visitor('', granted).track(viewOf('kettle'))).toEqual({ status: 'dropped', reason: 'disposed' });
    expect(await flush()).toBe(false);
    expect(transport.requests).toEqual([]);
  });
});

test('an outage loses nothing: events wait in memory, and go out together under their own tokens', async () => {
  const server = testServer({ host: collector.origin, batchWindowMs: 0, random: () => 0.01 });
  collector.setFault({ status: 503, times: 3 });
  for (let n = 0; n < 500; n += 1) void server.visitor(`_ALGOLIA=anonymous-${n}`, granted).track(viewOf(`${n}`));
  expect(await server.flush({ timeoutMs: 20_000 })).toBe(true);
  expect(collector.events.length).toBe(500);
  expect(collector.events.filter(({ event, userToken }) => userToken !== `anonymous-${objectOf(event)}`)).toEqual([]);
});

test('neither a token nor the key is in a warning, whatever is refused', async () => {
  collector.setFault({ status: 401, times: 1 });
  const server = testServer({ host: collector.origin, apiKey: 'a-secret-key', batchWindowMs: 0 });
  const visitor = server.visitor(`_ALGOLIA=${anonymous}`, { ...granted, user: 'jane@example.com' });
  visitor.login('+4915112345678');
  void visitor.track({ ...viewOf('kettle'), userToken: '' });
  void visitor.track(viewOf('kettle'));
  await server.flush({ timeoutMs: 5_000 });
  expect(server.warnings.length).toBeGreaterThan(2);
  for (const secret of ['a-secret-key', anonymous, 'jane', '4915112345678']) {
    expect(server.warnings.join('\n')).not.toContain(secret);
  }
  server.dispose();
});
