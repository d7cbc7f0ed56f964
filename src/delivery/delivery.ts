import { type BatchInput, type BatchResult, retryDelayMs } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import type { StartedDelivery } from '../actor.types.js';
import type { Clock, Outbox, OutboxEntry, Page, Transport } from '../adapters/ports.js';
import { startDelivery } from '../charts.js';
import type { DropReason, Receipt } from '../events/receipt.types.js';
import { type Batch, createBatchPlan, type GivenUp } from './batch-plan.js';
import { leaveBatch, sendOnExit } from './page-exit.js';
import { createReceipts, worstOf } from './receipts.js';

/** Refusals in a row that need no pause: those by which a culprit among a thousand is found. */
const maxRefusals = 20;
/** Between requests after more than that: whoever refuses all, such as a proxy, gets no storm of halves. */
const refusalPauseMs = 1_000;
/** While the visitor is on the way to the next page, which is to send the events, this one looks again so often. */
const leavingMs = 1_000;
/** Requests without a readable answer in a row before the application is warned. */
const maxUnanswered = 3;

/** A batch under way. */
export interface SentBatch extends Batch {
  /** By the device's clock. */
  readonly sentAt: number;
  /** Whether the request survives the end of the page. */
  outlives: boolean;
  /** Failed requests in a row before this one. */
  readonly retries: number;
  /** Set where the page's end has left it to the browser, so that it must not be cancelled: takes its events back, in case
   * the page still learns that it failed. */
  takeBack?: () => void;
}

/** What delivery works with. */
export interface DeliveryPorts {
  /** Where batches go, credentials included. Never shown to anyone. */
  readonly url: string;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly clock: Clock;
  /** Says whether there is a network, and whether the visitor leaves for another page of the site. @default always online */
  readonly page?: Pick<Page, 'isOnline' | 'leavingFor'> | undefined;
  /** From 0 up to 1, for the jitter of retries. */
  readonly random: () => number;
  /** Whether consent to send is missing. */
  readonly isAwaitingConsent: () => boolean;
  readonly batchWindowMs: number;
  readonly requestTimeoutMs: number;
  readonly maxEventAgeMs: number;
  /** See {@link createBatchPlan}. */
  readonly onWire?: ((entry: OutboxEntry, text: string) => string) | undefined;
  readonly inspect?: unknown;
  /** An event was delivered or dropped. */
  readonly onSettled?: ((entry: OutboxEntry, receipt: Receipt) => void) | undefined;
  readonly onTrouble: (code: 'credentials-refused' | 'api-unreachable') => void;
  readonly onError: (error: unknown) => void;
}

interface OfBatch {
  readonly batchId: number;
}

