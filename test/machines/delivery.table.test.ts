import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import {
  type BatchOutcome,
  type DeliveryInput,
  deliveryMachine,
  maxRetryAfterMs,
  outcomeOf,
  retryDelayMs,
} from '../../machines/index.js';

type Sent = { readonly type: string; readonly [field: string]: unknown };

function start(input: DeliveryInput = { granted: true }) {
  return initialTransition(deliveryMachine, input)[0];
}

function sendAll(snapshot: ReturnType<typeof start>, ...events: Sent[]) {
  let current = snapshot;
  let effects: string[] = [];
  for (const event of events) {
    const [next, actions] = transition(deliveryMachine, current, event as never);
    current = next;
    // What XState does by itself: timers and the invoked request.
    effects = actions.map(({ type }) => type).filter((type) => !type.startsWith('xstate.'));
  }
  return { state: current.value, effects, ...current.context };
}

const queued: Sent = { type: 'delivery.queued', waiting: 3 };
const windowEnds: Sent = { type: 'xstate.after.batchWindow.delivery.collecting' };
const timeout: Sent = { type: 'xstate.after.requestTimeout.delivery.sending' };
const pauseEnds: Sent = { type: 'xstate.after.retryDelay.delivery.backingOff' };
const flush: Sent = { type: 'delivery.flush' };
const grant: Sent = { type: 'consent.grant' };
const deny: Sent = { type: 'consent.deny' };
const online: Sent = { type: 'network.online' };
const offline: Sent = { type: 'network.offline' };
const hidden: Sent = { type: 'page.hidden' };
const exit: Sent = { type: 'page.exit' };
const done = (outcome: BatchOutcome, size = 3, waiting = 0, backlog = false): Sent => ({
  type: 'xstate.done.actor.request',
  actorId: 'request',
  output: { outcome, size, waiting, backlog },
});
const accepted: BatchOutcome = { kind: 'accepted' };
const refused: BatchOutcome = { kind: 'refused', status: 422, message: 'no' };
const failed: BatchOutcome = { kind: 'failed', status: 503 };
const sending = [queued, windowEnds];

