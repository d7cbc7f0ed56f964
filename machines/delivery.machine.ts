import { and, assign, fromPromise, or, setup } from 'xstate';
import { retryDelayMs } from './delivery.retry.js';
import type { BatchResult, DeliveryContext, DeliveryEvent, DeliveryInput } from './delivery.types.js';
import { fieldOf, tolerant } from './tolerant.js';

const resultIn = (event: unknown) => fieldOf(event, 'output') as BatchResult | undefined;
const statusIn = (event: unknown) => fieldOf(resultIn(event), 'status') as number;

function countIn(event: unknown): number {
  const waiting = fieldOf(event, 'waiting');
  return Number.isSafeInteger(waiting) ? (waiting as number) : 0;
}

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
      sendBatch: fromPromise<BatchResult, { readonly attempt: number }>(() => new Promise<BatchResult>(() => {})),
    },
    guards: {
      isHeld: ({ context }) => !context.granted,
      isOffline: ({ context }) => !context.online,
      hasWaiting: ({ context }) => context.waiting > 0,
      hasBacklog: ({ context }) => context.backlog && context.waiting > 0,
      isAccepted: ({ event }) => Math.floor(statusIn(event) / 100) === 2,
      isClockWrong: ({ event }) => !!resultIn(event)?.isClockWrong,
      areCredentialsRefused: ({ event }) => [401, 403].includes(statusIn(event)),
      /** For what is in the batch: malformed, too large, invalid. */
      isRefused: ({ event }) => [400, 413, 422].includes(statusIn(event)),
      isBatch: ({ event }) => resultIn(event)!.size > 1,
      isBatchRefused: and(['isRefused', 'isBatch']),
      /** A 4xx that no retry would change. */
      isUndeliverable: ({ event }) => Math.floor(statusIn(event) / 100) === 4 && ![408, 429].includes(statusIn(event)),
      wentWell: ({ context }) => context.attempt === 0 && context.online,
      /** Whether what waits is lost with the page. */
      isVolatile: () => true,
      /** At page exit: what is handed to the browser is forgotten here, so it must be likely to arrive, or lost anyway. */
      mayHandOver: or(['wentWell', 'isVolatile']),
    },
    delays: {
      /** How long events are collected before the first of them is sent. */
      batchWindow: 250,
      /** How long a request may take. */
      requestTimeout: 30_000,
      retryDelay: ({ context }) => retryDelayMs(context),
    },
    actions: {
      noteQueued: assign({ waiting: ({ event }) => countIn(event) }),
      noteGranted: assign({ granted: true }),
      noteDenied: assign({ granted: false, waiting: 0, backlog: false, attempt: 0, retryAfterMs: undefined }),
      noteOnline: assign({ online: true }),
      noteOffline: assign({ online: false }),
      noteHandedOver: assign({ waiting: 0, backlog: false }),
      /** The server is reachable and the batch is gone. */
      noteDone: assign(({ event }) => {
        const { waiting, backlog } = resultIn(event)!;
        return { waiting, backlog, attempt: 0, retryAfterMs: undefined };
      }),
      /** The batch waits with the rest. */
      noteFailed: assign(({ context, event }) => ({
        backlog: true,
        attempt: context.attempt + 1,
        retryAfterMs: resultIn(event)?.retryAfterMs,
      })),

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
      handOver: () => {},
      /** Consent is denied: drop every event that waits. */
      dropAll: () => {},
    },
  }).createMachine({
    id: 'delivery',
    context: ({ input }) => ({
      granted: fieldOf(input, 'granted') === true,
      online: fieldOf(input, 'online') !== false,
      waiting: countIn(input),
      backlog: false,
      attempt: 0,
      retryAfterMs: undefined,
    }),
    initial: 'idle',
    on: {
      'delivery.queued': { actions: 'noteQueued' },
      'network.online': { actions: 'noteOnline' },
      'network.offline': { actions: 'noteOffline' },
      'consent.grant': { actions: 'noteGranted' },
      'consent.deny': { target: '.held', actions: ['noteDenied', 'dropAll'] },
    },
    states: {
      idle: {
        always: [
          { guard: 'isHeld', target: 'held' },
          { guard: 'isOffline', target: 'offline' },
          { guard: 'hasBacklog', target: 'sending' },
          { guard: 'hasWaiting', target: 'collecting' },
        ],
      },
      held: {
        on: {
          'consent.grant': { target: 'idle', actions: 'noteGranted' },
        },
      },
      collecting: {
        after: { batchWindow: 'sending' },
        on: {
          'delivery.flush': 'sending',
          'network.offline': { target: 'offline', actions: 'noteOffline' },
          'page.hidden': 'sending',
          'page.exit': { guard: 'mayHandOver', target: 'idle', actions: ['handOver', 'noteHandedOver'] },
        },
      },
      sending: {
        invoke: {
          id: 'request',
          src: 'sendBatch',
          input: ({ context }) => ({ attempt: context.attempt }),
          onDone: [
            { guard: 'isAccepted', target: 'idle', actions: ['noteDone', 'removeBatch'] },
            { guard: 'isClockWrong', target: 'sending', reenter: true, actions: 'omitTimestamps' },
            { guard: 'areCredentialsRefused', target: 'stopped', actions: ['keepBatch', 'reportCredentials'] },
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
          'page.exit': { guard: 'mayHandOver', actions: ['handOver', 'noteHandedOver'] },
        },
      },
      backingOff: {
        after: { retryDelay: 'sending' },
        on: {
          'network.offline': { target: 'offline', actions: 'noteOffline' },
          'page.exit': { guard: 'isVolatile', target: 'idle', actions: ['handOver', 'noteHandedOver'] },
        },
      },
      offline: {
        on: {
          'network.online': { target: 'idle', actions: 'noteOnline' },
        },
      },
      stopped: {},
    },
  }),
);
