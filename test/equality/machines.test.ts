import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import type { BatchResult } from '../../machines/index.js';
import { expectSame, scripts } from './support/compare.js';
import type { Interpreter } from './support/interpreters.js';
import type { Op, Probe } from './support/trace.js';

type Args = { readonly context: object; readonly event: object };

/** Effects that write down what they are called with. */
const recorded = (probe: Probe, names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [
      name,
      ({ context, event }: Args, params: unknown) => probe.call(name, context, event, params),
    ]),
  );

function identity({ machines }: Interpreter, probe: Probe): AnyStateMachine {
  return machines.identityMachine.provide({ actions: recorded(probe, ['remember', 'erase']) as never });
}

function delivery({ kit, machines }: Interpreter, probe: Probe): AnyStateMachine {
  const { flags, call, request } = probe;
  const flag = (name: string) => () => {
    call(name);
    return !!flags[name];
  };
  return machines.deliveryMachine.provide({
    actors: { sendBatch: kit.fromPromise<BatchResult, { readonly retries: number }>(request as never) },
    guards: {
      isAwaitingConsent: flag('isAwaitingConsent'),
      isOffline: flag('isOffline'),
      isNotPersistent: flag('isNotPersistent'),
    },
    delays: {
      batchWindow: 25,
      retryDelay: ({ context }) => {
        call('retryDelay', context);
        return 10 * context.retries;
      },
    },
    actions: recorded(probe, [
      'removeBatch',
      'halveBatch',
      'dropEvent',
      'dropBatch',
      'omitTimestamps',
      'keepBatch',
      'reportCredentials',
      'sendOnExit',
      'dropAll',
    ]) as never,
  });
}

const token = fc.constantFrom<unknown>('u1', 'u1', 'u2', 42, 'a b', 'x@y.zz', null, undefined);
const stored = fc.constantFrom<string | undefined>(undefined, 'anonymous-1', 'anonymous-2', 'u1', 'u2', 'a b');
const identityEvents = fc.oneof(
  fc.record({
    type: fc.constantFrom('identity.login', 'identity.sync'),
    token,
    freshAnonymousToken: fc.constantFrom(undefined, 'anonymous-3'),
  }),
  fc.record({ type: fc.constant('identity.logout'), freshAnonymousToken: fc.constantFrom(undefined, 'anonymous-4') }),
  fc.record({
    type: fc.constant('consent.grant'),
    storedAnonymousToken: stored,
    storedIdentifiedToken: stored,
    freshAnonymousToken: fc.constantFrom(undefined, 'anonymous-5'),
  }),
  fc.record({ type: fc.constantFrom('consent.deny', 'identity.logout', '', 'toString', 'xstate.done.actor.x') }),
  fc.record({
    type: fc.constant('tabs.changed'),
    state: fc.constantFrom<unknown>('anonymous', 'identified', 'loggedOut', 'nonsense'),
    anonymousToken: stored,
    identifiedToken: stored,
  }),
);
const identityInput = fc.record({
  anonymousToken: fc.constantFrom('anonymous-1', 'a b'),
  identifiedToken: stored,
  user: fc.constantFrom<unknown>(undefined, undefined, 'u1', null),
  consent: fc.constantFrom('pending', 'granted', 'denied'),
  strategy: fc.constantFrom('replace', 'link'),
  onLogout: fc.constantFrom('restore', 'renew'),
});
const probesOf = (...types: string[]) => types.map((type) => ({ type, token: 'u2' }));

const answer = fc.record({
  status: fc.constantFrom(200, 200, 0, 400, 401, 404, 413, 422, 429, 503),
  isClockWrong: fc.constantFrom(undefined, false, false, true),
  retryAfterMs: fc.constantFrom(undefined, 30),
  size: fc.integer({ min: 0, max: 2 }),
  waiting: fc.integer({ min: 0, max: 2 }),
  backlog: fc.boolean(),
});
const deliveryOps: fc.WeightedArbitrary<Op>[] = [
  { weight: 8, arbitrary: answer.map((value): Op => ({ do: 'resolve', value })) },
  { weight: 1, arbitrary: fc.constant<Op>({ do: 'reject', value: new Error('rejected') }) },
  {
    weight: 3,
    arbitrary: fc
      .record({ flag: fc.constantFrom('isAwaitingConsent', 'isOffline', 'isNotPersistent'), to: fc.boolean() })
      .map((set): Op => ({ do: 'set', ...set })),
  },
];
const deliveryEvents = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constant('delivery.queued'), waiting: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'delivery.flush',
        'consent.grant',
        'consent.deny',
        'network.online',
        'network.offline',
        'page.hidden',
        'page.exit',
        'xstate.done.actor.request',
        'nonsense',
      ),
    }),
  },
);

const runs = 6_000;

describe('our machines on both interpreters', () => {
  it(`identity: the same in ${runs} random sequences`, async () => {
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(
        scripts(
          identityEvents,
          { probes: probesOf('identity.login', 'consent.grant'), emits: ['tokenChanged', 'tokenRejected', '*'] },
          { input: identityInput },
        ),
        async (script) => {
          lines += await expectSame(identity, script);
        },
      ),
      { numRuns: runs },
    );
    expect(lines).toBeGreaterThan(runs * 20);
  });

  it(`delivery: the same in ${runs} random sequences`, async () => {
    let lines = 0;
    await fc.assert(
      fc.asyncProperty(
        scripts(
          deliveryEvents,
          { probes: probesOf('page.exit', 'delivery.flush'), emits: [] },
          {
            input: fc.record({ waiting: fc.integer({ min: 0, max: 2 }) }),
            ops: deliveryOps,
            waits: [0, 10, 25, 30_000],
          },
        ),
        async (script) => {
          lines += await expectSame(delivery, script);
        },
      ),
      { numRuns: runs },
    );
    expect(lines).toBeGreaterThan(runs * 20);
  });
});
