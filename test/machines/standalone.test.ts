import { describe, expect, it, vi } from 'vitest';
import { type ActorRefFrom, createActor, fromPromise, SimulatedClock, setup } from 'xstate';
import {
  type BatchResult,
  deliveryMachine,
  type IdentityEvent,
  identityMachine,
  tokensOf,
} from '../../machines/index.js';

const input = { anonymousToken: 'anonymous-1', consent: 'granted' } as const;

describe('a machine without the rest of the library', () => {
  it('runs as an actor', () => {
    const actor = createActor(identityMachine, { input }).start();
    const heard: unknown[] = [];
    actor.on('tokenChanged', (event) => heard.push(event));
    actor.send({ type: 'identity.login', token: 'u1' });
    expect(tokensOf(actor.getSnapshot().context).userToken).toBe('u1');
    expect(heard).toEqual([{ type: 'tokenChanged', userToken: 'u1', authenticatedUserToken: undefined }]);
    actor.stop();
  });

  it('takes other effects and another guard', () => {
    const remember = vi.fn();
    const machine = identityMachine.provide({
      actions: { remember: ({ context }) => remember(context.identifiedToken) },
      guards: { isUserToken: ({ event }) => 'token' in event && event.token === 'only-this' },
    });
    const actor = createActor(machine, { input }).start();
    actor.send({ type: 'identity.login', token: 'u1' });
    actor.send({ type: 'identity.login', token: 'only-this' });
    expect(remember.mock.calls).toEqual([[undefined], ['only-this']]);
    actor.stop();
  });

  it("is invoked in a machine of one's own", () => {
    const shop = setup({
      types: {} as { events: { type: 'signIn'; id: string } },
      actors: { identity: identityMachine },
    }).createMachine({
      invoke: { id: 'identity', src: 'identity', input },
      on: {
        signIn: {
          actions: ({ event, self }) => child(self.getSnapshot()).send({ type: 'identity.login', token: event.id }),
        },
      },
    });
    const child = (snapshot: { children: Record<string, unknown> }) =>
      snapshot.children.identity as ActorRefFrom<typeof identityMachine>;
    const actor = createActor(shop).start();
    actor.send({ type: 'signIn', id: 'u1' });
    expect(child(actor.getSnapshot()).getSnapshot().value).toEqual({ visitor: 'identified', consent: 'granted' });
    actor.stop();
  });

  it('the delivery machine runs on a simulated clock and an invoked transport of any kind', async () => {
    const clock = new SimulatedClock();
    const sent: number[] = [];
    const machine = deliveryMachine.provide({
      actors: {
        sendBatch: fromPromise<BatchResult, { readonly attempt: number }>(async ({ input: { attempt } }) => {
          sent.push(attempt);
          return { status: sent.length === 1 ? 503 : 200, size: 1, waiting: 0, backlog: false };
        }),
      },
    });
    const actor = createActor(machine, { clock, input: {} }).start();
    actor.send({ type: 'delivery.queued', waiting: 1 });
    clock.increment(250);
    await vi.waitUntil(() => actor.getSnapshot().value === 'backingOff');
    clock.increment(2_000);
    await vi.waitUntil(() => actor.getSnapshot().value === 'idle');
    expect(sent).toEqual([0, 1]);
    actor.stop();
  });
});

describe('a raw actor given nonsense', () => {
  const throwing = Object.defineProperty({ type: 'identity.login' }, 'token', {
    enumerable: true,
    get() {
      throw new Error('getter');
    },
  });
  const circular: Record<string, unknown> = { type: 'identity.login' };
  circular.token = circular;
  const nonsense: unknown[] = [
    {},
    [],
    { type: null },
    { type: 7 },
    { type: Symbol('x') },
    { type: {} },
    { type: '' },
    { type: 'toString' },
    { type: '__proto__' },
    { type: 'identity.unknown' },
    { type: 'identity.login' },
    { type: 'identity.login', token: Symbol('x') },
    { type: 'identity.login', token: 'x'.repeat(10_000_000) },
    { type: 'identity.login', token: '\ud800' },
    { type: 'identity.sync', token: { toString: () => 'u1' } },
    { type: 'identity.synced', state: {}, anonymousToken: [], identifiedToken: null },
    { type: 'consent.grant', storedAnonymousToken: {}, storedIdentifiedToken: 7, freshAnonymousToken: [] },
    { type: 'delivery.queued', waiting: 'many' },
    { type: 'delivery.queued', waiting: Number.NaN },
    { type: '*' },
    { type: 'identity.*' },
    { type: 'xstate.error.actor.x' },
    { type: 'xstate.error.actor.request', error: 'nonsense' },
    { type: 'xstate.done.actor.request' },
    { type: 'xstate.done.actor.request', output: 'nonsense' },
    throwing,
    circular,
  ];

  it('the identity machine stays alive and where it was', () => {
    const actor = createActor(identityMachine, { input }).start();
    actor.send({ type: 'identity.login', token: 'u1' });
    const before = JSON.stringify(actor.getSnapshot());
    for (const event of nonsense) actor.send(event as IdentityEvent);
    expect(actor.getSnapshot().status).toBe('active');
    expect(JSON.stringify(actor.getSnapshot())).toBe(before);
    actor.stop();
  });

  it('the delivery machine stays alive, in every state', () => {
    for (const events of [
      [],
      ['delivery.queued'],
      ['delivery.queued', 'delivery.flush'],
      ['network.offline'],
      ['consent.deny'],
    ]) {
      const actor = createActor(deliveryMachine, { input: {} }).start();
      for (const type of events) actor.send({ type, waiting: 1 } as never);
      for (const event of nonsense) actor.send(event as never);
      expect(actor.getSnapshot().status).toBe('active');
      actor.send({ type: 'consent.deny' });
      expect(actor.getSnapshot().value).toBe('held');
      actor.stop();
    }
  });

  it('so does a machine with other implementations', () => {
    const actor = createActor(identityMachine.provide({ actions: { remember: () => {} } }), { input }).start();
    for (const event of nonsense) actor.send(event as IdentityEvent);
    expect(actor.getSnapshot().status).toBe('active');
    actor.stop();
  });
});

describe('XS-04: snapshots from elsewhere', () => {
  it('a snapshot that went through JSON restores', () => {
    const actor = createActor(identityMachine, { input }).start();
    actor.send({ type: 'identity.login', token: 'u1' });
    const snapshot = JSON.parse(JSON.stringify(actor.getPersistedSnapshot()));
    actor.stop();
    const restored = createActor(identityMachine, { input, snapshot }).start();
    restored.send({ type: 'identity.logout' });
    expect(tokensOf(restored.getSnapshot().context).userToken).toBe('anonymous-1');
    restored.stop();
  });
});
