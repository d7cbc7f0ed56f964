import { describe, expect, it, vi } from 'vitest';
import { createActor } from 'xstate';
import { deliveryMachine, type IdentityEvent, identityMachine, tokensOf } from '../../machines/index.js';

const input = { anonymousToken: 'anonymous-1', consent: 'granted' } as const;

describe('a raw actor', () => {
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
    { type: 'tabs.changed', state: {}, anonymousToken: [], identifiedToken: null },
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
      expect(actor.getSnapshot().value).toBe('awaitingConsent');
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
