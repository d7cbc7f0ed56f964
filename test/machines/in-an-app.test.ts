import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type ActorRefFrom, assign, createActor, fromPromise, SimulatedClock, setup } from 'xstate';
import {
  type BatchInput,
  type BatchResult,
  deliveryMachine,
  type IdentityEmitted,
  type IdentityEvent,
  type IdentityInput,
  identityMachine,
  offlineDelayMs,
} from '../../machines/index.js';

const input = { anonymousToken: 'anonymous-1', consent: 'granted' } as const;

/** A started identity actor and everything it emits. */
function startIdentity(more: Partial<IdentityInput> = {}, machine = identityMachine) {
  const actor = createActor(machine, { input: { ...input, ...more } });
  const emitted: IdentityEmitted[] = [];
  actor.on('*', (event) => emitted.push(event));
  return { actor: actor.start(), emitted };
}

describe('the identity machine as an actor', () => {
  it('replaces the token at a login and restores it at a logout by default', () => {
    const { context } = startIdentity().actor.getSnapshot();
    expect(context).toMatchObject({ strategy: 'replace', onLogout: 'restore' });
  });

  it('has the tokens in force in its context and emits them when they change', () => {
    const { actor, emitted } = startIdentity({ strategy: 'link' });
    actor.send({ type: 'identity.login', token: 'u1' });
    expect(actor.getSnapshot().value).toEqual({ visitor: 'identified', consent: 'granted' });
    expect(actor.getSnapshot().context).toMatchObject({ token: 'anonymous-1', authenticatedToken: 'u1' });
    expect(emitted).toEqual([{ type: 'tokenChanged', token: 'anonymous-1', authenticatedToken: 'u1' }]);
  });

  it('emits tokenRejected for a bad token, without the token, and stays alive', () => {
    const { actor, emitted } = startIdentity();
    const before = actor.getSnapshot();
    for (const token of ['a b', '', 'undefined', 'jane@example.com', 'x'.repeat(130)]) {
      actor.send({ type: 'identity.login', token });
      actor.send({ type: 'identity.sync', token });
    }
    const reasons = emitted.map((event) => event.type === 'tokenRejected' && event.reason);
    const expected = ['bad-characters', 'empty', 'not-an-id', 'personal-data', 'too-long'];
    expect(reasons).toEqual(expected.flatMap((reason) => [reason, reason]));
    expect(emitted[0]).toEqual({
      type: 'tokenRejected',
      reason: 'bad-characters',
      position: 1,
      message: 'only A-Z a-z 0-9 _ = + / -',
    });
    expect(JSON.stringify(emitted)).not.toContain('jane');
    expect(actor.getSnapshot()).toMatchObject({ value: before.value, context: before.context, status: 'active' });
    actor.send({ type: 'identity.login', token: 'u1' });
    expect(actor.getSnapshot().context.token).toBe('u1');
  });

  it('takes effects and another token check of the application', () => {
    const remember = vi.fn();
    const erase = vi.fn();
    const machine = identityMachine.provide({
      actions: { remember: ({ context }) => remember(context.identifiedToken), erase },
      guards: { isUserToken: ({ event }) => 'token' in event && event.token === 'jane@example.com' },
    });
    const { actor, emitted } = startIdentity({}, machine);
    actor.send({ type: 'identity.login', token: 'u1' });
    actor.send({ type: 'identity.login', token: 'jane@example.com' });
    actor.send({ type: 'consent.deny' });
    expect(remember.mock.calls).toEqual([[undefined], ['jane@example.com']]);
    expect(erase).toHaveBeenCalledTimes(1);
    expect(emitted.map((event) => (event.type === 'tokenRejected' ? event.reason : event.token))).toEqual([
      'refused-by-check',
      'jane@example.com',
      undefined,
    ]);
  });

  // XS-04
  it('goes on from a snapshot that went through JSON', () => {
    const { actor } = startIdentity({ onLogout: 'renew' });
    actor.send({ type: 'identity.login', token: 'u1' });
    const snapshot = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
    actor.stop();
    const remember = vi.fn();
    const machine = identityMachine.provide({ actions: { remember } });
    const restored = createActor(machine, { input, snapshot }).start();
    expect(restored.getSnapshot().value).toEqual({ visitor: 'identified', consent: 'granted' });
    expect(remember).not.toHaveBeenCalled();
    restored.send({ type: 'identity.logout', freshAnonymousToken: 'anonymous-2' });
    expect(restored.getSnapshot().context.token).toBe('anonymous-2');
    expect(remember).toHaveBeenCalledTimes(1);
  });

  it('can be invoked by a machine of the application', () => {
    type Identity = ActorRefFrom<typeof identityMachine>;
    const shop = setup({
      types: {} as { context: { token: string | undefined }; events: { type: 'signIn'; id: string } },
      actors: { identity: identityMachine },
    }).createMachine({
      context: { token: undefined },
      invoke: {
        id: 'identity',
        src: 'identity',
        input,
        onSnapshot: { actions: assign({ token: ({ event }) => event.snapshot.context.token }) },
      },
      on: {
        signIn: {
          actions: ({ event, self }) => {
            const { identity } = self.getSnapshot().children as { identity: Identity };
            identity.send({ type: 'identity.login', token: event.id });
          },
        },
      },
    });
    const actor = createActor(shop).start();
    expect(actor.getSnapshot().context.token).toBe('anonymous-1');
    actor.send({ type: 'signIn', id: 'u1' });
    expect(actor.getSnapshot().context.token).toBe('u1');
  });
});

