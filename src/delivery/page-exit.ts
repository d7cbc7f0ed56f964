import type { Clock, Outbox, OutboxEntry, Page, PageEvent, Transport } from '../adapters/ports.js';
import { maxRequestsAtExit } from '../limits.js';
import type { BatchPlan } from './batch-plan.js';
import type { Delivery, SentBatch } from './delivery.js';

/** A request under way is likely to arrive for this long. */
const promptMs = 5_000;

/** What the end of a page works with. */
export interface ExitPorts {
  readonly url: string;
  readonly outbox: Outbox;
  readonly transport: Transport;
  readonly plan: BatchPlan;
  readonly clock: Clock;
  /** Whether the last request was answered and there is a network. */
  readonly isHealthy: boolean;
  /** Whether the page goes on without this delivery, and with it the request under way. */
  readonly isDisposing: boolean;
}

/** Gives the browser what it takes of the outbox and removes it. The rest stays.
 * @param underWay The request whose answer the page will not see. */
export function sendOnExit(ports: ExitPorts, underWay?: SentBatch): void {
  const { url, outbox, transport, plan, clock, isHealthy, isDisposing } = ports;
  const entries = () => [...(outbox.entries() ?? [])];
  const atRisk = new Set(outbox.persistent ? [] : (outbox.unsaved?.() ?? entries()));
  // A stored event stays unless it is likely to arrive. Events of earlier pages were not, until the server answers here.
  const stays = (entry: OutboxEntry) =>
    !atRisk.has(entry) && !(isHealthy && (entry.trackedAt !== undefined || plan.hasPassed()));
  const flying = new Set(underWay?.entries);
  // A request that has waited for long is as likely to be lost: its events are kept.
  if (underWay && (underWay.outlives || isDisposing) && clock.monotonicNow() - underWay.sentAt < promptMs) {
    const left = underWay.entries.filter((entry) => !stays(entry));
    underWay.isLeftToBrowser = left.length > 0;
    outbox.remove(left);
  }
  // The end of the page cancels a request that does not outlive it: the next page sends those events.
  const leaving = entries().filter((entry) => !stays(entry) && (!flying.has(entry) || atRisk.has(entry)));
  for (let requests = 0, rest = leaving; requests < maxRequestsAtExit; requests += 1) {
    const { batch } = plan.next(rest, transport.exitBudget);
    if (!batch || !transport.sendOnExit({ url, ...batch })) return;
    outbox.remove(batch.entries);
    const sent = new Set(batch.entries);
    rest = rest.filter((entry) => !sent.has(entry));
  }
}

/** What else goes and comes with a page. */
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
      if (isGone) outbox.release?.();
      else send({ type: 'page.hidden' });
    },
    exit() {
      isGone = true;
      // Events of this very task are not written yet.
      outbox.save?.();
      send({ type: 'page.exit' });
      outbox.release?.();
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
