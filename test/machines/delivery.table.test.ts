import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type BatchResult, deliveryMachine, maxRetryAfterMs, retryDelayMs } from '../../machines/index.js';

type Sent = { readonly type: string; readonly [field: string]: unknown };

/** What the guards that adapters fill look at. */
interface Surroundings {
  granted?: boolean;
  online?: boolean;
  waiting?: number;
  persistent?: boolean;
}

/** A run of the machine where the surroundings follow the events, as they do on a page. */
function sendAll({ granted = true, online = true, waiting = 0, persistent = false }: Surroundings, ...events: Sent[]) {
  const now = { granted, online };
  const machine = deliveryMachine.provide({
    guards: { isAwaitingConsent: () => !now.granted, isOffline: () => !now.online, isNotPersistent: () => !persistent },
  });
  let [current] = initialTransition(machine, { waiting });
  let effects: string[] = [];
  for (const event of events) {
    if (event.type.startsWith('consent.')) now.granted = event.type === 'consent.grant';
    if (event.type.startsWith('network.')) now.online = event.type === 'network.online';
    const [next, actions] = transition(machine, current, event as never);
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
const restored: Sent = { type: 'page.restored' };
const done = (status: number, more: Partial<BatchResult> = {}): Sent => ({
  type: 'xstate.done.actor.request',
  actorId: 'request',
  output: { status, size: 3, waiting: 0, backlog: false, ...more },
});
const sending = [queued, windowEnds];

describe('the delivery machine', () => {
  it.each<[string, Surroundings, Sent[], object]>([
    ['starts held', { granted: false }, [], { state: 'awaitingConsent' }],
    ['starts idle with consent', {}, [], { state: 'idle' }],
    ['starts with what an earlier page left', { waiting: 2 }, [], { state: 'collecting', waiting: 2 }],
    ['starts offline', { online: false, waiting: 2 }, [], { state: 'offline' }],
    ['held: events wait', { granted: false }, [queued, flush], { state: 'awaitingConsent', waiting: 3 }],
    ['held: a grant lets them go', { granted: false }, [queued, grant], { state: 'collecting' }],
    ['held: a grant while offline waits on', { granted: false }, [queued, offline, grant], { state: 'offline' }],
    ['idle: the first event opens the window', {}, [queued], { state: 'collecting', waiting: 3 }],
    ['collecting: the window ends', {}, sending, { state: 'sending' }],
    ['collecting: flush does not wait for it', {}, [queued, flush], { state: 'sending' }],
    ['collecting: nor does a hidden page', {}, [queued, hidden], { state: 'sending' }],
    ['collecting: the page ends', {}, [queued, exit], { state: 'idle', effects: ['sendOnExit'] }],
    ['collecting: the network goes', {}, [queued, offline], { state: 'offline' }],
    [
      'sending: accepted, nothing left',
      {},
      [...sending, done(200)],
      { state: 'idle', effects: ['removeBatch'], retries: 0 },
    ],
    [
      'sending: accepted, others came',
      {},
      [...sending, done(200, { waiting: 2 })],
      { state: 'collecting', effects: ['removeBatch'] },
    ],
    [
      'sending: accepted, a full batch more',
      {},
      [...sending, done(200, { waiting: 2, backlog: true })],
      { state: 'sending', effects: ['removeBatch'] },
    ],
    [
      'sending: a batch refused is halved at once',
      {},
      [...sending, done(422)],
      { state: 'sending', effects: ['halveBatch'], retries: 0 },
    ],
    [
      'sending: a single event refused is dropped',
      {},
      [...sending, done(422, { size: 1 })],
      { state: 'idle', effects: ['dropEvent'] },
    ],
    [
      'sending: the clock is wrong',
      {},
      [...sending, done(422, { isClockWrong: true })],
      { state: 'sending', effects: ['omitTimestamps'] },
    ],
    ['sending: no retry would help', {}, [...sending, done(404)], { state: 'idle', effects: ['dropBatch'] }],
    [
      'sending: credentials refused',
      {},
      [...sending, done(401)],
      { state: 'unauthorized', effects: ['keepBatch', 'reportCredentials'] },
    ],
    ['sending: a failure', {}, [...sending, done(503)], { state: 'backingOff', effects: ['keepBatch'], retries: 1 }],
    [
      'sending: a failure that asks for patience',
      {},
      [...sending, done(429, { retryAfterMs: 9_000 })],
      { state: 'backingOff', retryAfterMs: 9_000 },
    ],
    [
      'sending: a request that takes too long',
      {},
      [...sending, timeout],
      { state: 'backingOff', effects: ['keepBatch'], retries: 1 },
    ],
    [
      'sending: a failure while offline',
      {},
      [...sending, offline, done(503)],
      { state: 'offline', effects: ['keepBatch'] },
    ],
    ['sending: the page ends', {}, [...sending, exit], { state: 'sending', effects: ['sendOnExit'] }],
    ['sending: the page was away', {}, [...sending, exit, restored], { state: 'collecting', effects: [] }],
    ['backing off: the page was away', {}, [...sending, done(503), restored], { state: 'backingOff' }],
    [
      'sending: a rejected promise is a failure',
      {},
      [...sending, { type: 'xstate.error.actor.request', error: 1 }],
      { state: 'backingOff', effects: ['keepBatch'] },
    ],
    ['backingOff: the pause ends', {}, [...sending, done(503), pauseEnds], { state: 'sending', retries: 1 }],
    [
      'backingOff: success forgets the failures',
      {},
      [...sending, done(503), pauseEnds, done(200)],
      { state: 'idle', retries: 0, retryAfterMs: undefined },
    ],
    ['backingOff: flush keeps the pause', {}, [...sending, done(503), flush], { state: 'backingOff' }],
    ['backingOff: a new event keeps it too', {}, [...sending, done(503), queued], { state: 'backingOff' }],
    [
      'backingOff: an outbox in memory has nothing to lose at the end of the page',
      {},
      [...sending, done(503), exit],
      { effects: ['sendOnExit'] },
    ],
    ['offline: the network comes back', {}, [queued, offline, online], { state: 'collecting' }],
    [
      'offline: after a failure what waits goes at once',
      {},
      [...sending, offline, done(503), online],
      { state: 'sending' },
    ],
    [
      'unauthorized: nothing goes on',
      {},
      [...sending, done(403), queued, flush, exit],
      { state: 'unauthorized', effects: [] },
    ],
    [
      'a denial drops what waits, wherever it is',
      {},
      [...sending, done(503), deny],
      { state: 'awaitingConsent', effects: ['dropAll'], waiting: 0, retries: 0 },
    ],
    [
      'a denial while a request is under way',
      {},
      [...sending, deny],
      { state: 'awaitingConsent', effects: ['dropAll'] },
    ],
    ['a grant after a denial', {}, [...sending, deny, grant, queued], { state: 'collecting' }],
  ])('%s', (_, surroundings, events, expected) => {
    expect(sendAll(surroundings, ...events)).toMatchObject(expected);
  });

  it.each<[string, Sent[], string]>([
    ['while it backs off', [...sending, done(503), exit], 'backingOff'],
    ['while it tries again', [...sending, done(503), pauseEnds, exit], 'sending'],
    ['offline, with a request under way', [...sending, offline, exit], 'sending'],
  ])('a persistent outbox keeps what an outage holds up when the page ends %s', (_, events, state) => {
    expect(sendAll({ persistent: true }, ...events)).toMatchObject({ state, effects: [] });
  });

  it('holds counts in its context, never events', () => {
    const { state, effects, ...context } = sendAll({});
    for (const value of Object.values(context)) expect(['number', 'boolean', 'undefined']).toContain(typeof value);
  });
});

describe('what an HTTP status leads to', () => {
  it.each([
    [200, 'idle', 'removeBatch'],
    [204, 'idle', 'removeBatch'],
    [0, 'backingOff', 'keepBatch'],
    [301, 'backingOff', 'keepBatch'],
    [400, 'idle', 'dropEvent'],
    [401, 'unauthorized', 'keepBatch'],
    [403, 'unauthorized', 'keepBatch'],
    [404, 'idle', 'dropBatch'],
    [405, 'idle', 'dropBatch'],
    [408, 'backingOff', 'keepBatch'],
    [413, 'idle', 'dropEvent'],
    [422, 'idle', 'dropEvent'],
    [429, 'backingOff', 'keepBatch'],
    [500, 'backingOff', 'keepBatch'],
    [503, 'backingOff', 'keepBatch'],
  ])('%i: %s', (status, state, effect) => {
    const { state: after, effects } = sendAll({}, ...sending, done(status, { size: 1 }));
    expect([after, effects[0]]).toEqual([state, effect]);
  });
});

describe('the pause before a retry', () => {
  it('doubles with each failure up to five minutes, and may be anything below that', () => {
    const pauses = Array.from({ length: 12 }, (_, index) =>
      retryDelayMs({ retries: index + 1, retryAfterMs: undefined }, 1),
    );
    expect(pauses.slice(0, 4).map((pause) => pause / pauses[0]!)).toEqual([1, 2, 4, 8]);
    expect(pauses.at(-1)).toBe(300_000);
    expect(retryDelayMs({ retries: 5, retryAfterMs: undefined }, 0)).toBe(0);
  });

  it('is never shorter than the server asked for, and never longer than a timer can be', () => {
    expect(retryDelayMs({ retries: 1, retryAfterMs: 60_000 }, 0)).toBe(60_000);
    expect(retryDelayMs({ retries: 40, retryAfterMs: 1e15 }, 1)).toBe(maxRetryAfterMs + 300_000);
    expect(maxRetryAfterMs + 300_000).toBeLessThan(2 ** 31);
  });
});
