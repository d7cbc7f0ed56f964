import fc from 'fast-check';
import { describe, it } from 'vitest';
import type { IdentityEvent, IdentityInput, VisitorState } from '../../machines/index.js';
import type { StartedDelivery, StartedIdentity } from '../../src/actor.types.js';
import * as onXState from '../../src/charts.js';
import * as onRuntime from '../../src/lite/charts.js';
import { filledGuards, fillGuards } from '../support/delivery-guards.js';
import { compareMany, expectSame, scripts } from './support/compare.js';
import type { Op, Probe, Start, TracedActor } from './support/trace.js';

const runs = 12_000;

/** An effect that writes down what it is called with. */
const recorded =
  ({ call }: Probe, name: string) =>
  (args?: unknown, params?: unknown) => {
    const { context, event } = args as { readonly context: unknown; readonly event: unknown };
    call(name, context, event, params);
  };

const flag =
  ({ call, flags }: Probe, name: string) =>
  () => {
    call(name);
    return flags[name] === true;
  };

const traced = (actor: StartedIdentity | StartedDelivery) => actor as unknown as TracedActor;

const identity =
  ({ startIdentity }: typeof onXState): Start<IdentityInput> =>
  (probe, { input, clock }) =>
    traced(
      startIdentity({
        input,
        clock,
        guards: { isUserToken: flag(probe, 'isUserToken') },
        actions: { remember: recorded(probe, 'remember'), erase: recorded(probe, 'erase') },
      }),
    );

const delivery =
  ({ startDelivery }: typeof onXState): Start<undefined> =>
  (probe, { clock }) =>
    traced(
      startDelivery({
        clock,
        sendBatch: probe.request,
        guards: fillGuards((name) => flag(probe, name)),
        delays: {
          batchWindow: () => 25,
          requestTimeout: 30_000,
          retryDelay({ context }) {
            probe.call('retryDelay', context);
            return 10 * context.retries;
          },
        },
        actions: {
          removeBatch: recorded(probe, 'removeBatch'),
          halveBatch: recorded(probe, 'halveBatch'),
          dropEvent: recorded(probe, 'dropEvent'),
          dropBatch: recorded(probe, 'dropBatch'),
          omitTimestamps: recorded(probe, 'omitTimestamps'),
          keepBatch: recorded(probe, 'keepBatch'),
          suspectBatch: recorded(probe, 'suspectBatch'),
          leaveBatch: recorded(probe, 'leaveBatch'),
          sendOnExit: recorded(probe, 'sendOnExit'),
          reportCredentials: recorded(probe, 'reportCredentials'),
          dropAll: recorded(probe, 'dropAll'),
        },
      }),
    );

const setFlag = (...flags: string[]): fc.WeightedArbitrary<Op> => ({
  weight: 4,
  arbitrary: fc.record({ flag: fc.constantFrom(...flags), to: fc.boolean() }).map((set): Op => ({ do: 'set', ...set })),
});

const user = fc.constantFrom('u1', 'u1', 'u2', 'a b');
const anonymous = fc.constantFrom('anonymous-1', 'anonymous-2');
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const freshAnonymousToken = maybe(fc.constant('anonymous-3'));
const identityEvents: fc.Arbitrary<IdentityEvent> = fc.oneof(
  fc.record({ type: fc.constant('identity.login' as const), token: user, freshAnonymousToken }),
  fc.record({ type: fc.constant('identity.sync' as const), token: fc.option(user), freshAnonymousToken }),
  fc.record({ type: fc.constant('identity.logout' as const), freshAnonymousToken }),
  fc.record({
    type: fc.constant('consent.grant' as const),
    stored: maybe(fc.record({ anonymousToken: maybe(anonymous), identifiedToken: maybe(user) })),
    freshAnonymousToken,
  }),
  fc.record({ type: fc.constant('consent.deny' as const) }),
  fc.record({
    type: fc.constant('tabs.changed' as const),
    state: fc.record({
      visitor: fc.constantFrom<VisitorState>('anonymous', 'identified', 'loggedOut'),
      anonymousToken: anonymous,
      identifiedToken: maybe(user),
    }),
  }),
);
const identityInput: fc.Arbitrary<IdentityInput> = fc.record({
  anonymousToken: maybe(anonymous),
  identifiedToken: maybe(user),
  freshAnonymousToken: maybe(anonymous),
  user: fc.constantFrom(undefined, undefined, 'u1', null),
  consent: fc.constantFrom('pending', 'granted', 'denied'),
  strategy: fc.constantFrom(undefined, 'replace', 'link'),
  onLogout: fc.constantFrom(undefined, 'restore', 'renew'),
});
const identityScripts = scripts(
  identityEvents,
  identityInput,
  {
    probes: [{ type: 'consent.grant' }, { type: 'identity.logout' }, { type: 'nonsense' }],
    emits: ['tokenChanged', 'tokenRejected'],
  },
  { ops: [setFlag('isUserToken')] },
);

const answer = fc.record({
  status: fc.constantFrom(200, 200, 0, 400, 401, 404, 413, 422, 429, 503),
  isClockWrong: fc.constantFrom(undefined, false, false, true),
  retryAfterMs: fc.constantFrom(undefined, 30),
  size: fc.integer({ min: 0, max: 2 }),
  backlog: fc.boolean(),
});
const deliveryEvents: fc.Arbitrary<{ readonly type: string }> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'delivery.queued' }) },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom(
        'delivery.flush',
        'consent.grant',
        'consent.deny',
        'network.online',
        'network.offline',
        'page.hidden',
        'page.exit',
        'page.restored',
        'nonsense',
      )
      .map((type) => ({ type })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('outage.known'),
      retries: fc.integer({ min: 1, max: 3 }),
      retryAfterMs: fc.constantFrom(undefined, 30),
    }),
  },
);
const deliveryScripts = scripts(
  deliveryEvents,
  fc.constant(undefined),
  { probes: [{ type: 'page.exit' }, { type: 'delivery.flush' }], emits: [] },
  {
    ops: [
      { weight: 8, arbitrary: answer.map((value): Op => ({ do: 'resolve', value })) },
      { weight: 1, arbitrary: fc.constant<Op>({ do: 'reject', value: new Error('rejected') }) },
      setFlag(...filledGuards),
    ],
    waits: [0, 10, 25, 30_000],
  },
);

describe('each machine does the same on XState and compiled', () => {
  it(`the identity machine, in ${runs} random sequences`, () =>
    compareMany(identityScripts, runs, (script) => expectSame(identity(onXState), identity(onRuntime), script)));

  it(`the delivery machine, in ${runs} random sequences`, () =>
    compareMany(deliveryScripts, runs, (script) => expectSame(delivery(onXState), delivery(onRuntime), script)));
});
