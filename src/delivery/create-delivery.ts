import { createActor, fromPromise, type InspectionEvent } from 'xstate';
import { type BatchResult, deliveryMachine, retryDelayMs } from '../../machines/index.js';
import { fieldOf, tryCall } from '../../machines/tolerant.js';
import type { Clock, Outbox, OutboxEntry, Page, Transport } from '../adapters/ports.js';
import type { TrackedEvent } from '../events/event.types.js';
import { wireText } from '../events/freeze-event.js';
import type { Dropped, DropReason, Receipt } from '../events/receipt.types.js';
import { safeSend } from '../safe-send.js';
import { type Batch, batchPlan } from './batch-plan.js';
import { receiptBook, worstOf } from './receipts.js';

/** The end of an event, as listeners hear it. */
export type EventOutcome =
  | { readonly type: 'eventDelivered'; readonly id: string; readonly event: TrackedEvent }
  | ({ readonly type: 'eventDropped'; readonly id: string; readonly event: TrackedEvent } & Omit<
      Dropped,
      'status' | 'field'
    >);

/** What delivery works with. */
export interface DeliveryPorts {
  /** Where batches go, credentials included. Never shown to anyone. */
  readonly url: string;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly page: Page;
  readonly random: () => number;
  readonly isGranted: () => boolean;
  readonly batchWindowMs: number;
  readonly requestTimeoutMs: number;
  readonly maxEventAgeMs: number;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
  /** Whether anyone listens to ends of this kind; events are parsed only then. */
  readonly hasListeners: (type: EventOutcome['type']) => boolean;
  readonly onEnd: (end: EventOutcome) => void;
  readonly onTrouble: (trouble: 'credentials-refused' | 'api-unreachable') => void;
  readonly onError: (error: unknown) => void;
}

/** Refusals in a row that need no pause: those by which a culprit among a thousand is found. */
const maxRefusals = 20;
/** Between requests after more than that. */
const refusalPauseMs = 1_000;
/** A request under way is likely to arrive for this long. */
const promptMs = 5_000;
/** Requests at a page exit: what suspect events, each on its own, may cost. */
const maxRequestsAtExit = 20;

