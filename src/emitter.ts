import { attempt } from '../machines/tolerant.js';

/** Listeners by event type. A listener that throws stops no other. */
export function emitter<Event extends { readonly type: string }>(onError: (error: unknown) => void) {
  const listeners = new Set<{ readonly type: string; readonly listener: (event: never) => void }>();

  return {
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
      for (const { type, listener } of [...listeners]) {
        if (type === event.type) attempt(listener, onError, event as never);
      }
    },
    hears: (type: Event['type']): boolean => [...listeners].some((entry) => entry.type === type),
    clear: () => listeners.clear(),
  };
}
