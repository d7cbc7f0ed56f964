import { describe, expect, it } from 'vitest';
import { type ActorRefFrom, createActor, fromPromise, SimulatedClock, setup } from 'xstate';
import { type BatchResult, deliveryMachine, identityMachine, tokensOf } from '../../machines/index.js';

const input = { anonymousToken: 'anonymous-1', consent: 'granted' } as const;

describe('a machine without the rest of the library', () => {
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
        sendBatch: fromPromise<BatchResult, { readonly retries: number }>(async ({ input: { retries } }) => {
          sent.push(retries);
          return { status: sent.length === 1 ? 503 : 200, size: 1, waiting: 0, backlog: false };
        }),
      },
    });
    const actor = createActor(machine, { clock, input: {} }).start();
    actor.send({ type: 'delivery.queued', waiting: 1 });
    clock.increment(250);
    await expect.poll(() => actor.getSnapshot().value).toBe('backingOff');
    clock.increment(2_000);
    await expect.poll(() => actor.getSnapshot().value).toBe('idle');
    expect(sent).toEqual([0, 1]);
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
