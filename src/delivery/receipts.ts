import type { Clock } from '../adapters/ports.js';
import type { Receipt } from '../events/receipt.types.js';

/** After this long without an answer a receipt says `stored`, so that an `await` never hangs a checkout. */
const patienceMs = 10_000;

/** Receipts that are still owed, by event id. */
export function receiptBook(clock: Clock) {
  const open = new Map<string, { readonly since: number; readonly resolve: (receipt: Receipt) => void }>();
  let timer: unknown;

  function settle(id: string, receipt: Receipt): void {
    open.get(id)?.resolve(receipt);
    open.delete(id);
  }

  /** Says `stored` for all that is owed since then. */
  function storeAll(since = Number.POSITIVE_INFINITY): void {
    for (const [id, owed] of [...open]) if (owed.since <= since) settle(id, { status: 'stored' });
  }

  /** One timer for all, due for the oldest. */
  function watch(): void {
    if (timer) return;
    const [oldest] = open.values();
    if (!oldest) return;
    timer = clock.setTimeout(
      () => {
        timer = undefined;
        storeAll(clock.monotonicNow() - patienceMs);
        watch();
      },
      oldest.since + patienceMs - clock.monotonicNow(),
    );
  }

  return {
    /** A promise for what becomes of an event. */
    owe: (id: string): Promise<Receipt> =>
      new Promise((resolve) => {
        open.set(id, { since: clock.monotonicNow(), resolve });
        watch();
      }),
    settle,
    storeAll: storeAll as () => void,
    /** Settles all and ends the timer. */
    close(): void {
      storeAll();
      clock.clearTimeout(timer);
    },
  };
}

/** The receipt of an event that became several: the worst of theirs. */
export const worstOf = (receipts: readonly Receipt[]): Receipt =>
  receipts.find(({ status }) => status === 'dropped') ??
  receipts.find(({ status }) => status === 'stored') ??
  receipts[0]!;
