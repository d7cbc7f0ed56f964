/** Listeners by event type. A listener that throws stops no other. */
export function emitter<Event extends { readonly type: string }>(onError: (error: unknown) => void) {
  type Listener = (event: never) => void;
  const listeners = new Map<string, Set<Listener>>();

  return {
    /** Calls `listener` for each event of a type until the returned function is called. */
    on<Type extends Event['type']>(
      type: Type,
      listener: (event: Extract<Event, { readonly type: Type }>) => void,
    ): () => void {
      if (typeof listener !== 'function') return () => {};
      // A set of wrappers, so that one function given twice is two subscriptions.
      const own: Listener = (event) => listener(event);
      const ofType = listeners.get(type) ?? new Set();
      listeners.set(type, ofType.add(own));
      return () => void ofType.delete(own);
    },
    emit(event: Event): void {
      for (const listener of [...(listeners.get(event.type) ?? [])]) {
        try {
          listener(event as never);
        } catch (error) {
          onError(error);
        }
      }
    },
    hears: (type: Event['type']): boolean => (listeners.get(type)?.size ?? 0) > 0,
    clear: () => listeners.clear(),
  };
}