/** Fills the delivery machine: outbox, transport and receipts behind its actions. */
export function createDelivery(ports: DeliveryPorts) {
  const { url, clock, outbox, transport, hasListeners, onEnd, onError } = ports;
  const receipts = receiptBook(clock);
  const plan = batchPlan({ outbox, clock, maxEventAgeMs: ports.maxEventAgeMs, onDrop: tellDropped });
  /** A guard that throws would end the actor for good. */
  const isOnline = () => tryCall(() => ports.page.isOnline(), onError) ?? true;
  const flushes = new Set<(isOver?: boolean) => void>();
  let isLeaving = false;
  let outlives = false;
  let sentAt = 0;
  /** The batch that was left to the browser while it was under way. */
  let spared: Batch | undefined;
  let isGone = false;
  let message = '';
  let failures = 0;
  let refusals = 0;

  function tell(entry: OutboxEntry, type: EventOutcome['type'], receipt: Receipt): void {
    receipts.settle(entry, receipt);
    const { status, ...end } = receipt;
    if (hasListeners(type)) onEnd({ type, id: entry.id, event: JSON.parse(wireText(entry)), ...end } as EventOutcome);
  }
  function tellDropped(entries: readonly OutboxEntry[], reason: DropReason, message?: string): void {
    for (const entry of entries) tell(entry, 'eventDropped', { status: 'dropped', reason, message });
  }

  async function sendBatch(attempts: number, signal: AbortSignal): Promise<BatchResult> {
    await outbox.prepare?.();
    // One culprit is found by fewer. Whoever refuses all, such as a proxy, gets no storm of halves.
    if (refusals > maxRefusals) await new Promise((resolve) => clock.setTimeout(resolve, refusalPauseMs));
    const budget = attempts ? 0 : transport.exitBudget;
    const nothing = { status: 200, size: 0, waiting: outbox.size, backlog: false };
    // A denial, the end or a later attempt may have come meanwhile.
    if (signal.aborted) return nothing;
    // What the page's end can't cut off, if it may be that little: the next page would send it again.
    const batch = (budget > 0 && outbox.persistent && plan.choose(budget)) || plan.choose();
    plan.current = batch;
    if (!batch) return nothing;
    const controller = new AbortController();
    // A request that outlives the page must not be cancelled by our own end.
    signal.addEventListener('abort', () => spared === batch || controller.abort());
    outlives = batch.bytes <= budget;
    sentAt = clock.monotonicNow();
    const answer = await transport.send({ url, ...batch }, { outlives, signal: controller.signal });
    const { status, retryAfterMs } = answer;
    if (status) failures = 0;
    // Kept here, since the server may quote a token, and what the machine is told is seen by inspectors.
    message = answer.message || `HTTP ${status}`;
    const size = batch.entries.length;
    return {
      status,
      retryAfterMs,
      // The field's name is the one part of the server's text that is sure to be there.
      isClockWrong: status === 422 && /timestamp/i.test(message) && plan.canBlameClock(),
      size,
      waiting: outbox.size - size,
      backlog: plan.hasBacklog,
    };
  }

  /** What is lost with the page. */
  const atRisk = () => (outbox.persistent ? [] : [...(outbox.unsaved?.() ?? outbox.entries())]);

  /** Gives the browser what it takes. What it doesn't take stays in the outbox. */
  function sendOnExit(): void {
    const risk = new Set(atRisk());
    const isGood = actor.getSnapshot().context.retries === 0 && isOnline();
    // What is kept beyond the page stays unless it is likely to arrive. What earlier pages left was not, until the server
    // has answered here.
    const stays = (entry: OutboxEntry) =>
      !risk.has(entry) && !(isGood && (entry.trackedAt !== undefined || plan.hasPassed()));
    const inFlight = plan.current?.entries ?? [];
    // A request that has waited for long is as likely to be lost: it is kept, as far as anything is.
    if ((outlives || isLeaving) && clock.monotonicNow() - sentAt < promptMs) {
      const left = inFlight.filter((entry) => !stays(entry));
      if (left.length > 0) spared = plan.current;
      outbox.remove(left);
    }
    // The page's end cancels what else is under way: what outlives the page is sent by the next one.
    const flying = new Set(inFlight);
    const staying = new Set(
      [...outbox.entries()].filter((entry) => stays(entry) || (flying.has(entry) && !risk.has(entry))),
    );
    for (let requests = 0; requests < maxRequestsAtExit; requests += 1) {
      const batch = plan.choose(transport.exitBudget, staying);
      if (!batch || !transport.sendOnExit({ url, ...batch })) return;
      outbox.remove(batch.entries);
    }
  }

  /** Has other pages send what outlives this one's delivery. */
  function leaveToOthers(): void {
    if (outbox.persistent) outbox.release?.();
  }

  /** A denial erases what other pages have left, too. */
  function dropAll(): void {
    const entries = [...outbox.entries()];
    plan.current = undefined;
    outbox.clear();
    tellDropped(entries, 'opted-out');
  }

  // Made once: a closure for each event of a loop of thousands is garbage to collect in it.
  const put = (entry: OutboxEntry) => tellDropped(outbox.add(entry), 'outbox-full');

  /** An action that throws would end the actor for good. */
  const safely = (effect: (event: object) => void) => (args: { readonly event: object }) =>
    void tryCall(effect, onError, args.event);

  const actor = createActor(
    deliveryMachine.provide({
      actors: {
        sendBatch: fromPromise<BatchResult, { readonly retries: number }>(({ input, signal }) =>
          sendBatch(input.retries, signal),
        ),
      },
      guards: {
        // The outbox itself: its count in the context may be of a moment ago.
        isAwaitingConsent: () => !ports.isGranted(),
        isOffline: () => !isOnline(),
        hasWaiting: () => outbox.size > 0,
        hasBacklog: ({ context }) => context.backlog && outbox.size > 0,
        isNotPersistent: () => !outbox.persistent,
      },
      delays: {
        batchWindow: ports.batchWindowMs,
        requestTimeout: ports.requestTimeoutMs,
        retryDelay: ({ context }) => retryDelayMs(context, tryCall(ports.random, onError)),
      },
      actions: {
        removeBatch: safely(() => {
          refusals = 0;
          plan.accepted((entry) => tell(entry, 'eventDelivered', { status: 'delivered' }));
        }),
        halveBatch: safely(() => {
          refusals += 1;
          plan.halve();
        }),
        dropEvent: safely(() => {
          refusals += 1;
          plan.refused(message);
        }),
        dropBatch: safely(() => plan.givenUp(message)),
        omitTimestamps: safely(plan.omitTimestamps),
        keepBatch: safely((event) => {
          // Without a status it took too long or broke.
          const isOpaque = !fieldOf(fieldOf(event, 'output'), 'status');
          if (isOpaque) failures += 1;
          if (failures === 3) ports.onTrouble('api-unreachable');
          // Offline nothing passes.
          plan.failed(isOpaque && isOnline());
        }),
        reportCredentials: safely(() => {
          ports.onTrouble('credentials-refused');
          // Another page may have better ones.
          leaveToOthers();
        }),
        sendOnExit: safely(sendOnExit),
        dropAll: safely(dropAll),
      },
    }),
    {
      id: 'delivery',
      clock,
      input: { waiting: outbox.size },
      inspect: ports.inspect as never,
    },
  );
  const isIn = (state: string) => actor.getSnapshot().value === state;

  /** Tells the machine of new events. In any other state it looks at the outbox by itself when it comes back to idle. */
  function wake(): void {
    if (isIn('idle')) actor.send({ type: 'delivery.queued', waiting: outbox.size });
  }
  function checkFlushes(): void {
    for (const check of flushes) check();
  }
  safeSend(actor, (effect) => tryCall(effect, onError));
  actor.subscribe({ next: checkFlushes, error: onError });
  actor.start();

  return {
    actor,

    /** Puts frozen events into the outbox. */
    enqueue(entries: readonly OutboxEntry[]): Promise<Receipt> {
      const owed = entries.map(receipts.owe);
      entries.forEach(put);
      if (isIn('awaitingConsent')) receipts.storeAll();
      wake();
      return owed.length > 1 ? Promise.all(owed).then(worstOf) : owed[0]!;
    },

    /** What happens to the page. */
    onPage(event: 'hidden' | 'exit' | 'restored' | 'online' | 'offline'): void {
      // Firefox cuts the listeners of pagehide short when a tab is closed, and says that it is hidden after that.
      if (event === 'hidden' && isGone) {
        outbox.release?.();
        return;
      }
      isGone = event === 'exit' || (event !== 'restored' && isGone);
      actor.send({ type: event === 'online' || event === 'offline' ? `network.${event}` : `page.${event}` });
      // It may have come back while nobody was told.
      if (event === 'restored' && isOnline()) actor.send({ type: 'network.online' });
      if (event !== 'exit') return;
      outbox.release?.();
      receipts.storeAll();
    },

    /** Events may be kept beyond the page from now on, and those of pages that are gone come in. */
    open(): void {
      if (isIn('unauthorized')) return;
      outbox.open?.((evicted) => {
        tellDropped(evicted, 'outbox-full');
        wake();
      });
    },

    /** Sends at once and waits. Resolves to whether nothing waits any more. */
    flush(timeoutMs: number): Promise<boolean> {
      actor.send({ type: 'delivery.flush' });
      return new Promise((resolve) => {
        const check = (isOver = false) => {
          if (!isOver && outbox.size > 0 && !isIn('awaitingConsent') && !isIn('unauthorized')) return;
          clearTimeout(timer);
          flushes.delete(check);
          resolve(outbox.size === 0 && !isIn('unauthorized'));
        };
        // Not the clock's timer: a process that awaits a flush must not end before it.
        const timer = setTimeout(() => check(true), timeoutMs);
        flushes.add(check);
        check();
      });
    },

    /** Hands over what waits and ends. */
    stop(): void {
      isLeaving = true;
      actor.send({ type: 'page.exit' });
      tryCall(() => {
        const lost = atRisk();
        outbox.remove(lost);
        tellDropped(lost, 'disposed');
        leaveToOthers();
      }, onError);
      actor.stop();
      receipts.storeAll();
      for (const check of flushes) check(true);
    },
  };
}
