import type { Outbox } from '../adapters/ports.js';
import type { Delivery } from './delivery.js';

/** Sends at once and waits. Resolves to whether the outbox is empty. */
export function flush({ actor }: Delivery, outbox: Outbox, timeoutMs: number): Promise<boolean> {
  actor.send({ type: 'delivery.flush' });
  return new Promise((resolve) => {
    function finish(): void {
      clearTimeout(timer);
      subscription.unsubscribe();
      resolve(outbox.size === 0 && actor.getSnapshot().value !== 'unauthorized');
    }
    function check(): void {
      const { value } = actor.getSnapshot();
      if (outbox.size === 0 || value === 'awaitingConsent' || value === 'unauthorized') finish();
    }
    // Not the clock's timer: a process that awaits a flush must not end before it.
    const timer = setTimeout(finish, timeoutMs);
    const subscription = actor.subscribe({ next: check, complete: finish });
    check();
  });
}
