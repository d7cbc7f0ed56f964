import { and, assign, fromPromise, not, or, setup } from 'xstate';
import { retryDelayMs } from './delivery.retry.js';
import type { BatchResult, DeliveryContext, DeliveryEvent, DeliveryInput } from './delivery.types.js';
import { fieldOf, tolerant } from './tolerant.js';

const resultIn = (event: unknown) => fieldOf(event, 'output') as BatchResult;
const hasStatus = (event: unknown, pattern: RegExp) => pattern.test(`${fieldOf(resultIn(event), 'status')}`);

/**
 * When tracked events are sent, and what each answer of the Insights API leads to.
 *
 * Pure: fill `sendBatch`, the actions and the delays with `provide`. The context holds counts, never the events; the
 * outbox keeps those. Delays are in milliseconds of the actor's clock.
 */
export const deliveryMachine = tolerant(
  setup({
    types: {} as {
      context: DeliveryContext;
      events: DeliveryEvent;
      input: DeliveryInput;
    },
    actors: {
      /** Sends the next batch and resolves to what came of it. */
      sendBatch: fromPromise<BatchResult, { readonly retries: number }>(() => new Promise<BatchResult>(() => {})),
    },
    guards: {
      /** Whether consent to send is missing. */
      isAwaitingConsent: () => false,
      isOffline: () => false,
      hasWaiting: ({ context }) => context.waiting > 0,
      hasBacklog: ({ context }) => context.backlog && context.waiting > 0,
      isAccepted: ({ event }) => hasStatus(event, /^2/),
      isClockWrong: ({ event }) => !!fieldOf(resultIn(event), 'isClockWrong'),
      areCredentialsRefused: ({ event }) => hasStatus(event, /^40[13]$/),
      /** For what is in the batch: malformed, too large, invalid. */
      isRefused: ({ event }) => hasStatus(event, /^(400|413|422)$/),
      isBatchRefused: and(['isRefused', ({ event }) => resultIn(event).size > 1]),
      /** A 4xx that no retry would change. */
      isUndeliverable: ({ event }) => hasStatus(event, /^4(?!08|29)/),
      /** Whether what waits is lost with the page. */
      isNotPersistent: () => true,
      /** At page exit: what is handed to the browser is forgotten here, so it must be likely to arrive, or lost anyway. */
      maySendOnExit: or(['isNotPersistent', and([({ context }) => context.retries === 0, not('isOffline')])]),
    },
    delays: {
      /** How long events are collected before the first of them is sent. */
      batchWindow: 250,
      /** How long a request may take. */
      requestTimeout: 30_000,
      retryDelay: ({ context }) => retryDelayMs(context),
    },
    actions: {
      noteQueued: assign({ waiting: ({ event }) => fieldOf(event, 'waiting') as number }),
      /** The server is reachable and the batch is gone. */
      noteDone: assign(({ event }) => {
        const { waiting, backlog } = resultIn(event);
        return { waiting, backlog, retries: 0, retryAfterMs: undefined };
      }),
      /** The batch waits with the rest. */
      noteFailed: assign(({ context, event }) => ({
        backlog: true,
        retries: context.retries + 1,
        retryAfterMs: fieldOf(resultIn(event), 'retryAfterMs') as number | undefined,
      })),
      noteNothingLeft: assign({ waiting: 0, backlog: false, retries: 0, retryAfterMs: undefined }),

      /** The batch was accepted: take it out of the outbox. */
      removeBatch: () => {},
      /** The batch was refused: its halves travel apart, until the culprit is alone. */
      halveBatch: () => {},
      /** The one event was refused: drop it with the server's message. */
      dropEvent: () => {},
      /** No retry would help: drop the batch with the server's message. */
      dropBatch: () => {},
      /** The device's clock is wrong: the batch goes once more without timestamps. */
      omitTimestamps: () => {},
      /** No answer, or one that asks for patience: the batch stays. */
      keepBatch: () => {},
      reportCredentials: () => {},
      /** Page exit: give the browser what fits in its budget, and what is under way. */
      sendOnExit: () => {},
      /** Consent is denied: drop every event that waits. */
      dropAll: () => {},
    },
  }).createMachine({
    id: 'delivery',
    context: ({ input }) => ({
      waiting: (fieldOf(input, 'waiting') as number) ?? 0,
      backlog: false,
      retries: 0,
      retryAfterMs: undefined,
    }),
    initial: 'idle',
    on: {
      'delivery.queued': { actions: 'noteQueued' },
      'consent.deny': { target: '.awaitingConsent', actions: ['noteNothingLeft', 'dropAll'] },
    },
    states: {
      idle: {
        always: [
          { guard: 'isAwaitingConsent', target: 'awaitingConsent' },
          { guard: 'isOffline', target: 'offline' },
          { guard: 'hasBacklog', target: 'sending' },
          { guard: 'hasWaiting', target: 'collecting' },
        ],
      },
      awaitingConsent: {
        on: {
          'consent.grant': 'idle',
        },
      },
      collecting: {
        after: { batchWindow: 'sending' },
        on: {
          'delivery.flush': 'sending',
          'network.offline': 'offline',
          'page.hidden': 'sending',
          'page.exit': { guard: 'maySendOnExit', target: 'idle', actions: ['sendOnExit', 'noteNothingLeft'] },
        },
      },
      sending: {
        invoke: {
          id: 'request',
          src: 'sendBatch',
          input: ({ context }) => ({ retries: context.retries }),
          onDone: [
            { guard: 'isAccepted', target: 'idle', actions: ['noteDone', 'removeBatch'] },
            { guard: 'isClockWrong', target: 'sending', reenter: true, actions: 'omitTimestamps' },
            { guard: 'areCredentialsRefused', target: 'unauthorized', actions: ['keepBatch', 'reportCredentials'] },
            { guard: 'isBatchRefused', target: 'sending', reenter: true, actions: 'halveBatch' },
            { guard: 'isRefused', target: 'idle', actions: ['noteDone', 'dropEvent'] },
            { guard: 'isUndeliverable', target: 'idle', actions: ['noteDone', 'dropBatch'] },
            { guard: 'isOffline', target: 'offline', actions: ['noteFailed', 'keepBatch'] },
            { target: 'backingOff', actions: ['noteFailed', 'keepBatch'] },
          ],
          onError: { target: 'backingOff', actions: ['noteFailed', 'keepBatch'] },
        },
        after: {
          requestTimeout: { target: 'backingOff', actions: ['noteFailed', 'keepBatch'] },
        },
        on: {
          'page.exit': { guard: 'maySendOnExit', actions: 'sendOnExit' },
          // The request may have died with the page, and nothing says so.
          'page.restored': 'idle',
        },
      },
      backingOff: {
        after: { retryDelay: 'sending' },
        on: {
          'network.offline': 'offline',
          'page.exit': { guard: 'isNotPersistent', target: 'idle', actions: ['sendOnExit', 'noteNothingLeft'] },
        },
      },
      offline: {
        on: {
          'network.online': 'idle',
        },
      },
      unauthorized: {},
    },
  }),
);
