import { tryCall } from '../machines/tolerant.js';

/** Listeners by event type. A listener that throws stops no other. */
export function emitter<Event extends { readonly type: string }>(onError: (error: unknown) => void) {
  const listeners = new Set<{ readonly type: string; readonly listener: (event: never) => void }>();
  const untold: Event[] = [];
  let isBusy = false;

  /** Has `effect` done with before anybody is told of what it emits: what a listener calls is in force as soon as the call
   * returns, and each event has reached all listeners before the next one is told. */
  function during(effect: () => void): void {
    const isOuter = !isBusy;
    isBusy = true;
    tryCall(effect, onError);
    if (!isOuter) return;
    for (const event of untold) {
      for (const { type, listener } of [...listeners]) {
        if (type === event.type) tryCall(listener, onError, event as never);
      }
    }
    untold.length = 0;
    isBusy = false;
  }

  return {
    during,
    /** Calls `listener` for each event of a type until the returned function is called. */
    on<Type extends Event['type']>(
      type: Type,
      listener: (event: Extract<Event, { readonly type: Type }>) => void,
    ): () => void {
      const entry = { type, listener };
      if (typeof listener === 'function') listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    emit: (event: Event): void => during(() => untold.push(event)),
    hasListeners: (type: Event['type']): boolean => [...listeners].some((entry) => entry.type === type),
    clear: () => listeners.clear(),
  };
}
