import { describe, expectTypeOf, test } from 'vitest';
import { createActor, fromPromise, type SnapshotFrom, setup } from 'xstate';
import {
  type BatchInput,
  type BatchResult,
  deliveryMachine,
  type IdentityContext,
  type IdentityEmitted,
  identityMachine,
  type Tokens,
  tokensOf,
} from '../../machines/index.js';
import type { UserTokenClient } from '../../src/index.js';

declare const user: UserTokenClient;
const input = { anonymousToken: 'anonymous-1', consent: 'pending' } as const;

describe('the actors of an instance', () => {
  test('have snapshots with the states and the context of the two machines', () => {
    const identity = user.identity.getSnapshot();
    expectTypeOf(identity.context).toEqualTypeOf<SnapshotFrom<typeof identityMachine>['context']>();
    expectTypeOf(user.delivery.getSnapshot().context).toEqualTypeOf<SnapshotFrom<typeof deliveryMachine>['context']>();
    identity.matches({ consent: 'granted' });
  });

  test('are read-only', () => {
    // @ts-expect-error only the client's methods send events
    user.identity.send({ type: 'identity.login', token: 'account-1' });
    // @ts-expect-error only the client's methods send events
    user.delivery.send({ type: 'delivery.flush' });
  });

  test('are in states that can be named', () => {
    type Value = SnapshotFrom<typeof identityMachine>['value'];
    expectTypeOf<Value['visitor']>().toEqualTypeOf<'anonymous' | 'identified' | 'loggedOut'>();
    expectTypeOf<Value['consent']>().toEqualTypeOf<'pending' | 'granted' | 'denied'>();
    expectTypeOf<SnapshotFrom<typeof deliveryMachine>['value']>().toEqualTypeOf<
      'idle' | 'awaitingConsent' | 'collecting' | 'sending' | 'backingOff' | 'offline' | 'unauthorized'
    >();
    user.delivery.getSnapshot().matches('sending');
    // @ts-expect-error there is no such state
    user.delivery.getSnapshot().matches('flushing');
  });

  test('emit the events of the identity machine', () => {
    user.identity.on('tokenChanged', (event) => {
      expectTypeOf(event).toExtend<Extract<IdentityEmitted, { type: 'tokenChanged' }>>();
    });
    // @ts-expect-error it emits no such event
    user.identity.on('tokenLost', () => {});
  });
});

describe('the machines', () => {
  test('need their input', () => {
    createActor(identityMachine, { input });
    // @ts-expect-error consent has no default
    createActor(identityMachine, { input: { anonymousToken: 'anonymous-1' } });
    expectTypeOf(tokensOf(createActor(identityMachine, { input }).getSnapshot().context)).toEqualTypeOf<Tokens>();
  });

  test('are filled with actions, guards, delays and actors that they name', () => {
    identityMachine.provide({
      actions: { remember: ({ context }) => expectTypeOf(context).toEqualTypeOf<IdentityContext>() },
      guards: { isUserToken: () => true },
    });
    deliveryMachine.provide({
      actors: { sendBatch: fromPromise<BatchResult, BatchInput>(async () => ({}) as BatchResult) },
      delays: { batchWindow: 0, requestTimeout: 1, retryDelay: ({ context }) => context.retries },
      actions: { sendOnExit: () => {} },
    });
  });

  test('refuse names that they do not know', () => {
    // @ts-expect-error there is no such action
    identityMachine.provide({ actions: { store: () => {} } });
    // @ts-expect-error there is no such guard
    identityMachine.provide({ guards: { isToken: () => true } });
    // @ts-expect-error there is no such delay
    deliveryMachine.provide({ delays: { window: 0 } });
    // @ts-expect-error there is no such actor
    deliveryMachine.provide({ actors: { send: fromPromise<BatchResult>(async () => ({}) as BatchResult) } });
    // @ts-expect-error the actor resolves to a BatchResult
    deliveryMachine.provide({ actors: { sendBatch: fromPromise<number>(async () => 1) } });
  });

  test('refuse a guard that answers later: a promise is truthy', () => {
    // @ts-expect-error guards are synchronous
    identityMachine.provide({ guards: { isUserToken: async () => false } });
  });

  test('can be invoked in a machine of the application', () => {
    const shop = setup({ actors: { identity: identityMachine } }).createMachine({
      invoke: { id: 'identity', src: 'identity', input },
    });
    expectTypeOf(createActor(shop).getSnapshot().status).toEqualTypeOf<'active' | 'done' | 'error' | 'stopped'>();
    // @ts-expect-error the input is checked there too
    setup({ actors: { identity: identityMachine } }).createMachine({ invoke: { src: 'identity', input: {} } });
  });
});
