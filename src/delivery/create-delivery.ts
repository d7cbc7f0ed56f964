import { createActor, fromPromise, type InspectionEvent } from 'xstate';
import { type BatchOutcome, type BatchResult, deliveryMachine, outcomeOf, retryDelayMs } from '../../machines/index.js';
import type { Clock, Outbox, OutboxEntry, Page, Transport, TransportAnswer } from '../adapters/ports.js';
import type { TrackedEvent } from '../events/event.types.js';
import { wireText } from '../events/freeze-event.js';
import type { Dropped, DropReason, Receipt } from '../events/receipt.types.js';
import { safeSend } from '../safe-send.js';
import { type Batch, batchPlan } from './batch-plan.js';
import { receiptBook } from './receipts.js';

/** The end of an event, as listeners hear it. */
export type EventEnd =
  | { readonly type: 'eventDelivered'; readonly id: string; readonly event: TrackedEvent }
  | ({ readonly type: 'eventDropped'; readonly id: string; readonly event: TrackedEvent } & Omit<Dropped, 'status'>);

/** What delivery works with. */
export interface DeliveryPorts {
  /** Where batches go, credentials included. Never shown to anyone. */
  readonly url: string;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly page: Page;
  readonly random: () => number;
  readonly granted: boolean;
  readonly batchWindowMs: number;
  readonly requestTimeoutMs: number;
  readonly maxEventAgeMs: number;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  /** Whether anyone listens to ends of this kind; events are parsed only then. */
  readonly hears: (type: EventEnd['type']) => boolean;
  readonly onEnd: (end: EventEnd) => void;
  readonly onCredentialsRefused: (status: number) => void;
  readonly onError: (error: unknown) => void;
}

/** Events a page exit may send each on its own, for they must not travel with others. */
const maxRequestsAtExit = 20;

