import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUserToken, isAnonymousToken } from '../../src/index.js';
import { type Collector, createCollector, type Fault, fakePage } from '../../src/testing/index.js';

let collector: Collector;
beforeAll(async () => {
  collector = await createCollector({ appId: 'APP', apiKey: 'KEY' });
});
afterAll(() => collector.close());

const faults: Record<string, Fault | null> = {
  none: null,
  unavailable: { status: 503 },
  'unavailable without CORS headers': { status: 503, cors: false },
  'too many requests': { status: 429, retryAfter: 0 },
  'dropped connection': { drop: true },
};

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('login' as const), id: fc.constantFrom('u1', 'u2', 'not a token') }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ do: 'logout' as const }, { do: 'deny' as const }, { do: 'grant' as const }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('track' as const),
      count: fc.integer({ min: 1, max: 60 }),
      isPoison: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('fault' as const), fault: fc.constantFrom(...Object.keys(faults)) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
);

/** Jitter of nothing keeps retries short; the wire, the batches and the answers are real. */
const random = () => 0.002;

describe('random sequences over the wire', () => {
  it('leave in the collector exactly what the model says, each event once and under its token', async () => {
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 20, size: 'max' }), async (steps) => {
        round += 1;
        collector.setFault(null);
        collector.clear();
        const user = createUserToken({
          appId: 'APP',
          apiKey: 'KEY',
          host: collector.origin,
          consent: 'granted',
          cookie: false,
          page: fakePage(),
          batchWindowMs: 1,
          random,
          onWarning: () => {},
        });
        const ends = new Map<string, string>();
        const nameOf = ({ event }: { event: object }) => (event as { objectIDs: string[] }).objectIDs[0]!;
        user.on('eventDelivered', (end) => ends.set(nameOf(end), 'delivered'));
        user.on('eventDropped', (end) => ends.set(nameOf(end), end.reason));

        const expected = new Map<string, { user: string | undefined; isPoison: boolean }>();
        let current: string | undefined;
        let isDenied = false;
        for (const each of steps) {
          if (each.do === 'login') {
            if (user.login(each.id).ok) current = each.id;
          } else if (each.do === 'logout') {
            user.logout();
            current = undefined;
          } else if (each.do === 'grant' || each.do === 'deny') {
            user.consent[each.do]();
            isDenied = each.do === 'deny';
          } else if (each.do === 'fault') collector.setFault(faults[each.fault]!);
          else if (each.do === 'flush') await user.flush({ timeoutMs: 20 });
          else {
            for (let i = 0; i < each.count; i += 1) {
              const isPoison = each.isPoison && i === 0;
              const name = `r${round}-${expected.size}-${i}`;
              if (!isDenied) expected.set(name, { user: current, isPoison });
              // A rule of the API that this library does not know, so that the event travels among others.
              void user.track({
                eventType: 'conversion',
                eventName: 'Bought',
                index: 'products',
                objectIDs: [name],
                ...(isPoison ? { agentID: 'only on another type' } : {}),
              } as never);
            }
          }
        }
        collector.setFault(null);
        if (!isDenied) expect(await user.flush({ timeoutMs: 10_000 })).toBe(true);

        // One under way at the denial that ended the round before may arrive in this one.
        const received = collector.events
          .map(({ event, userToken }) => ({ name: nameOf({ event }), userToken }))
          .filter(({ name }) => name.startsWith(`r${round}-`));
        expect(new Set(received.map(({ name }) => name)).size, 'each once').toBe(received.length);
        for (const { name, userToken } of received) {
          const { user: by, isPoison } = expected.get(name)!;
          expect(isPoison).toBe(false);
          if (by === undefined) expect(isAnonymousToken(userToken)).toBe(true);
          else expect(userToken).toBe(by);
        }
        const names = new Set(received.map(({ name }) => name));
        for (const [name, { isPoison }] of expected) {
          const end = ends.get(name);
          expect(isPoison ? ['refused', 'opted-out'] : ['delivered', 'opted-out'], name).toContain(end);
          // What was under way at a denial can't be recalled.
          if (end !== 'opted-out') expect(names.has(name)).toBe(end === 'delivered');
        }
        user.dispose();
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});