describe('the delivery machine', () => {
  it.each<[string, DeliveryInput | undefined, Sent[], object]>([
    ['starts held', {}, [], { state: 'held' }],
    ['starts idle with consent', undefined, [], { state: 'idle' }],
    ['starts with what an earlier page left', { granted: true, waiting: 2 }, [], { state: 'collecting', waiting: 2 }],
    ['starts offline', { granted: true, online: false, waiting: 2 }, [], { state: 'offline' }],
    ['held: events wait', {}, [queued, flush], { state: 'held', waiting: 3 }],
    ['held: a grant lets them go', {}, [queued, grant], { state: 'collecting' }],
    ['held: a grant while offline waits on', {}, [queued, offline, grant], { state: 'offline' }],
    ['idle: the first event opens the window', undefined, [queued], { state: 'collecting', waiting: 3 }],
    ['collecting: the window ends', undefined, sending, { state: 'sending' }],
    ['collecting: flush does not wait for it', undefined, [queued, flush], { state: 'sending' }],
    ['collecting: nor does a hidden page', undefined, [queued, hidden], { state: 'sending' }],
    ['collecting: the page ends', undefined, [queued, exit], { state: 'idle', effects: ['handOver'], waiting: 0 }],
    ['collecting: the network goes', undefined, [queued, offline], { state: 'offline' }],
    [
      'sending: accepted, nothing left',
      undefined,
      [...sending, done(accepted)],
      { state: 'idle', effects: ['removeBatch'], attempt: 0 },
    ],
    [
      'sending: accepted, others came',
      undefined,
      [...sending, done(accepted, 3, 2)],
      { state: 'collecting', effects: ['removeBatch'] },
    ],
    [
      'sending: accepted, a full batch more',
      undefined,
      [...sending, done(accepted, 3, 2, true)],
      { state: 'sending', effects: ['removeBatch'] },
    ],
    [
      'sending: a batch refused is halved at once',
      undefined,
      [...sending, done(refused)],
      { state: 'sending', effects: ['halveBatch'], attempt: 0 },
    ],
    [
      'sending: a single event refused is dropped',
      undefined,
      [...sending, done(refused, 1)],
      { state: 'idle', effects: ['dropEvent'] },
    ],
    [
      'sending: the clock is wrong',
      undefined,
      [...sending, done({ kind: 'clockIsWrong' })],
      { state: 'sending', effects: ['omitTimestamps'] },
    ],
    [
      'sending: no retry would help',
      undefined,
      [...sending, done({ kind: 'undeliverable', status: 404, message: '' })],
      { state: 'idle', effects: ['dropBatch'] },
    ],
    [
      'sending: credentials refused',
      undefined,
      [...sending, done({ kind: 'credentialsRefused', status: 401 })],
      { state: 'stopped', effects: ['keepBatch', 'reportCredentials'] },
    ],
    [
      'sending: a failure',
      undefined,
      [...sending, done(failed)],
      { state: 'backingOff', effects: ['keepBatch'], attempt: 1, waiting: 3 },
    ],
    [
      'sending: a failure that asks for patience',
      undefined,
      [...sending, done({ ...failed, retryAfterMs: 9_000 })],
      { state: 'backingOff', retryAfterMs: 9_000 },
    ],
    [
      'sending: a request that takes too long',
      undefined,
      [...sending, timeout],
      { state: 'backingOff', effects: ['keepBatch'], attempt: 1 },
    ],
    [
      'sending: a failure while offline',
      undefined,
      [...sending, offline, done(failed)],
      { state: 'offline', effects: ['keepBatch'] },
    ],
    ['sending: the page ends', undefined, [...sending, exit], { state: 'sending', effects: ['handOver'] }],
    [
      'sending: a rejected promise is a failure',
      undefined,
      [...sending, { type: 'xstate.error.actor.request', error: 1 }],
      { state: 'backingOff', effects: ['keepBatch'] },
    ],
    ['backingOff: the pause ends', undefined, [...sending, done(failed), pauseEnds], { state: 'sending', attempt: 1 }],
    [
      'backingOff: success forgets the failures',
      undefined,
      [...sending, done(failed), pauseEnds, done(accepted)],
      { state: 'idle', attempt: 0, retryAfterMs: undefined },
    ],
    ['backingOff: flush keeps the pause', undefined, [...sending, done(failed), flush], { state: 'backingOff' }],
    ['backingOff: a new event keeps it too', undefined, [...sending, done(failed), queued], { state: 'backingOff' }],
    [
      'backingOff: an outbox in memory has nothing to lose at the end of the page',
      undefined,
      [...sending, done(failed), exit],
      { effects: ['handOver'] },
    ],
    [
      'backingOff: a durable one keeps what an outage holds up',
      { granted: true, durable: true },
      [...sending, done(failed), exit],
      { state: 'backingOff', effects: [] },
    ],
    [
      'sending again after a failure: a durable outbox hands nothing over',
      { granted: true, durable: true },
      [...sending, done(failed), pauseEnds, exit],
      { state: 'sending', effects: [] },
    ],
    ['offline: the network comes back', undefined, [queued, offline, online], { state: 'collecting' }],
    [
      'offline: after a failure what waits goes at once',
      undefined,
      [...sending, offline, done(failed), online],
      { state: 'sending' },
    ],
    [
      'stopped: nothing goes on',
      undefined,
      [...sending, done({ kind: 'credentialsRefused', status: 403 }), queued, flush, exit],
      { state: 'stopped', effects: [] },
    ],
    [
      'a denial drops what waits, wherever it is',
      undefined,
      [...sending, done(failed), deny],
      { state: 'held', effects: ['dropAll'], waiting: 0, attempt: 0 },
    ],
    ['a denial while a request is under way', undefined, [...sending, deny], { state: 'held', effects: ['dropAll'] }],
    ['a grant after a denial', undefined, [...sending, deny, grant, queued], { state: 'collecting' }],
  ])('%s', (_, input, events, expected) => {
    expect(sendAll(start(input), ...events)).toMatchObject(expected);
  });

  it('holds counts in its context, never events', () => {
    const { context } = start();
    for (const value of Object.values(context)) expect(['number', 'boolean', 'undefined']).toContain(typeof value);
  });
});

describe('what an HTTP status leads to', () => {
  it.each([
    [200, 'accepted'],
    [204, 'accepted'],
    [0, 'failed'],
    [301, 'failed'],
    [400, 'refused'],
    [401, 'credentialsRefused'],
    [403, 'credentialsRefused'],
    [404, 'undeliverable'],
    [405, 'undeliverable'],
    [408, 'failed'],
    [413, 'refused'],
    [422, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ])('%i: %s', (status, kind) => {
    expect(outcomeOf(status, '').kind).toBe(kind);
  });
});

describe('the pause before a retry', () => {
  it('doubles with each failure up to five minutes, and may be anything below that', () => {
    const pauses = Array.from({ length: 12 }, (_, index) =>
      retryDelayMs({ attempt: index + 1, retryAfterMs: undefined }, 1),
    );
    expect(pauses.slice(0, 4).map((pause) => pause / pauses[0]!)).toEqual([1, 2, 4, 8]);
    expect(pauses.at(-1)).toBe(300_000);
    expect(retryDelayMs({ attempt: 5, retryAfterMs: undefined }, 0)).toBe(0);
  });

  it('is never shorter than the server asked for, and never longer than a timer can be', () => {
    expect(retryDelayMs({ attempt: 1, retryAfterMs: 60_000 }, 0)).toBe(60_000);
    expect(retryDelayMs({ attempt: 40, retryAfterMs: 1e15 }, 1)).toBe(maxRetryAfterMs + 300_000);
    expect(maxRetryAfterMs + 300_000).toBeLessThan(2 ** 31);
  });
});
