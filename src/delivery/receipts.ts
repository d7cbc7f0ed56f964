import { tryCall } from '../../machines/try-call.js';
import type { Clock, OutboxEntry } from '../adapters/ports.js';
import { receiptTimeoutMs } from '../defaults.js';
import type { Receipt } from '../events/receipt.types.js';

/** The receipts that events of this page still wait for. */
export function createReceipts(clock: Clock) {
  const open = new Map<OutboxEntry, (receipt: Receipt) => void>();
  let timer: unknown;

  function settle(entry: OutboxEntry, receipt: Receipt): void {
    open.get(entry)?.(receipt);
    open.delete(entry);
    // A timer without a purpose would keep a page or a server render from being idle.
    if (open.size === 0) stopTimer();
  }

  function stopTimer(): void {
    clock.clearTimeout(timer);
    timer = undefined;
  }

  /** Settles receipts of events tracked no later than this as `stored`. */
  function storeAll(until = Number.POSITIVE_INFINITY): void {
    stopTimer();
    for (const entry of open.keys()) if (entry.trackedAt! <= until) settle(entry, { status: 'stored' });
  }

  /** One timer for all, due for the oldest. */
  function startTimer(): void {
    const [oldest] = open.keys();
    if (!oldest) return;
    timer = clock.setTimeout(
      () => {
        storeAll(clock.monotonicNow() - receiptTimeoutMs);
        startTimer();
      },
      oldest.trackedAt! + receiptTimeoutMs - clock.monotonicNow(),
    );
  }

  return {
    /** A promise for the event's delivery status. */
    create: (entry: OutboxEntry): Promise<Receipt> =>
      new Promise((resolve) => {
        open.set(entry, resolve);
        if (!timer) tryCall(startTimer);
      }),
    settle,
    storeAll: storeAll as () => void,
  };
}

/** The receipt of an event that became several: the worst of theirs. */
export const worstOf = (receipts: readonly Receipt[]): Receipt =>
  receipts.find(({ status }) => status === 'dropped') ??
  receipts.find(({ status }) => status === 'stored') ??
  receipts[0]!;
