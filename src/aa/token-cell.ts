import { tryCall } from '../../machines/try-call.js';

/** A token that can be set, read and listened to. */
export function tokenCell(onError: (error: unknown) => void) {
  type Listener = (token?: number | string) => void;
  const listeners = new Map<Listener, boolean>();

  const cell = {
    token: undefined as number | string | undefined,

    /** Tells every listener, unless the token is the one they know. One that sets another has the rest told of that. */
    tell(before: unknown): void {
      const { token } = cell;
      for (const listener of token === before ? [] : [...listeners.keys()]) {
        if (token === cell.token) tryCall(listener, onError, token);
      }
    },

    /** Adds a listener. Without one, takes away the last that was called at once, which is how InstantSearch listens and
     * ends, else the last. */
    on(listener: unknown, options: unknown): void {
      const isImmediate = !!Object(options).immediate;
      if (typeof listener === 'function') {
        // One that comes again is the last that came.
        listeners.delete(listener as Listener);
        listeners.set(listener as Listener, isImmediate);
        if (isImmediate) tryCall(listener as Listener, onError, cell.token);
        return;
      }
      const all = [...listeners].reverse();
      const [last] = all.find(([, wasImmediate]) => wasImmediate) ?? all[0] ?? [];
      if (last) listeners.delete(last);
    },

    get(_options?: unknown, callback?: unknown): number | string | undefined {
      if (typeof callback === 'function') callback(null, cell.token);
      return cell.token;
    },
  };
  return cell;
}