describe('tokenChanged', () => {
  const tokens = fc.constantFrom('u1', 'u2', 'a b', '');
  const fresh = fc.option(fc.constantFrom('anonymous-2', 'anonymous-3'), { nil: undefined });
  const account = fc.option(fc.constantFrom('u1', 'u2'), { nil: undefined });
  const stored = fc.record({
    anonymousToken: fc.option(fc.constantFrom('anonymous-1', 'anonymous-4'), { nil: undefined }),
    identifiedToken: account,
  });
  const events: fc.Arbitrary<IdentityEvent> = fc.oneof(
    fc.record({ type: fc.constant('identity.login'), token: tokens, freshAnonymousToken: fresh }),
    fc.record({ type: fc.constant('identity.logout'), freshAnonymousToken: fresh }),
    fc.record({
      type: fc.constant('identity.sync'),
      token: fc.option(tokens, { nil: null }),
      freshAnonymousToken: fresh,
    }),
    fc.record({ type: fc.constant('consent.grant'), stored, freshAnonymousToken: fresh }),
    fc.record({ type: fc.constant('consent.deny') }),
    fc
      .record({
        visitor: fc.constantFrom('anonymous', 'loggedOut'),
        anonymousToken: fc.constantFrom('anonymous-1', 'anonymous-5'),
      })
      .map((state) => ({ type: 'tabs.changed', state })),
    fc
      .record({
        anonymousToken: fc.constantFrom('anonymous-1', 'anonymous-5'),
        identifiedToken: fc.constantFrom('u1', 'u3'),
      })
      .map((state) => ({ type: 'tabs.changed', state: { visitor: 'identified', ...state } })),
  ) as never;
  const inputs = fc.record({
    anonymousToken: fc.constant('anonymous-1'),
    identifiedToken: account,
    user: fc.option(account, { nil: null }),
    freshAnonymousToken: fresh,
    consent: fc.constantFrom('pending', 'granted', 'denied'),
    strategy: fc.constantFrom('replace', 'link'),
    onLogout: fc.constantFrom('restore', 'renew'),
  });

  it('is emitted exactly when a token in force changes, once, with both tokens', () => {
    let changes = 0;
    fc.assert(
      fc.property(inputs, fc.array(events, { maxLength: 12 }), (more, sequence) => {
        const { actor, emitted } = startIdentity(more);
        expect(emitted).toEqual([]);
        for (const event of sequence) {
          const before = actor.getSnapshot().context;
          emitted.length = 0;
          actor.send(event);
          const { token, authenticatedToken } = actor.getSnapshot().context;
          const hasChanged = token !== before.token || authenticatedToken !== before.authenticatedToken;
          const expected = hasChanged ? [{ type: 'tokenChanged', token, authenticatedToken }] : [];
          expect(emitted.filter(({ type }) => type === 'tokenChanged')).toEqual(expected);
          changes += expected.length;
        }
        expect(actor.getSnapshot().status).toBe('active');
      }),
      { numRuns: 500 },
    );
    expect(changes).toBeGreaterThan(100);
  });

  it('comes with a context and a state that agree with each other', () => {
    fc.assert(
      fc.property(inputs, fc.array(events, { maxLength: 12 }), (more, sequence) => {
        const { actor } = startIdentity(more);
        for (const event of sequence) {
          actor.send(event);
          const { value, context } = actor.getSnapshot();
          expect(context.identifiedToken !== undefined).toBe(value.visitor === 'identified');
          if (value.consent === 'denied') expect(context.token).toBeUndefined();
          if (context.strategy === 'replace') expect(context.authenticatedToken).toBeUndefined();
          if (context.token === undefined) expect(context.authenticatedToken).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });
});

/** A started delivery actor on a simulated clock. `answers` are given to its requests in turn, and the last one again. */
function startDelivery(...answers: (Partial<BatchResult> | Error | 'none')[]) {
  const clock = new SimulatedClock();
  const around = { online: true, size: 1 };
  const requests: BatchInput[] = [];
  const calls: string[] = [];
  const note = (name: string, size: number) => (_: unknown, params: { readonly batchId: number }) => {
    calls.push(`${name} ${params.batchId}`);
    around.size = size;
  };
  const machine = deliveryMachine.provide({
    guards: { isOffline: () => !around.online, hasEvents: () => around.size > 0 },
    actions: {
      removeBatch: note('removeBatch', 0),
      keepBatch: note('keepBatch', 1),
      suspectBatch: note('suspectBatch', 1),
    },
    actors: {
      sendBatch: fromPromise<BatchResult, BatchInput>(async ({ input }) => {
        requests.push(input);
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer instanceof Error) throw answer;
        if (answer === 'none') return new Promise<never>(() => {});
        return { status: 200, size: 1, backlog: false, ...answer };
      }),
    },
  });
  const actor = createActor(machine, { clock }).start();
  const state = () => actor.getSnapshot().value;
  return { actor, clock, around, requests, calls, state, reaches: (value: string) => expect.poll(state).toBe(value) };
}

describe('the delivery machine as an actor', () => {
  it('waits when nothing is filled, and gives events to the browser at page exit', () => {
    const sendOnExit = vi.fn();
    const clock = new SimulatedClock();
    const actor = createActor(deliveryMachine.provide({ actions: { sendOnExit } }), { clock }).start();
    expect(actor.getSnapshot().value).toBe('idle');
    actor.send({ type: 'delivery.queued' });
    clock.increment(250);
    clock.increment(30_000);
    expect(actor.getSnapshot().value).toBe('backingOff');
    actor.send({ type: 'page.exit' });
    expect(sendOnExit).toHaveBeenCalledTimes(1);
    expect(actor.getSnapshot().value).toBe('idle');
  });

  it('collects for 250 milliseconds, then sends', async () => {
    const { clock, calls, state, reaches, requests } = startDelivery({});
    expect(state()).toBe('collecting');
    clock.increment(249);
    expect(state()).toBe('collecting');
    clock.increment(1);
    expect(state()).toBe('sending');
    await reaches('idle');
    expect([requests, calls]).toEqual([[{ batchId: 1, retries: 0 }], ['removeBatch 1']]);
  });

  it('gives up a request after 30 seconds and tries again with the next batch id', async () => {
    const { clock, calls, state, reaches, requests } = startDelivery('none', {});
    clock.increment(250);
    clock.increment(29_999);
    expect(state()).toBe('sending');
    clock.increment(1);
    expect(state()).toBe('backingOff');
    clock.increment(2_000);
    await reaches('idle');
    expect(requests).toEqual([
      { batchId: 1, retries: 0 },
      { batchId: 2, retries: 1 },
    ]);
    expect(calls).toEqual(['suspectBatch 1', 'removeBatch 2']);
  });

  it('ignores the answer to a request that it gave up', async () => {
    const clock = new SimulatedClock();
    let resolve: (result: BatchResult) => void = () => {};
    const late = new Promise<BatchResult>((resolveLate) => {
      resolve = resolveLate;
    });
    const sendBatch = fromPromise<BatchResult, BatchInput>(() => late);
    const actor = createActor(deliveryMachine.provide({ actors: { sendBatch } }), { clock }).start();
    actor.send({ type: 'delivery.queued' });
    clock.increment(250);
    clock.increment(30_000);
    resolve({ status: 200, size: 1, backlog: false });
    await late;
    expect(actor.getSnapshot().value).toBe('backingOff');
  });

  it('doubles the pause with each failure, whatever it was', async () => {
    const { clock, reaches, requests } = startDelivery({ status: 503 }, new Error('broken'), { status: 0 }, {});
    clock.increment(250);
    for (const pause of [2_000, 4_000, 8_000]) {
      await reaches('backingOff');
      const { length } = requests;
      clock.increment(pause - 1);
      expect(requests).toHaveLength(length);
      clock.increment(1);
      await expect.poll(() => requests.length).toBe(length + 1);
    }
    await reaches('idle');
    expect(requests.map(({ retries }) => retries)).toEqual([0, 1, 2, 3]);
  });

  it('waits out the pause that the server asked for while the network comes and goes', async () => {
    const { actor, around, clock, reaches, requests, state } = startDelivery({ status: 429, retryAfterMs: 60_000 }, {});
    clock.increment(250);
    await reaches('backingOff');
    for (let flicker = 0; flicker < 5; flicker += 1) {
      around.online = false;
      actor.send({ type: 'network.offline' });
      clock.increment(5_000);
      around.online = true;
      actor.send({ type: 'network.online' });
      clock.increment(5_000);
      expect(state()).toBe('backingOff');
    }
    clock.increment(11_999);
    expect(requests).toHaveLength(1);
    clock.increment(1);
    await reaches('idle');
    expect(requests).toHaveLength(2);
  });

  it('tries after 30 seconds when the browser says it is offline, then less and less often', async () => {
    const { actor, around, clock, reaches, requests, calls } = startDelivery({ status: 0 });
    around.online = false;
    actor.send({ type: 'network.offline' });
    for (let retries = 0; retries < 5; retries += 1) {
      await reaches('offline');
      clock.increment(offlineDelayMs({ retries }) - 1);
      expect(requests).toHaveLength(retries);
      clock.increment(1);
      await expect.poll(() => requests.length).toBe(retries + 1);
    }
    await reaches('offline');
    expect(calls).toEqual([1, 2, 3, 4, 5].map((batchId) => `suspectBatch ${batchId}`));
  });

  it('aborts the request when consent is denied', async () => {
    let signal: AbortSignal | undefined;
    const sendBatch = fromPromise<BatchResult, BatchInput>((args) => {
      ({ signal } = args);
      return new Promise<never>(() => {});
    });
    const clock = new SimulatedClock();
    const actor = createActor(deliveryMachine.provide({ actors: { sendBatch } }), { clock }).start();
    actor.send({ type: 'delivery.queued' });
    actor.send({ type: 'delivery.flush' });
    expect(signal?.aborted).toBe(false);
    actor.send({ type: 'consent.deny' });
    expect([actor.getSnapshot().value, signal?.aborted]).toEqual(['awaitingConsent', true]);
  });

  // XS-04
  it('sends the batch again under its id when it goes on from a snapshot that went through JSON', async () => {
    const first = startDelivery('none');
    first.clock.increment(250);
    expect(first.state()).toBe('sending');
    const snapshot = JSON.parse(JSON.stringify(first.actor.getPersistedSnapshot()));
    first.actor.stop();
    const again = startDelivery({});
    const restored = createActor(again.actor.logic, { snapshot, clock: again.clock }).start();
    await expect.poll(() => restored.getSnapshot().value).toBe('idle');
    expect([again.requests, again.calls]).toEqual([[{ batchId: 1, retries: 0 }], ['removeBatch 1']]);
  });

  it('can be invoked by a machine of the application', async () => {
    const { clock, actor: own, requests } = startDelivery({});
    own.stop();
    const shop = setup({ actors: { delivery: own.logic } }).createMachine({
      invoke: { id: 'delivery', src: 'delivery' },
    });
    const actor = createActor(shop, { clock }).start();
    clock.increment(250);
    await expect.poll(() => requests.length).toBe(1);
    const { delivery } = actor.getSnapshot().children as { delivery: ActorRefFrom<typeof deliveryMachine> };
    await expect.poll(() => delivery.getSnapshot().value).toBe('idle');
  });
});