/** Fills the delivery machine: outbox, transport and receipts behind its actions. */
export function createDelivery(ports: DeliveryPorts) {
  const { clock, outbox, transport } = ports;
  const receipts = receiptBook(clock);
  const plan = batchPlan({
    outbox,
    now: clock.now,
    monotonicNow: clock.monotonicNow,
    maxEventAgeMs: ports.maxEventAgeMs,
    onDrop: tellDropped,
  });
  const flushes = new Set<() => void>();
  let isLeaving = false;
  let inFlightOutlives = false;

  const eventOf = (entry: OutboxEntry) => JSON.parse(wireText(entry)) as TrackedEvent;

  function tellDropped(entry: OutboxEntry, reason: DropReason, message?: string): void {
    const dropped: Dropped = { status: 'dropped', reason, ...(message === undefined ? {} : { message }) };
    receipts.settle(entry.id, dropped);
    if (!ports.hears('eventDropped')) return;
    const { status, ...end } = dropped;
    ports.onEnd({ type: 'eventDropped', id: entry.id, event: eventOf(entry), ...end });
  }

  function tellDelivered(entry: OutboxEntry): void {
    receipts.settle(entry.id, { status: 'delivered' });
    if (ports.hears('eventDelivered')) ports.onEnd({ type: 'eventDelivered', id: entry.id, event: eventOf(entry) });
  }

  /** The server may quote what it refuses, and a full token must not reach an inspector or a log. */
  function withoutTokens(message: string, batch: Batch): string {
    return batch.entries
      .map(eventOf)
      .reduce(
        (text, { userToken, authenticatedUserToken }) =>
          [userToken, authenticatedUserToken].reduce<string>(
            (rest, token) => (token ? rest.replaceAll(token, '…') : rest),
            text,
          ),
        message,
      );
  }

  const requestOf = ({ body, bytes }: Batch) => ({ url: ports.url, body, bytes });

  async function sendBatch(attempt: number, signal: AbortSignal): Promise<BatchResult> {
    const batch = plan.next();
    if (!batch) return { outcome: { kind: 'accepted' }, size: 0, waiting: outbox.size, backlog: false };

    const controller = new AbortController();
    // A request that outlives the page must not be cancelled by our own end.
    signal.addEventListener('abort', () => isLeaving || controller.abort());
    inFlightOutlives = attempt === 0 && batch.bytes <= transport.exitBudget;
    const answer = await transport.send(requestOf(batch), { outlives: inFlightOutlives, signal: controller.signal });

    const remaining = batch.entries.filter(({ id }) => outbox.has(id)).length;
    return {
      outcome: outcomeIn(batch, answer),
      size: batch.entries.length,
      waiting: outbox.size - remaining,
      backlog: plan.hasBacklog,
    };
  }

  function outcomeIn(batch: Batch, { status, message, retryAfterMs }: TransportAnswer): BatchOutcome {
    const outcome = outcomeOf(status, message || `HTTP ${status}`, retryAfterMs);
    if (!('message' in outcome)) return outcome;
    // The field's name is the one part of the server's text that is sure to be there.
    if (/timestamp/i.test(outcome.message) && plan.canBlameClock) return { kind: 'clockIsWrong' };
    return { ...outcome, message: withoutTokens(outcome.message, batch) };
  }

  /** Gives the browser what it takes. What it doesn't take stays in the outbox. */
  function handOver(): void {
    const inFlight = plan.current?.entries.map(({ id }) => id) ?? [];
    if (inFlightOutlives || isLeaving) outbox.remove(inFlight);
    // The page's end cancels what is under way otherwise. A durable outbox keeps that for the next page.
    const left = new Set(outbox.durable ? inFlight : []);
    for (let requests = 0; requests < maxRequestsAtExit; requests += 1) {
      const batch = plan.atExit(transport.exitBudget, left);
      if (!batch || !transport.handOver(requestOf(batch))) break;
      outbox.remove(batch.entries.map(({ id }) => id));
    }
  }

  const messageOf = (event: unknown) => {
    const outcome = (event as { output?: BatchResult }).output?.outcome;
    return outcome && 'message' in outcome ? outcome.message : '';
  };

  const safely =
    <Args extends unknown[]>(effect: (...args: Args) => void) =>
    (...args: Args): void => {
      try {
        effect(...args);
      } catch (error) {
        ports.onError(error);
      }
    };

  const dropAll = safely((reason: DropReason) => {
    const entries = [...outbox.entries()];
    outbox.clear();
    plan.clear();
    for (const entry of entries) tellDropped(entry, reason);
  });

  function jitter(): number {
    try {
      return ports.random();
    } catch (error) {
      ports.onError(error);
      return 1;
    }
  }

  const machine = deliveryMachine.provide({
    actors: {
      sendBatch: fromPromise<BatchResult, { readonly attempt: number }>(({ input, signal }) =>
        sendBatch(input.attempt, signal),
      ),
    },
    guards: {
      // The outbox itself: its count in the context may be of a moment ago.
      hasWaiting: () => outbox.size > 0,
      hasBacklog: ({ context }) => context.backlog && outbox.size > 0,
    },
    delays: {
      batchWindow: ports.batchWindowMs,
      requestTimeout: ports.requestTimeoutMs,
      retryDelay: ({ context }) => retryDelayMs(context, jitter()),
    },
    actions: {
      removeBatch: safely(() => {
        for (const entry of plan.accepted()) tellDelivered(entry);
      }),
      halveBatch: safely(() => plan.halve()),
      dropEvent: safely(({ event }) => plan.refused(messageOf(event))),
      dropBatch: safely(({ event }) => plan.givenUp(messageOf(event))),
      omitTimestamps: safely(() => plan.omitTimestamps()),
      keepBatch: safely(({ event }) => {
        const { outcome } = (event as unknown as { output?: BatchResult }).output ?? {};
        plan.failed(!outcome || ('status' in outcome && outcome.status === 0));
      }),
      reportCredentials: safely(({ event }) => {
        const { outcome } = (event as unknown as { output: BatchResult }).output;
        if (outcome.kind === 'credentialsRefused') ports.onCredentialsRefused(outcome.status);
      }),
      handOver: safely(handOver),
      dropAll: () => dropAll('opted-out'),
    },
  });

  const actor = createActor(machine, {
    id: 'delivery',
    clock,
    input: {
      granted: ports.granted,
      online: ports.page.isOnline(),
      waiting: outbox.size,
      durable: outbox.durable,
    },
    ...(ports.inspect ? { inspect: ports.inspect } : {}),
  });

  const checkFlushes = () => {
    for (const check of flushes) check();
  };
  safeSend(actor, ports.onError);
  actor.subscribe({ next: checkFlushes, error: ports.onError });
  actor.start();

  return {
    actor,

    /** Puts frozen events into the outbox. */
    enqueue(entries: readonly OutboxEntry[]): Promise<Receipt> {
      const isHeld = actor.getSnapshot().matches('held');
      const receipt = isHeld
        ? Promise.resolve<Receipt>({ status: 'stored' })
        : receipts.owe(entries.map(({ id }) => id));
      for (const entry of entries) {
        for (const evicted of outbox.add(entry)) tellDropped(evicted, 'outbox-full');
      }
      // In any other state the machine looks at the outbox by itself when it comes back to idle.
      if (actor.getSnapshot().value === 'idle') actor.send({ type: 'delivery.queued', waiting: outbox.size });
      return receipt;
    },

    /** What happens to the page. */
    onPage(event: 'hidden' | 'exit' | 'online' | 'offline'): void {
      if (event === 'online' || event === 'offline') actor.send({ type: `network.${event}` });
      else actor.send({ type: `page.${event}` });
      if (event === 'exit') receipts.storeAll();
    },

    /** Sends at once and waits. Resolves to whether nothing waits any more. */
    flush(timeoutMs: number): Promise<boolean> {
      return new Promise((resolve) => {
        const done = () => outbox.size === 0;
        const hopeless = () => ['held', 'stopped'].includes(actor.getSnapshot().value);
        // Not the clock's timer: a process that awaits a flush must not end before it.
        const timer = setTimeout(() => finish(false), timeoutMs);
        const finish = (isDone: boolean) => {
          clearTimeout(timer);
          flushes.delete(check);
          resolve(isDone);
        };
        const check = () => (done() || hopeless()) && finish(done());
        flushes.add(check);
        actor.send({ type: 'delivery.flush' });
        check();
      });
    },

    /** Hands over what waits and ends. */
    stop(): void {
      isLeaving = true;
      actor.send({ type: 'page.exit' });
      if (!outbox.durable) dropAll('disposed');
      actor.stop();
      receipts.close();
      checkFlushes();
    },
  };
}
