import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createActor } from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap, getShortestPaths } from 'xstate/graph';
import {
  type BatchResult,
  type DeliveryContext,
  type DeliveryEvent,
  deliveryMachine,
  type IdentityEvent,
  identityMachine,
} from '../../machines/index.js';
import { filledGuards, fillGuards } from '../support/delivery-guards.js';

/** Each way from one state to another, as `from --event--> to`. */
function edgesOf(
  machine: AnyStateMachine,
  events: readonly { readonly type: string }[],
  nameOfState: (value: never) => string,
  nameOfEvent: (type: string) => string,
  more: { readonly input?: unknown; readonly serializeState: (state: { value: unknown; context: unknown }) => string },
): string[] {
  const edges = adjacencyMapToArray(getAdjacencyMap(machine, { ...more, events } as never))
    .map(({ state, event, nextState }) => [
      nameOfState(state.value as never),
      nameOfEvent(event.type),
      nameOfState(nextState.value as never),
    ])
    .filter(([from, , to]) => from !== to)
    .map(([from, type, to]) => `${from} --${type}--> ${to}`);
  return [...new Set(edges)].sort();
}

describe('the graph of the identity machine', () => {
  const anonymousToken = 'anonymous-1';
  const events: IdentityEvent[] = [
    { type: 'identity.login', token: 'u1' },
    { type: 'identity.login', token: '' },
    { type: 'identity.logout' },
    { type: 'identity.sync', token: 'u2' },
    { type: 'identity.sync', token: 'a b' },
    { type: 'identity.sync', token: null },
    { type: 'tabs.changed', state: { visitor: 'anonymous', anonymousToken } },
    { type: 'tabs.changed', state: { visitor: 'identified', anonymousToken, identifiedToken: 'u3' } },
    { type: 'tabs.changed', state: { visitor: 'loggedOut', anonymousToken } },
    { type: 'consent.grant', freshAnonymousToken: 'anonymous-2' },
    { type: 'consent.grant', stored: { identifiedToken: 'u4' }, freshAnonymousToken: 'anonymous-2' },
    { type: 'consent.deny' },
  ];
  const name = ({ visitor, consent }: Record<string, string>) => `${visitor}+${consent}`;
  const options = {
    input: { anonymousToken, consent: 'pending' },
    serializeState: ({ value, context }: { value: unknown; context: unknown }) => JSON.stringify([value, context]),
  };

  it('has exactly the expected edges', () => {
    const expected = ['pending', 'granted', 'denied'].flatMap((consent) => [
      `anonymous+${consent} --identity.login--> identified+${consent}`,
      `anonymous+${consent} --identity.sync--> identified+${consent}`,
      `loggedOut+${consent} --identity.login--> identified+${consent}`,
      `loggedOut+${consent} --identity.sync--> identified+${consent}`,
      `identified+${consent} --identity.logout--> loggedOut+${consent}`,
      `identified+${consent} --identity.sync--> loggedOut+${consent}`,
    ]);
    for (const visitor of ['anonymous', 'identified', 'loggedOut']) {
      expected.push(
        `${visitor}+pending --consent.grant--> ${visitor}+granted`,
        `${visitor}+pending --consent.deny--> ${visitor}+denied`,
        `${visitor}+granted --consent.deny--> ${visitor}+denied`,
        `${visitor}+denied --consent.grant--> ${visitor}+granted`,
      );
      for (const other of ['anonymous', 'identified', 'loggedOut']) {
        if (other !== visitor) expected.push(`${visitor}+granted --tabs.changed--> ${other}+granted`);
      }
    }
    // A grant resumes the user that it finds stored.
    expected.push(
      'anonymous+pending --consent.grant--> identified+granted',
      'anonymous+denied --consent.grant--> identified+granted',
    );
    expect(edgesOf(identityMachine as never, events, name, String, options)).toEqual(expected.sort());
  });

  it('leads an actor to every state by the shortest path', () => {
    const paths = getShortestPaths(identityMachine as never as AnyStateMachine, { ...options, events } as never);
    const reached = new Map<string, number>();
    for (const { state, steps } of paths) {
      const actor = createActor(identityMachine, { input: { anonymousToken, consent: 'pending' } }).start();
      for (const { event } of steps) if (event.type !== 'xstate.init') actor.send(event as IdentityEvent);
      const { value, context } = actor.getSnapshot();
      expect(JSON.stringify([value, context])).toBe(JSON.stringify([state.value, state.context]));
      const taken = steps.filter(({ event }) => event.type !== 'xstate.init').length;
      reached.set(name(value), Math.min(reached.get(name(value)) ?? Number.POSITIVE_INFINITY, taken));
    }
    expect(Object.fromEntries(reached)).toEqual({
      'anonymous+pending': 0,
      'anonymous+granted': 1,
      'anonymous+denied': 1,
      'identified+pending': 1,
      'identified+granted': 1,
      'identified+denied': 2,
      'loggedOut+pending': 2,
      'loggedOut+granted': 2,
      'loggedOut+denied': 3,
    });
  });
});

