import { tryCall } from '../../machines/tolerant.js';
import type { Clock, OutboxEntry } from '../adapters/ports.js';
import type { Receipt } from '../events/receipt.types.js';

/** After this long without an answer a receipt says `stored`, so that an `await` never hangs a checkout. */
const patienceMs = 10_000;

/** Receipts that are still owed for events of this page. */
export function receiptBook(clock: Clock) {
  const open = new Map<OutboxEntry, (receipt: Receipt) => void>();
  let timer: unknown;

  function settle(entry: OutboxEntry, receipt: Receipt): void {
    open.get(entry)?.(receipt);
    open.delete(entry);
  }

  /** Says `stored` for all that is owed since then, and ends the timer. */
  function storeAll(since = Infinity): void {
    clock.clearTimeout(timer);
    timer = undefined;
    for (const entry of open.keys()) if (entry.trackedAt! <= since) settle(entry, { status: 'stored' });
  }

  /** One timer for all, due for the oldest. */
  function watch(): void {
    const [oldest] = open.keys();
    if (!oldest) return;
    timer = clock.setTimeout(
      () => {
        storeAll(clock.monotonicNow() - patienceMs);
        watch();
      },
      oldest.trackedAt! + patienceMs - clock.monotonicNow(),
    );
  }

  return {
    /** A promise for what becomes of an event. */
    owe: (entry: OutboxEntry): Promise<Receipt> =>
      new Promise((resolve) => {
        open.set(entry, resolve);
        if (!timer) tryCall(watch);
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
