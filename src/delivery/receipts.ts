import type { Clock } from '../adapters/ports.js';
import type { Receipt } from '../events/receipt.types.js';

/** After this long without an answer a receipt says `stored`, so that an `await` never hangs a checkout. */
const patienceMs = 10_000;

/** A promise waiting for the end of the one to three events that a `track` became. */
interface Open {
  readonly since: number;
  readonly resolve: (receipt: Receipt) => void;
  left: number;
  worst: Receipt;
}

const severity = { delivered: 0, stored: 1, dropped: 2 } as const;

/** Receipts that are still owed, by event id. */
export function receiptBook(clock: Clock) {
  const open = new Map<string, Open>();
  let timer: unknown;

  function settle(id: string, receipt: Receipt): void {
    const owed = open.get(id);
    if (!owed) return;
    open.delete(id);
    if (severity[receipt.status] > severity[owed.worst.status]) owed.worst = receipt;
    owed.left -= 1;
    if (!owed.left) owed.resolve(owed.worst);
  }

  /** One timer for all, due for the oldest. */
  function watch(): void {
    const [oldest] = open.values();
    if (!oldest || timer) return;
    timer = clock.setTimeout(
      () => {
        timer = undefined;
        storeAll(clock.monotonicNow() - patienceMs);
        watch();
      },
      oldest.since + patienceMs - clock.monotonicNow(),
    );
  }

  /** Says `stored` for all that is owed since then. */
  function storeAll(since = Number.POSITIVE_INFINITY): void {
    for (const [id, owed] of [...open]) if (owed.since <= since) settle(id, { status: 'stored' });
  }

  return {
    /** A promise for what becomes of these events, the worst of them deciding. */
    owe(ids: readonly string[]): Promise<Receipt> {
      return new Promise((resolve) => {
        const owed: Open = { since: clock.monotonicNow(), resolve, left: ids.length, worst: { status: 'delivered' } };
        for (const id of ids) open.set(id, owed);
        watch();
      });
    },
    settle,
    storeAll: () => storeAll(),
    /** Settles all and ends the timer. */
    close(): void {
      storeAll();
      clock.clearTimeout(timer);
    },
  };
}
