import type { CollectorSession, Fault } from '../testing/index.js';
import type { Collected } from './timeline.types.js';

/** A session of the collector, or the collector itself, that reports its changes. */
export interface WatchedSession extends Pick<CollectorSession, 'waitForEvents'> {
  /** Everything that it holds. */
  collected(): Collected;
  /** Replaces the fault; null heals.
   * @throws RangeError as {@link CollectorSession.setFault} does. */
  setFault(fault: Fault | null): void;
  clear(): void;
  /** Calls the listener whenever `collected` has changed.
   * @returns Removes the listener. */
  onChange(listener: () => void): () => void;
}

/** Watches a session. */
export function watchSession(session: CollectorSession): WatchedSession {
  const listeners = new Set<() => void>();
  function changed(): void {
    for (const listener of listeners) listener();
  }
  session.onRequest(changed);

  return {
    waitForEvents: session.waitForEvents,
    collected() {
      const accepted = new Map<number, number>();
      for (const { requestId } of session.events) accepted.set(requestId, (accepted.get(requestId) ?? 0) + 1);
      const requests = session.requests.map((request) => ({ ...request, accepted: accepted.get(request.id) ?? 0 }));
      return { origin: session.origin, fault: session.fault, events: session.events, requests };
    },
    setFault(next) {
      session.setFault(next);
      changed();
    },
    clear() {
      session.clear();
      changed();
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