/** Runs the delivery machine: outbox, transport and receipts behind its actions. */
export function createDelivery(ports: DeliveryPorts) {
  const { url, clock, outbox, transport, page, onSettled, onTrouble, onError } = ports;
  const receipts = createReceipts(clock);
  const plan = createBatchPlan(ports);
  /** The batch under way, by its id. */
  const batches = new Map<number, SentBatch>();
  /** What the server said about a batch. Kept from the machine, which inspectors see: it may quote a token. */
  let message = '';
  let unanswered = 0;
  let refusals = 0;
  /** Whether a request was answered though the browser says it is offline. */
  let isHintWrong = false;
  /** Whether the page goes on without this delivery, and with it the request under way. */
  let isDisposing = false;

  /** Whether the browser says that there is no network, and no answer has shown otherwise. */
  const isOffline = () => page?.isOnline() === false && !isHintWrong;

  const isLeaving = () => page?.leavingFor?.() !== undefined;

  const settle = (entry: OutboxEntry, receipt: Receipt): void => {
    receipts.settle(entry, receipt);
    onSettled?.(entry, receipt);
  };
  function drop(entries: readonly OutboxEntry[], reason: DropReason, message?: string): void {
    outbox.remove(entries);
    for (const entry of entries) settle(entry, { status: 'dropped', reason, message });
  }
  function giveUp(givenUp: readonly GivenUp[]): void {
    // All at once: the outbox writes anew each time.
    outbox.remove(givenUp.map(({ entry }) => entry));
    for (const { entry, reason, message } of givenUp) settle(entry, { status: 'dropped', reason, message });
  }

  /** @param retries Failed requests in a row. In an outage one event finds out whether it is over: should the page die
   * before the answer, the next page sends no more than that one again. */
  function nextBatch(retries: number) {
    const budget = transport.exitBudget;
    const waiting = [...(outbox.entries() ?? [])];
    const maxEvents = retries > 0 && outbox.persistent ? 1 : undefined;
    // Closing the page can't cut such a request short.
    const brief = budget > 0 && outbox.persistent ? plan.next(waiting, budget, maxEvents) : undefined;
    const next = brief?.batch ? brief : plan.next(waiting, undefined, maxEvents);
    if (next.givenUp.length > 0) giveUp(next.givenUp);
    return { ...next, outlives: !!next.batch && next.batch.bytes <= budget };
  }

  /** Records what an answer shows about the API, for every page of the site. */
  function learn(isAccepted: boolean, { sentAt, retries }: SentBatch, retryAfterMs?: number): void {
    // What was left to the browser while an outage was known, or became known, is likely to have met it.
    const isTaken = isAccepted && !outbox.outage?.read();
    const waitUntil = retryAfterMs === undefined ? undefined : Math.floor(clock.now() + retryAfterMs);
    outbox.outage?.write(isAccepted ? undefined : { retries: retries + 1, waitUntil });
    outbox.settleUnconfirmed?.(isTaken, sentAt, (entries) => {
      for (const entry of entries) settle(entry, { status: 'delivered' });
    });
  }

  async function sendBatch({ input, signal }: { input: BatchInput; signal: AbortSignal }): Promise<BatchResult> {
    await outbox.prepare?.();
    if (refusals > maxRefusals) await new Promise((resolve) => clock.setTimeout(resolve, refusalPauseMs));
    const nothing = { status: 200, size: 0, backlog: false };
    // Consent was denied, or the page ended, in the meantime.
    if (signal.aborted) return nothing;
    const { batch, backlog, outlives } = nextBatch(input.retries);
    if (!batch) return nothing;
    const sent: SentBatch = {
      ...batch,
      outlives,
      sentAt: Math.floor(clock.now()),
      retries: input.retries,
    };
    batches.clear();
    batches.set(input.batchId, sent);
    const controller = new AbortController();
    signal.addEventListener('abort', () => sent.takeBack || controller.abort());
    const request = { url, ...batch };
    let answer = await transport.send(request, { outlives, signal: controller.signal });
    const isFirst = !input.retries && batch.entries.length > 1 && !sent.takeBack;
    if (!answer.status && outlives && isFirst && !signal.aborted && !isOffline() && !outbox.outage?.read()) {
      // Until the answer it may be an outage, which the other pages must know of.
      outbox.outage?.write({ retries: 1 });
      // Requests of a page before, or of other scripts, may have used up what the browser takes of such requests.
      sent.outlives = false;
      answer = await transport.send(request, { outlives: false, signal: controller.signal });
      // It was that: what other pages left to the browser meanwhile has met no outage.
      if (answer.status && !signal.aborted) outbox.outage?.write(undefined);
    }
    const { status, retryAfterMs, serverNow } = answer;
    if (serverNow) plan.learnTime(serverNow);
    if (status) {
      unanswered = 0;
      isHintWrong = page?.isOnline() === false;
    }
    const isAccepted = status > 0 && status < 500 && status !== 408 && status !== 429;
    if (!isAccepted) sent.takeBack?.();
    if (!signal.aborted) learn(isAccepted, sent, retryAfterMs);
    message = answer.message || `HTTP ${status}`;
    return {
      status,
      retryAfterMs,
      // The field's name is the one part of the server's text that is sure to be there.
      isClockWrong: status === 422 && /timestamp/i.test(message) && plan.mayBlameClock(batch.entries),
      size: batch.entries.length,
      backlog,
    };
  }

  /** The entries of a batch whose outcome is known, as far as the outbox still holds them. */
  function take(batchId: number): readonly OutboxEntry[] {
    const entries = batches.get(batchId)?.entries ?? [];
    batches.delete(batchId);
    const held = new Set(outbox.entries());
    return entries.filter((entry) => held.has(entry));
  }

  /** An action that settles a batch. One that throws would end the actor for good. */
  const settling =
    (effect: (entries: readonly OutboxEntry[]) => void) =>
    (_: unknown, { batchId }: OfBatch): void =>
      tryCall(effect, onError, take(batchId));

  /** The batch was refused for what is in it. */
  const refusing = (effect: (entries: readonly OutboxEntry[]) => void) =>
    settling((entries) => {
      refusals += 1;
      plan.answered();
      effect(entries);
    });

  /** Has other pages send what outlives this one's delivery. */
  function leaveToOthers(): void {
    if (outbox.persistent) outbox.release?.();
  }

  const actor: StartedDelivery = startDelivery({
    sendBatch,
    guards: {
      isAwaitingConsent: ports.isAwaitingConsent,
      isOffline,
      hasEvents: () => outbox.size > 0,
      isPersistent: () => outbox.persistent,
      isLeaving,
      hasUnheardExit: () => outbox.hasUnheardExit?.() === true,
      hasSuccessor: () => outbox.hasSuccessor?.(page?.leavingFor?.()) === true,
    },
    delays: {
      batchWindow: () => (isLeaving() ? leavingMs : ports.batchWindowMs),
      requestTimeout: ports.requestTimeoutMs,
      retryDelay: ({ context }) => retryDelayMs(context, ports.random()),
    },
    actions: {
      removeBatch: settling((entries) => {
        if (entries.length === 0) return;
        refusals = 0;
        plan.accepted(entries);
        outbox.remove(entries);
        for (const entry of entries) settle(entry, { status: 'delivered' });
      }),
      halveBatch: refusing(plan.halve),
      dropEvent: refusing((entries) => {
        for (const entry of entries) plan.refused(entry, message);
        drop(entries, 'refused', message);
      }),
      dropBatch: settling((entries) => {
        plan.answered();
        drop(entries, 'refused', message);
      }),
      omitTimestamps: settling(plan.omitTimestamps),
      keepBatch: settling(plan.answered),
      suspectBatch: settling((entries) => {
        if (isOffline()) return plan.answered();
        unanswered += 1;
        if (unanswered === maxUnanswered) onTrouble('api-unreachable');
        if (plan.suspect(entries)) drop(entries, 'refused', 'three times no answer to this event, while others passed');
      }),
      reportCredentials() {
        onTrouble('credentials-refused');
        leaveToOthers();
      },
      leaveBatch: (_, { batchId }) =>
        void tryCall(() => leaveBatch(outbox, clock, batches.get(batchId), isDisposing), onError),
      sendOnExit() {
        tryCall(() => {
          const { retries } = actor.getSnapshot().context;
          const isHealthy = retries === 0 && !isOffline() && !outbox.outage?.read();
          const [underWay] = batches.values();
          sendOnExit({ url, outbox, transport, plan, isHealthy }, underWay);
        }, onError);
      },
      dropAll() {
        const entries = [...(outbox.entries() ?? [])];
        batches.clear();
        // Also what other pages have left.
        outbox.clear();
        for (const entry of entries) settle(entry, { status: 'dropped', reason: 'opted-out' });
      },
    },
    clock,
    inspect: ports.inspect,
  });
  /** Events came in. In any other state the machine looks at the outbox when it comes back to idle. */
  function wake(): void {
    const { value } = actor.getSnapshot();
    if (value === 'idle') actor.send({ type: 'delivery.queued' });
    if (value === 'awaitingConsent') receipts.storeAll();
  }

  function evict(evicted: readonly OutboxEntry[]): void {
    for (const entry of evicted) settle(entry, { status: 'dropped', reason: 'outbox-full' });
  }

  // Made once: a closure for each event of a loop of thousands is garbage to collect in it.
  function add(entry: OutboxEntry): Promise<Receipt> {
    const receipt = receipts.create(entry);
    const evicted = outbox.add(entry);
    // An outbox of the application's own has thrown.
    if (!evicted) settle(entry, { status: 'dropped', reason: 'error-contained' });
    else if (evicted.length > 0) evict(evicted);
    return receipt;
  }

  return {
    actor,
    receipts,

    /** Puts the entries of one event into the outbox. */
    add(entries: readonly OutboxEntry[]): Promise<Receipt> {
      const all = entries.map(add);
      wake();
      return all.length > 1 ? Promise.all(all).then(worstOf) : all[0]!;
    },

    /** Consent is granted: events may be kept beyond the page, and those of pages that are gone come in. */
    open(): void {
      if (actor.getSnapshot().value === 'unauthorized') return;
      outbox.open?.((evicted) => {
        evict(evicted);
        wake();
      });
      const known = outbox.outage?.read();
      if (!known) return;
      const { retries, waitUntil } = known;
      const retryAfterMs = waitUntil !== undefined && waitUntil > clock.now() ? waitUntil - clock.now() : undefined;
      actor.send({ type: 'outage.known', retries, retryAfterMs });
    },

    /** The network came or went, as far as the browser knows. */
    onNetwork(state: 'online' | 'offline'): void {
      isHintWrong = false;
      actor.send({ type: `network.${state}` });
    },

    /** Ends delivery: gives the browser what it takes, and leaves the rest to other pages. */
    dispose(): void {
      isDisposing = true;
      outbox.save?.();
      actor.send({ type: 'page.exit' });
      const lost = outbox.persistent ? [] : [...(outbox.unsaved?.() ?? outbox.entries() ?? [])];
      drop(lost, 'disposed');
      leaveToOthers();
      actor.stop();
      receipts.storeAll();
    },
  };
}

/** See {@link createDelivery}. */
export type Delivery = ReturnType<typeof createDelivery>;
