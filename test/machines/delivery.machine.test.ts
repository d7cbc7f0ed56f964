import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type BatchResult, type DeliveryEvent, deliveryMachine } from '../../machines/index.js';

/** What the guards that the application fills look at. */
interface Surroundings {
  granted: boolean;
  online: boolean;
  /** Events in the outbox. */
  size: number;
  persistent: boolean;
  /** Another page of the site is there, or coming. */
  successor: boolean;
  /** The visitor has set out for a page of the site. */
  leaving: boolean;
  /** A page ended a moment ago, and nobody knows how its exit went. */
  unheard: boolean;
}

/** An event of the machine, and what changed around it just before. */
type Step = {
  readonly event: { readonly type: string; readonly [field: string]: unknown };
  readonly around?: Partial<Surroundings>;
};

/** Starts the machine and takes it through steps. The effects are those of the last step, in order, each with the batch
 * that it settles. */
function run(start: Partial<Surroundings>, ...steps: Step[]) {
  const around: Surroundings = {
    granted: true,
    online: true,
    size: 0,
    persistent: false,
    successor: false,
    leaving: false,
    unheard: false,
    ...start,
  };
  const machine = deliveryMachine.provide({
    guards: {
      isAwaitingConsent: () => !around.granted,
      isOffline: () => !around.online,
      hasEvents: () => around.size > 0,
      isPersistent: () => around.persistent,
      hasSuccessor: () => around.successor,
      isLeaving: () => around.leaving,
      hasUnheardExit: () => around.unheard,
    },
  });
  let [snapshot, actions] = initialTransition(machine);
  for (const step of steps) {
    Object.assign(around, step.around);
    [snapshot, actions] = transition(machine, snapshot, step.event as never);
  }
  // XState's own actions set timers and start the request.
  const effects = actions
    .filter(({ type }) => !type.startsWith('xstate.'))
    .map(({ type, params }) => (params ? `${type} ${(params as { batchId: number }).batchId}` : type));
  return { state: snapshot.value, effects, ...snapshot.context };
}

const step = (type: Exclude<DeliveryEvent['type'], 'outage.known'>, around: Partial<Surroundings> = {}): Step => ({
  event: { type },
  around,
});
const queued = step('delivery.queued', { size: 3 });
const flush = step('delivery.flush');
const grant = step('consent.grant', { granted: true });
const deny = step('consent.deny', { granted: false });
const online = step('network.online', { online: true });
const offline = step('network.offline', { online: false });
const hidden = step('page.hidden');
const exit = step('page.exit');
const restored = step('page.restored');

const after = (delay: string, state: string): Step => ({ event: { type: `xstate.after.${delay}.delivery.${state}` } });
const windowEnds = after('batchWindow', 'collecting');
const timeout = after('requestTimeout', 'sending');
const pauseEnds = after('retryDelay', 'backingOff');
const offlineDelayEnds = after('offlineDelay', 'offline');

/** The server answers a batch of three events. */
const answer = (status: number, more: Partial<BatchResult> = {}, left = 0): Step => {
  const output: BatchResult = { status, size: 3, backlog: false, ...more };
  const event = { type: 'xstate.done.actor.request', actorId: 'request', output };
  return { event, around: { size: left } };
};
/** An answer after which the events stay in the outbox. */
const failure = (status: number, more?: Partial<BatchResult>) => answer(status, more, 3);
const rejection = { event: { type: 'xstate.error.actor.request', actorId: 'request', error: new Error('broken') } };

const sending = [queued, windowEnds];
/** The visitor is on the way to a page of the site that will send what is stored. */
const onTheWay = { persistent: true, leaving: true, successor: true };
const backingOff = [...sending, failure(503)];

type Row = [title: string, start: Partial<Surroundings>, steps: Step[], expected: Partial<ReturnType<typeof run>>];
const stays = { effects: [] };
const noPause = { retryAfterMs: undefined };

describe('delivery starts', () => {
  it.each<Row>([
    ['idle', {}, [], { state: 'idle', batchId: 0, retries: 0, backlog: false, ...noPause }],
    ['awaiting consent', { granted: false, online: false, size: 2 }, [], { state: 'awaitingConsent' }],
    ['offline', { online: false, size: 2 }, [], { state: 'offline' }],
    ['collecting when an earlier page left events', { size: 2 }, [], { state: 'collecting' }],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject({ effects: [], ...expected });
  });
});

