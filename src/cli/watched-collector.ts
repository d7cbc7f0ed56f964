import { type CollectedRequest, type Collector, checkEventsBody, type Fault } from '../testing/index.js';
import type { Collected } from './timeline.types.js';

type Sent = readonly Readonly<Record<string, unknown>>[];

/** A collector of which the bodies of refused requests are known too. */
export interface WatchedCollector {
  /** Everything that the collector holds. */
  collected(): Collected;
  /** Replaces the fault; null heals. It is meant for requests with events.
   * @throws RangeError as {@link Collector.setFault} does. */
  setFault(fault: Fault | null): void;
  clear(): void;
  /** Calls the listener whenever `collected` has changed.
   * @returns Removes the listener. */
  onChange(listener: () => void): () => void;
}

/** Watches the requests of a collector.
 * @param maxEventAgeDays As the collector's own. */
export function watchCollector(collector: Collector, maxEventAgeDays: number | undefined): WatchedCollector {
  const seen = new WeakMap<CollectedRequest, { readonly sent: Sent; readonly isFaulted: boolean }>();
  const listeners = new Set<() => void>();
  let latest: { readonly sent: Sent; readonly isFaulted: boolean } | undefined;
  let fault: Fault | null = null;

  // A collector keeps the events that it accepts. The rest is seen only by the condition of a fault, so there always is one.
  function watchWith(next: Fault | null): void {
    if (next?.cors === false) {
      // Preflights have no events for a condition to look at.
      collector.setFault(next);
      return;
    }
    const when = (events: readonly object[]) => {
      latest = { sent: events as Sent, isFaulted: next !== null };
      return next !== null;
    };
    collector.setFault({ ...next, when });
  }

  function changed(): void {
    for (const listener of listeners) listener();
  }

  function messageOf(request: CollectedRequest, sent: Sent): { message?: string } {
    if (request.status !== 422 || sent.length === 0) return {};
    const verdict = checkEventsBody({ events: sent }, request.at, { maxEventAgeDays });
    return verdict.status === 422 ? { message: verdict.message } : {};
  }

  watchWith(null);
  collector.onRequest((request) => {
    if (latest) seen.set(request, latest);
    latest = undefined;
    if (collector.fault === null) {
      fault = null;
      watchWith(null);
    }
    changed();
  });

  return {
    collected() {
      const accepted = new Map<number, number>();
      for (const { requestId } of collector.events) accepted.set(requestId, (accepted.get(requestId) ?? 0) + 1);
      const requests = collector.requests.map((request) => {
        const { sent = [], isFaulted = false } = seen.get(request) ?? {};
        return {
          ...request,
          sent,
          accepted: accepted.get(request.id) ?? 0,
          isFaulted,
          ...messageOf(request, sent),
        };
      });
      return { origin: collector.origin, fault, events: collector.events, requests };
    },
    setFault(next) {
      watchWith(next);
      fault = next;
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
