import { and, assign, fromPromise, not, or, setup } from 'xstate';
import * as logic from './delivery.logic.js';
import type { BatchInput, BatchResult, DeliveryContext, DeliveryEvent } from './delivery.types.js';

const { ofBatch } = logic;
/** What an action that settles a batch gets. */
interface OfBatch {
  readonly batchId: number;
}

/**
 * When tracked events are sent, and what each answer of the Insights API leads to.
 *
 * Pure: fill `sendBatch`, and the guards, actions and delays that say so, with `provide`. The events stay in the outbox;
 * actions get the id of the batch they settle. Delays are in milliseconds of the actor's clock.
 */
export const deliveryMachine = setup({
  types: {} as {
    context: DeliveryContext;
    events: DeliveryEvent;
  },
  actors: {
    /** Filled by the application: sends the next batch under the given id and resolves to its result. */
    sendBatch: fromPromise<BatchResult, BatchInput>(() => new Promise<BatchResult>(() => {})),
  },
  guards: {
    /** Filled by the application: whether consent to send is missing. */
    isAwaitingConsent: () => false,
    /** Filled by the application: whether the browser says that it has no network. */
    isOffline: () => false,
    /** Filled by the application: whether the outbox holds events. */
    hasEvents: () => false,
    /** Filled by the application: whether all events of the outbox outlive the page. */
    isPersistent: () => false,
    /** Filled by the application: whether another page of the site is there, or coming, to send the events. */
    hasSuccessor: () => false,
    /** Filled by the application: whether the visitor has set out for another page of the site. */
    isLeaving: () => false,
    /** Filled by the application: whether another page closed seconds ago and the API has answered nothing since. */
    hasUnheardExit: () => false,
    hasBacklog: logic.hasBacklog,
    /** A request sent now may lose its answer when the page closes; the next page gets the answer to its own. */
    isNextPagesTurn: and(['isPersistent', 'isLeaving', 'hasSuccessor']),
    mayGoOn: and(['hasBacklog', not('isNextPagesTurn')]),
    isAccepted: logic.isAccepted,
    isClockWrong: logic.isClockWrong,
    areCredentialsRefused: logic.areCredentialsRefused,
    isRefused: logic.isRefused,
    hasSeveralEvents: logic.hasSeveralEvents,
    isBatchRefused: and(['isRefused', 'hasSeveralEvents']),
    isUndeliverable: logic.isUndeliverable,
    hasNoAnswer: logic.hasNoAnswer,
    isHealthy: logic.isHealthy,
    isOwnPause: logic.isOwnPause,
    /** The pause that a server asked for outlasts a network that comes and goes. */
    isPauseMoot: and(['isOwnPause', 'isOffline']),
    /** Stored events stay in storage if a page has just closed without an answer: this one may close without one too. */
    maySendWhenHidden: or([not('isPersistent'), and([not('isNextPagesTurn'), not('hasUnheardExit')])]),
    /** The answer to a request at page exit is lost: the request must be likely to arrive, or its events are lost anyway. */
    maySendOnExit: or([
      not('isPersistent'),
      and(['isHealthy', not('isOffline'), not('hasSuccessor'), not('hasUnheardExit')]),
    ]),
  },
  delays: {
    /** How long events are collected before the first of them is sent. */
    batchWindow: 250,
    /** How long a request may take. */
    requestTimeout: 30_000,
    retryDelay: logic.retryDelay,
    /** How long `isOffline` is believed before a request tries it out. */
    offlineDelay: logic.offlineDelay,
  },
  actions: {
    countBatch: assign(logic.countBatch),
    noteDone: assign(logic.noteDone),
    noteFailed: assign(logic.noteFailed),
    noteNothingLeft: assign(logic.noteNothingLeft),
    noteOutage: assign(logic.noteOutage),

    // All of these are filled by the application.
    /** The batch was accepted: remove it from the outbox. */
    removeBatch: (_, _params: OfBatch) => {},
    /** The batch was refused: send its halves apart, until the culprit is alone. */
    halveBatch: (_, _params: OfBatch) => {},
    /** The one event was refused: drop it with the server's message. */
    dropEvent: (_, _params: OfBatch) => {},
    /** No retry would help: drop the batch with the server's message. */
    dropBatch: (_, _params: OfBatch) => {},
    /** The device's clock is wrong: send the batch once more without timestamps. */
    omitTimestamps: (_, _params: OfBatch) => {},
    /** The server asked for patience: the batch stays. */
    keepBatch: (_, _params: OfBatch) => {},
    /** There was no readable answer: the batch stays, and may be the reason if there is a network. */
    suspectBatch: (_, _params: OfBatch) => {},
    /** The app ID or API key was refused: say so, and leave the events to a page with better ones. */
    reportCredentials: () => {},
    /** Page exit: the browser finishes the request under way, and the answer is lost. */
    leaveBatch: (_, _params: OfBatch) => {},
    /** Page exit: give the browser what it takes. */
    sendOnExit: () => {},
    /** Consent is denied: drop every event. */
    dropAll: () => {},
  },
}).createMachine({
  id: 'delivery',
  context: logic.startingContext,
  initial: 'idle',
  on: {
    'consent.deny': { target: '.awaitingConsent', actions: ['noteNothingLeft', 'dropAll'] },
  },
  states: {
    idle: {
      always: [
        { guard: 'isAwaitingConsent', target: 'awaitingConsent' },
        { guard: 'isOffline', target: 'offline' },
        { guard: 'mayGoOn', target: 'sending' },
        { guard: 'hasEvents', target: 'collecting' },
      ],
      on: {
        'delivery.queued': 'collecting',
        'outage.known': { target: 'backingOff', actions: 'noteOutage' },
      },
    },
    awaitingConsent: {
      on: {
        'consent.grant': 'idle',
      },
    },
    collecting: {
      after: {
        batchWindow: [{ guard: 'isNextPagesTurn', target: 'collecting', reenter: true }, { target: 'sending' }],
      },
      on: {
        'delivery.flush': 'sending',
        'network.offline': 'offline',
        'outage.known': { target: 'backingOff', actions: 'noteOutage' },
        'page.hidden': { guard: 'maySendWhenHidden', target: 'sending' },
        'page.exit': {
          guard: 'maySendOnExit',
          target: 'idle',
          actions: ['sendOnExit', 'noteNothingLeft'],
        },
      },
    },
    sending: {
      entry: 'countBatch',
      invoke: {
        id: 'request',
        src: 'sendBatch',
        input: ofBatch,
        onDone: [
          { guard: 'isAccepted', target: 'idle', actions: ['noteDone', { type: 'removeBatch', params: ofBatch }] },
          {
            guard: 'isClockWrong',
            target: 'sending',
            reenter: true,
            actions: { type: 'omitTimestamps', params: ofBatch },
          },
          {
            guard: 'areCredentialsRefused',
            target: 'unauthorized',
            actions: [{ type: 'keepBatch', params: ofBatch }, 'reportCredentials'],
          },
          {
            guard: 'isBatchRefused',
            target: 'sending',
            reenter: true,
            actions: { type: 'halveBatch', params: ofBatch },
          },
          { guard: 'isRefused', target: 'idle', actions: ['noteDone', { type: 'dropEvent', params: ofBatch }] },
          { guard: 'isUndeliverable', target: 'idle', actions: ['noteDone', { type: 'dropBatch', params: ofBatch }] },
          {
            guard: 'hasNoAnswer',
            target: 'backingOff',
            actions: ['noteFailed', { type: 'suspectBatch', params: ofBatch }],
          },
          { target: 'backingOff', actions: ['noteFailed', { type: 'keepBatch', params: ofBatch }] },
        ],
        onError: { target: 'backingOff', actions: ['noteFailed', { type: 'suspectBatch', params: ofBatch }] },
      },
      after: {
        requestTimeout: { target: 'backingOff', actions: ['noteFailed', { type: 'suspectBatch', params: ofBatch }] },
      },
      on: {
        'page.exit': [
          { guard: 'maySendOnExit', actions: [{ type: 'leaveBatch', params: ofBatch }, 'sendOnExit'] },
          { actions: { type: 'leaveBatch', params: ofBatch } },
        ],
        // The request may have died with the page, and nothing says so.
        'page.restored': 'idle',
      },
    },
    backingOff: {
      always: { guard: 'isPauseMoot', target: 'offline' },
      after: { retryDelay: 'sending' },
      on: {
        'network.offline': { guard: 'isOwnPause', target: 'offline' },
        'page.exit': {
          guard: 'maySendOnExit',
          target: 'idle',
          actions: ['sendOnExit', 'noteNothingLeft'],
        },
      },
    },
    offline: {
      // Browsers say so with some VPNs, though the network works: now and then it is tried all the same.
      after: { offlineDelay: 'sending' },
      on: {
        'network.online': 'idle',
      },
    },
    unauthorized: {},
  },
});