describe('while consent is missing, delivery', () => {
  it.each<Row>([
    ['keeps events', { granted: false }, [queued, flush, hidden, exit], { state: 'awaitingConsent', ...stays }],
    ['collects after a grant', { granted: false }, [queued, grant], { state: 'collecting' }],
    ['is idle after a grant when nothing was tracked', { granted: false }, [grant], { state: 'idle' }],
    ['is offline after a grant without network', { granted: false }, [queued, offline, grant], { state: 'offline' }],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

describe('while it collects events, delivery', () => {
  const taken = { ...exit, around: { size: 0 } };
  const exitOffline = { ...exit, around: { online: false } };

  it.each<Row>([
    ['begins with the first event', {}, [queued], { state: 'collecting', batchId: 0 }],
    ['waits through further events', {}, [queued, queued], { state: 'collecting' }],
    ['sends when the window ends', {}, sending, { state: 'sending', batchId: 1, ...stays }],
    ['sends at once on a flush', {}, [queued, flush], { state: 'sending', batchId: 1 }],
    ['sends at once when the page is hidden', {}, [queued, hidden], { state: 'sending', batchId: 1 }],
    [
      'keeps what is stored when the page is hidden, and nothing is known of the exit before',
      { persistent: true, unheard: true },
      [queued, hidden],
      { state: 'collecting', ...stays },
    ],
    [
      'leaves what is stored to the next page of the site when the visitor sets out for it',
      onTheWay,
      [queued, hidden, windowEnds, windowEnds],
      { state: 'collecting', batchId: 0, ...stays },
    ],
    [
      'sends after all when the visitor stays',
      onTheWay,
      [queued, windowEnds, { ...windowEnds, around: { leaving: false } }],
      { state: 'sending', batchId: 1 },
    ],
    [
      'sends at once from memory when the visitor sets out for the next page of the site',
      { ...onTheWay, persistent: false },
      [queued, hidden],
      { state: 'sending', batchId: 1 },
    ],
    [
      'sends at once when the visitor sets out for a page of the site that sends nothing',
      { ...onTheWay, successor: false },
      [queued, hidden],
      { state: 'sending', batchId: 1 },
    ],
    [
      'starts no further request when the visitor has set out for the next page of the site',
      { persistent: true, successor: true },
      [...sending, { ...answer(200, { backlog: true }, 2), around: { size: 2, leaving: true } }],
      { state: 'collecting', batchId: 1, effects: ['removeBatch 1'] },
    ],
    [
      'sends at once from memory when the page is hidden, whatever is known of the exit before',
      { unheard: true },
      [queued, hidden],
      { state: 'sending', batchId: 1 },
    ],
    ['stops when the network is lost', {}, [queued, offline], { state: 'offline' }],
    ['gives the events to the browser at page exit', {}, [queued, taken], { state: 'idle', effects: ['sendOnExit'] }],
    [
      'collects on after a page exit at which the browser did not take all',
      { persistent: true },
      [queued, exit],
      { state: 'collecting', effects: ['sendOnExit'] },
    ],
    [
      'keeps stored events at page exit when the browser has no network',
      { persistent: true },
      [queued, exitOffline],
      { state: 'collecting', ...stays },
    ],
    [
      'gives events in memory to the browser at page exit even without network',
      {},
      [queued, exitOffline],
      { state: 'offline', effects: ['sendOnExit'] },
    ],
    [
      'keeps stored events at page exit when another page of the site will send them',
      { persistent: true, successor: true },
      [queued, exit],
      { state: 'collecting', ...stays },
    ],
    [
      'keeps stored events at page exit when nothing is known of the exit before',
      { persistent: true, unheard: true },
      [queued, exit],
      { state: 'collecting', ...stays },
    ],
    [
      'gives events in memory to the browser at page exit even when another page follows',
      { successor: true },
      [queued, taken],
      { state: 'idle', effects: ['sendOnExit'] },
    ],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

describe('when the server answers, delivery', () => {
  const done = { retries: 0, ...noPause };

  it.each<Row>([
    [
      'is idle when nothing is left',
      {},
      [...sending, answer(200)],
      { state: 'idle', effects: ['removeBatch 1'], ...done },
    ],
    [
      'collects when more events came meanwhile',
      {},
      [...sending, answer(200, {}, 2)],
      { state: 'collecting', effects: ['removeBatch 1'], ...done },
    ],
    [
      'sends at once when more events are due',
      {},
      [...sending, answer(200, { backlog: true }, 2)],
      { state: 'sending', effects: ['removeBatch 1'], batchId: 2, ...done },
    ],
    [
      'halves a refused batch and sends again at once',
      {},
      [...sending, failure(422)],
      { state: 'sending', effects: ['halveBatch 1'], batchId: 2, ...done },
    ],
    [
      'drops a refused event that was alone',
      {},
      [...sending, answer(422, { size: 1 })],
      { state: 'idle', effects: ['dropEvent 1'], ...done },
    ],
    [
      'goes on with the rest after it dropped a refused event',
      {},
      [...sending, answer(422, { size: 1, backlog: true }, 2)],
      { state: 'sending', effects: ['dropEvent 1'], batchId: 2 },
    ],
    [
      "sends again without timestamps when the device's clock is wrong",
      {},
      [...sending, failure(422, { isClockWrong: true })],
      { state: 'sending', effects: ['omitTimestamps 1'], batchId: 2, ...done },
    ],
    [
      'drops a batch that no retry would deliver',
      {},
      [...sending, answer(404)],
      { state: 'idle', effects: ['dropBatch 1'], ...done },
    ],
    [
      'stops when the credentials are refused',
      {},
      [...sending, failure(401)],
      { state: 'unauthorized', effects: ['keepBatch 1', 'reportCredentials'] },
    ],
    [
      'backs off after a failure',
      {},
      backingOff,
      { state: 'backingOff', effects: ['keepBatch 1'], retries: 1, ...noPause },
    ],
    [
      'notes the pause that the server asks for',
      {},
      [...sending, failure(429, { retryAfterMs: 9_000 })],
      { state: 'backingOff', effects: ['keepBatch 1'], retryAfterMs: 9_000 },
    ],
    [
      'keeps that pause though the browser says it is offline',
      {},
      [...sending, offline, failure(429, { retryAfterMs: 9_000 })],
      { state: 'backingOff', effects: ['keepBatch 1'], retryAfterMs: 9_000 },
    ],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });

  it.each([
    [200, 'idle', 'removeBatch'],
    [202, 'idle', 'removeBatch'],
    [204, 'idle', 'removeBatch'],
    [301, 'backingOff', 'keepBatch'],
    [400, 'idle', 'dropEvent'],
    [401, 'unauthorized', 'keepBatch'],
    [402, 'idle', 'dropBatch'],
    [403, 'unauthorized', 'keepBatch'],
    [404, 'idle', 'dropBatch'],
    [405, 'idle', 'dropBatch'],
    [408, 'backingOff', 'keepBatch'],
    [410, 'idle', 'dropBatch'],
    [413, 'idle', 'dropEvent'],
    [422, 'idle', 'dropEvent'],
    [429, 'backingOff', 'keepBatch'],
    [431, 'idle', 'dropBatch'],
    [500, 'backingOff', 'keepBatch'],
    [503, 'backingOff', 'keepBatch'],
  ])('after a %i for one event is %s and calls %s', (status, state, effect) => {
    const after = run({}, ...sending, answer(status, { size: 1 }));
    expect(after).toMatchObject({ state, effects: expect.arrayContaining([`${effect} 1`]) });
  });

  it.each([400, 413, 422])('after a %i for several events halves the batch', (status) => {
    expect(run({}, ...sending, failure(status))).toMatchObject({ state: 'sending', effects: ['halveBatch 1'] });
  });
});

describe('without a readable answer, delivery', () => {
  it.each<[string, Step]>([
    ['when no answer comes', failure(0)],
    ['when the request takes too long', timeout],
    ['when sendBatch rejects', rejection],
  ])('%s suspects the batch and backs off, and waits for the network while offline', (_, end) => {
    const waits = { retries: 1, backlog: true, batchId: 1, ...noPause };
    expect(run({}, ...sending, end)).toMatchObject({ state: 'backingOff', effects: ['suspectBatch 1'], ...waits });
    expect(run({}, ...sending, offline, end)).toMatchObject({
      state: 'offline',
      effects: ['suspectBatch 1'],
      ...waits,
    });
  });

  it('forgets the pause that the server asked for before', () => {
    const asked = [...sending, failure(503, { retryAfterMs: 9_000 }), pauseEnds];
    for (const end of [failure(0), timeout, rejection]) expect(run({}, ...asked, end)).toMatchObject(noPause);
  });
});

describe('while it backs off, delivery', () => {
  const asked = [...sending, failure(503, { retryAfterMs: 9_000 })];

  it.each<Row>([
    ['sends again when the pause ends', {}, [...backingOff, pauseEnds], { state: 'sending', retries: 1, batchId: 2 }],
    [
      'forgets its failures after a success',
      {},
      [...backingOff, pauseEnds, answer(200)],
      { state: 'idle', effects: ['removeBatch 2'], retries: 0, ...noPause },
    ],
    [
      'counts failures in a row',
      {},
      [...backingOff, pauseEnds, failure(503), pauseEnds, timeout],
      { state: 'backingOff', effects: ['suspectBatch 3'], retries: 3 },
    ],
    ['keeps the pause on a flush', {}, [...backingOff, flush], { state: 'backingOff' }],
    ['keeps the pause when events come', {}, [...backingOff, queued], { state: 'backingOff' }],
    ['keeps the pause when the page is hidden', {}, [...backingOff, hidden], { state: 'backingOff' }],
    ['keeps the pause when the page comes back', {}, [...backingOff, restored], { state: 'backingOff' }],
    ['waits for the network when it is lost', {}, [...backingOff, offline], { state: 'offline', retries: 1 }],
    [
      'sends at once when the network comes back',
      {},
      [...backingOff, offline, online],
      { state: 'sending', retries: 1, batchId: 2 },
    ],
    [
      'keeps the pause that the server asked for when the network comes and goes',
      {},
      [...asked, offline, online, offline, online],
      { state: 'backingOff', retryAfterMs: 9_000, retries: 1 },
    ],
    [
      'gives events in memory to the browser at page exit',
      {},
      [...backingOff, { ...exit, around: { size: 0 } }],
      { state: 'idle', effects: ['sendOnExit'], retries: 0, backlog: false },
    ],
    [
      'keeps stored events at page exit',
      { persistent: true },
      [...backingOff, exit],
      { state: 'backingOff', ...stays },
    ],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

describe('while it sends, delivery', () => {
  it.each<Row>([
    [
      'waits for the answer when events come',
      {},
      [...sending, queued, flush, hidden],
      { state: 'sending', batchId: 1 },
    ],
    [
      'waits for the answer when the network is lost',
      {},
      [...sending, offline, online],
      { state: 'sending', batchId: 1 },
    ],
    [
      'leaves the batch to the browser at page exit, and gives it the rest',
      {},
      [...sending, exit],
      { state: 'sending', effects: ['leaveBatch 1', 'sendOnExit'] },
    ],
    [
      'does so with stored events as well',
      { persistent: true },
      [...sending, exit],
      { state: 'sending', effects: ['leaveBatch 1', 'sendOnExit'] },
    ],
    [
      'leaves only the batch to the browser at page exit when events are stored and it is a retry',
      { persistent: true },
      [...backingOff, pauseEnds, exit],
      { state: 'sending', effects: ['leaveBatch 2'] },
    ],
    [
      'leaves only the batch to the browser at page exit when events are stored and there is no network',
      { persistent: true },
      [...sending, offline, exit],
      { state: 'sending', effects: ['leaveBatch 1'] },
    ],
    [
      'leaves only the batch to the browser at page exit when another page will send stored events',
      { persistent: true, successor: true },
      [...sending, exit],
      { state: 'sending', effects: ['leaveBatch 1'] },
    ],
    [
      'starts anew when the page comes back',
      {},
      [...sending, exit, restored],
      { state: 'collecting', retries: 0, ...stays },
    ],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

describe('when another page has seen the API fail, delivery', () => {
  const outage = (retries: number, retryAfterMs?: number): Step => ({
    event: { type: 'outage.known', retries, retryAfterMs } satisfies DeliveryEvent,
  });

  it.each<Row>([
    ['backs off when idle', {}, [outage(2)], { state: 'backingOff', retries: 2, backlog: true, ...noPause }],
    ['backs off instead of collecting', {}, [queued, outage(2)], { state: 'backingOff', retries: 2, ...noPause }],
    [
      'keeps the pause that the server asked for there',
      {},
      [queued, outage(1, 9_000), offline, online],
      { state: 'backingOff', retries: 1, retryAfterMs: 9_000 },
    ],
    [
      'tries when the pause ends, and counts on from there',
      {},
      [queued, outage(2), pauseEnds, failure(503)],
      { state: 'backingOff', effects: ['keepBatch 1'], retries: 3 },
    ],
    ['waits for its own answer', {}, [...sending, outage(5)], { state: 'sending', retries: 0 }],
    ['keeps its own pause', {}, [...backingOff, outage(5, 9_000)], { state: 'backingOff', retries: 1, ...noPause }],
    ['still waits for the network', {}, [queued, offline, outage(5)], { state: 'offline', retries: 0 }],
    ['still waits for consent', { granted: false }, [queued, outage(5)], { state: 'awaitingConsent', retries: 0 }],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

describe('while the browser says it is offline, delivery', () => {
  it.each<Row>([
    ['keeps events', {}, [queued, offline, queued, flush, hidden, exit], { state: 'offline', batchId: 0, ...stays }],
    ['collects when the network comes back', {}, [queued, offline, online], { state: 'collecting' }],
    ['is idle when the network comes back and nothing was tracked', { online: false }, [online], { state: 'idle' }],
    ['tries after a while all the same', {}, [queued, offline, offlineDelayEnds], { state: 'sending', batchId: 1 }],
    [
      'is offline again when that fails, with one failure more',
      {},
      [queued, offline, offlineDelayEnds, failure(0), offlineDelayEnds, failure(0)],
      { state: 'offline', effects: ['suspectBatch 2'], retries: 2 },
    ],
    [
      'forgets its failures when that succeeds',
      {},
      [queued, offline, offlineDelayEnds, failure(0), offlineDelayEnds, answer(200)],
      { effects: ['removeBatch 2'], retries: 0 },
    ],
    [
      'sends a batch that failed at once when the network comes back',
      {},
      [...sending, offline, failure(0), online],
      { state: 'sending', batchId: 2 },
    ],
  ])('%s', (_, start, steps, expected) => {
    expect(run(start, ...steps)).toMatchObject(expected);
  });
});

it('after refused credentials, delivery does nothing more until consent is denied', () => {
  const unauthorized = [...sending, failure(403)];
  const all = [queued, flush, online, offline, online, hidden, exit, restored, grant];
  expect(run({}, ...unauthorized, ...all)).toMatchObject({ state: 'unauthorized', batchId: 1, ...stays });
  expect(run({}, ...unauthorized, deny)).toMatchObject({ state: 'awaitingConsent', effects: ['dropAll'] });
});

describe('a denial', () => {
  it.each<[string, Step[]]>([
    ['idle', []],
    ['awaitingConsent', [deny]],
    ['collecting', [queued]],
    ['sending', sending],
    ['backingOff', [...sending, failure(503, { retryAfterMs: 9_000 })]],
    ['offline', [...sending, offline, failure(0)]],
    ['unauthorized', [...sending, failure(401)]],
  ])('in %s drops every event and forgets failures', (state, steps) => {
    expect(run({}, ...steps).state).toBe(state);
    expect(run({}, ...steps, deny)).toMatchObject({
      state: 'awaitingConsent',
      effects: ['dropAll'],
      retries: 0,
      backlog: false,
      ...noPause,
    });
  });

  it('leaves delivery ready for a later grant', () => {
    expect(run({}, ...sending, deny, grant, queued)).toMatchObject({ state: 'collecting' });
  });
});

describe('the id of a batch', () => {
  it('is counted from 1, and each action gets that of the batch it settles', () => {
    const steps: [Step, string][] = [
      [answer(200, { backlog: true }, 3), 'removeBatch 1'],
      [failure(422), 'halveBatch 2'],
      [failure(422, { isClockWrong: true }), 'omitTimestamps 3'],
      [failure(503), 'keepBatch 4'],
      [pauseEnds, ''],
      [timeout, 'suspectBatch 5'],
      [pauseEnds, ''],
      [rejection, 'suspectBatch 6'],
      [pauseEnds, ''],
      [answer(404, { backlog: true }, 3), 'dropBatch 7'],
      [answer(422, { size: 1, backlog: true }, 3), 'dropEvent 8'],
      [exit, 'leaveBatch 9'],
    ];
    const soFar: Step[] = [...sending];
    for (const [next, effect] of steps) {
      soFar.push(next);
      expect(run({ persistent: true, successor: true }, ...soFar).effects).toEqual(effect ? [effect] : []);
    }
  });
});

it('holds plain values in its context, never events', () => {
  const { state, effects, ...context } = run({}, ...sending, failure(429, { retryAfterMs: 9_000 }));
  expect(context).toEqual({ batchId: 1, retries: 1, retryAfterMs: 9_000, backlog: true });
});
