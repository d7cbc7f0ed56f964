import type { Clock, Outbox, OutboxEntry, Page, PageEvent, Transport } from '../adapters/ports.js';
import { maxRequestsAtExit } from '../limits.js';
import type { BatchPlan } from './batch-plan.js';
import type { Delivery, SentBatch } from './delivery.js';

// Decides what happens to events when the page closes. If the visitor stays on the site, or another tab is open, the events stay
// in storage for that page, which gets the answer. At the end of a visit the browser sends them, and copies stay in storage
// until the next answer of the API shows whether they arrived.

/** An open request is likely to arrive for this long. In milliseconds. */
const promptMs = 5_000;

/** Marks events as sent by the browser, whose answer no page gets. Returns a function that undoes it. */
function giveToBrowser(outbox: Outbox, entries: readonly OutboxEntry[]): () => void {
  if (outbox.keepUnconfirmed) return outbox.keepUnconfirmed(entries);
  outbox.remove(entries);
  return () => {};
}

/** Leaves the open request to the browser, which finishes it. No page gets its answer.
 * @param isDisposing Whether the page goes on without this delivery, and with it the request. */
export function leaveBatch(outbox: Outbox, clock: Clock, sent: SentBatch | undefined, isDisposing: boolean): void {
  // The browser cancels a request without `keepalive` when the page closes.
  if (!sent || (!sent.outlives && !isDisposing)) return;
  // In an outage, or after a long wait for the answer, it is better to send events twice than to lose them. One failure is not
  // an outage yet.
  const knownFailures = outbox.outage?.read()?.retries ?? 0;
  const isDoubtful = sent.retries > 0 || clock.now() - sent.sentAt > promptMs || knownFailures > 1;
  if (isDoubtful && outbox.persistent) return;
  sent.takeBack = giveToBrowser(outbox, sent.entries);
}

/** What the end of a page works with. */
export interface ExitPorts {
  readonly url: string;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly plan: BatchPlan;
  /** Whether the last request was answered, there is a network, and no page knows of an outage. */
  readonly isHealthy: boolean;
}

/** Gives the browser as many events of the outbox as it takes. The rest stays.
 * @param underWay The open request; its events are cancelled with the page unless they were left to the browser. */
export function sendOnExit({ url, outbox, transport, plan, isHealthy }: ExitPorts, underWay?: SentBatch): void {
  const atRisk = new Set(outbox.persistent ? [] : (outbox.unsaved?.() ?? outbox.entries()));
  // A stored event stays unless it is likely to arrive. Events of earlier pages were not, until the server answers here.
  const isLikely = (entry: OutboxEntry) => isHealthy && (entry.trackedAt !== undefined || plan.hasPassed());
  const flying = new Set(underWay?.entries);
  let leaving = [...(outbox.entries() ?? [])].filter(
    (entry) => atRisk.has(entry) || (isLikely(entry) && !flying.has(entry)),
  );
  for (let requests = 0; requests < maxRequestsAtExit; requests += 1) {
    const { batch } = plan.next(leaving, transport.exitBudget);
    if (!batch) return;
    const { entries } = batch;
    let takeBack = () => {};
    if (!transport.sendOnExit({ url, ...batch }, () => takeBack())) return;
    takeBack = giveToBrowser(outbox, entries);
    const sent = new Set(entries);
    leaving = leaving.filter((entry) => !sent.has(entry));
  }
}

/** Follows a page as it is left and comes back. */
export interface PageFollower {
  /** The page is left, for good or not. */
  leave(): void;
  /** The page came back from the back-forward cache. */
  comeBack(): void;
}

/** What following a page needs. */
export interface FollowPagePorts {
  readonly page: Page;
  readonly delivery: Delivery;
  readonly outbox: Outbox;
  readonly isGranted: () => boolean;
  /** The visit of a prerendered page begins. */
  readonly onVisit: () => void;
  /** What listens to other tabs. */
  readonly identity?: PageFollower | undefined;
}

/** Does what each event of the page asks for. Returns what ends it. */
export function followPage(ports: FollowPagePorts): () => void {
  const { page, delivery, outbox, isGranted, onVisit, identity } = ports;
  const { send } = delivery.actor;
  let isGone = false;

  const handlers: Readonly<Record<PageEvent, () => void>> = {
    activated: onVisit,
    online: () => delivery.onNetwork('online'),
    offline: () => delivery.onNetwork('offline'),
    hidden() {
      // Firefox cuts the listeners of pagehide short when a tab is closed, and says that it is hidden after that.
      if (isGone) return outbox.release?.();
      // Events of this very task are not written yet.
      outbox.save?.();
      send({ type: 'page.hidden' });
    },
    exit() {
      isGone = true;
      outbox.save?.();
      send({ type: 'page.exit' });
      outbox.release?.(page.leavingFor?.());
      delivery.receipts.storeAll();
      identity?.leave();
    },
    restored() {
      isGone = false;
      identity?.comeBack();
      if (isGranted()) delivery.open();
      send({ type: 'page.restored' });
      // The network may have come back unnoticed.
      if (page.isOnline()) delivery.onNetwork('online');
    },
  };
  return page.subscribe((event) => handlers[event]?.());
}