describe('the graph of the delivery machine', () => {
  const answer = (status: number, more: Partial<BatchResult> = {}) => ({
    type: 'xstate.done.actor.request',
    output: { status, size: 1, backlog: false, ...more },
  });
  const own: Record<DeliveryEvent['type'], true> = {
    'delivery.queued': true,
    'delivery.flush': true,
    'consent.grant': true,
    'consent.deny': true,
    'network.online': true,
    'network.offline': true,
    'outage.known': true,
    'page.hidden': true,
    'page.exit': true,
    'page.restored': true,
  };
  const events = [
    ...Object.keys(own).map((type) => ({ type, retries: 1 })),
    { type: 'xstate.after.batchWindow.delivery.collecting' },
    { type: 'xstate.after.requestTimeout.delivery.sending' },
    { type: 'xstate.after.retryDelay.delivery.backingOff' },
    { type: 'xstate.after.offlineDelay.delivery.offline' },
    ...[0, 200, 400, 401, 404, 503].map((status) => answer(status)),
    answer(200, { backlog: true }),
    answer(422, { isClockWrong: true }),
    answer(422, { size: 2 }),
    answer(429, { retryAfterMs: 9_000 }),
    { type: 'xstate.error.actor.request', error: 'broken' },
  ];
  const nameOf = (type: string) =>
    type.replace(/^xstate\.(?:after\.(\w+)|(done|error)\.actor)\..*/, (_, delay, end) => delay ?? end);

  /** The edges with one answer of each guard that the application fills: a bit for each. */
  function edgesWith(answers: number) {
    const guards = fillGuards((_, index) => () => (answers & (1 << index)) !== 0);
    const machine = deliveryMachine.provide({ guards });
    return edgesOf(machine as never, events, String, nameOf, {
      // Counts grow without end; the edges depend on whether there were failures at all.
      serializeState: ({ value, context }) => {
        const { retries, retryAfterMs, backlog } = context as DeliveryContext;
        return JSON.stringify([value, retries > 0, retryAfterMs, backlog]);
      },
    });
  }

  it('has exactly the expected edges', () => {
    const all = new Set<string>();
    for (let answers = 0; answers < 2 ** filledGuards.length; answers += 1) {
      for (const edge of edgesWith(answers)) all.add(edge);
    }
    const states = ['idle', 'collecting', 'sending', 'backingOff', 'offline', 'unauthorized'];
    const fromIdle = ['collecting', 'idle', 'offline'];
    const expected = [
      ...states.map((state) => `${state} --consent.deny--> awaitingConsent`),
      // These go through idle, which moves on by itself when there is something to do.
      ...fromIdle.flatMap((next) => [
        `awaitingConsent --consent.grant--> ${next}`,
        `backingOff --page.exit--> ${next}`,
        `sending --page.restored--> ${next}`,
        `sending --done--> ${next}`,
      ]),
      'idle --delivery.queued--> collecting',
      'idle --outage.known--> backingOff',
      'collecting --outage.known--> backingOff',
      'collecting --batchWindow--> sending',
      'collecting --delivery.flush--> sending',
      'collecting --page.hidden--> sending',
      'collecting --network.offline--> offline',
      'collecting --page.exit--> idle',
      'sending --done--> backingOff',
      'sending --done--> unauthorized',
      'sending --error--> backingOff',
      'sending --error--> offline',
      'sending --requestTimeout--> backingOff',
      'sending --requestTimeout--> offline',
      'backingOff --retryDelay--> sending',
      'backingOff --network.offline--> offline',
      'offline --offlineDelay--> sending',
      'offline --network.online--> idle',
      'offline --network.online--> collecting',
      'offline --network.online--> sending',
    ];
    expect([...all].sort()).toEqual(expected.sort());
  });
});
