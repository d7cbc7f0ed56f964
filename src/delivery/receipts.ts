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
    if (owed.left === 0) owed.resolve(owed.worst);
  }

  /** One timer for all: it wakes for the oldest. */
  function watch(): void {
    const [oldest] = open.values();
    if (!oldest || timer !== undefined) return;
    timer = clock.setTimeout(
      () => {
        timer = undefined;
        for (const [id, { since }] of open) {
          if (clock.monotonicNow() - since >= patienceMs) settle(id, { status: 'stored' });
        }
        watch();
      },
      Math.max(0, oldest.since + patienceMs - clock.monotonicNow()),
    );
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
    /** Says `stored` for all that is owed. */
    storeAll(): void {
      for (const id of [...open.keys()]) settle(id, { status: 'stored' });
    },
    /** Ends the timer. */
    close(): void {
      this.storeAll();
      if (timer !== undefined) clock.clearTimeout(timer);
      timer = undefined;
    },
  };
}
