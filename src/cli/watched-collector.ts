import type { Collector, Fault } from '../testing/index.js';
import type { Collected } from './timeline.types.js';

/** A collector that tells of its changes. */
export interface WatchedCollector {
  /** Everything that the collector holds. */
  collected(): Collected;
  /** Replaces the fault; null heals.
   * @throws RangeError as {@link Collector.setFault} does. */
  setFault(fault: Fault | null): void;
  clear(): void;
  /** Calls the listener whenever `collected` has changed.
   * @returns Removes the listener. */
  onChange(listener: () => void): () => void;
}

/** Watches a collector. */
export function watchCollector(collector: Collector): WatchedCollector {
  const listeners = new Set<() => void>();
  function changed(): void {
    for (const listener of listeners) listener();
  }
  collector.onRequest(changed);

  return {
    collected() {
      const accepted = new Map<number, number>();
      for (const { requestId } of collector.events) accepted.set(requestId, (accepted.get(requestId) ?? 0) + 1);
      const requests = collector.requests.map((request) => ({ ...request, accepted: accepted.get(request.id) ?? 0 }));
      return { origin: collector.origin, fault: collector.fault, events: collector.events, requests };
    },
    setFault(next) {
      collector.setFault(next);
      changed();
    },
    clear() {
      collector.clear();
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
