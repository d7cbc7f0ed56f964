import { tryCall } from '../machines/try-call.js';

/** Listeners by event type. A listener that throws stops no other. */
export function createEmitter<Event extends { readonly type: string }>(onError: (error: unknown) => void) {
  const listeners = new Set<{ readonly type: string; readonly listener: (event: never) => void }>();
  const queue: Event[] = [];
  let isBusy = false;

  /** Runs `effect`, then notifies listeners of the events it queued: calls from inside a listener take effect immediately,
   * and the other listeners still see each change in order. */
  function batch(effect?: () => void): void {
    const isOuter = !isBusy;
    isBusy = true;
    if (effect) tryCall(effect, onError);
    if (!isOuter) return;
    for (const event of queue) {
      for (const { type, listener } of [...listeners]) {
        if (type === event.type) tryCall(listener, onError, event as never);
      }
    }
    queue.length = 0;
    isBusy = false;
  }

  return {
    batch,
    /** Calls `listener` for each event of a type until the returned function is called. */
    on<Type extends Event['type']>(
      type: Type,
      listener: (event: Extract<Event, { readonly type: Type }>) => void,
    ): () => void {
      const entry = { type, listener };
      if (typeof listener === 'function') listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    emit(event: Event): void {
      queue.push(event);
      batch();
    },
    hasListeners: (type: Event['type']): boolean => [...listeners].some((entry) => entry.type === type),
    clear: () => listeners.clear(),
  };
}
