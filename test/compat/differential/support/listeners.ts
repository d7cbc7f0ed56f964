import type { Tally } from './rules.js';
import { toZero } from './situation.js';

type Listener = (token: unknown) => void;

/** The listeners of one token as documented: all are called, of changes alone, and none stops another. Behind
 * search-insights there is only the one slot, in which `tell` is put. */
export function listenersOf(current: () => unknown, hit: Tally['hit']) {
  const listeners = new Map<Listener, boolean>();
  let known: unknown;

  function contained(listener: Listener, token: unknown): void {
    try {
      listener(toZero(token));
    } catch {
      hit('contained-listener');
    }
  }

  return {
    /** Before a call: what a change is measured by. */
    know(token = current()) {
      known = token;
    },
    tell(token: unknown): void {
      if (listeners.size === 0) return;
      if (token === known) {
        hit('equal-token');
        return;
      }
      known = token;
      if (listeners.size > 1) hit('many-listeners');
      for (const listener of [...listeners.keys()]) if (current() === token) contained(listener, token);
    },
    on(listener: unknown, options: unknown): void {
      const isImmediate = !!(options as { immediate?: unknown } | null | undefined)?.immediate;
      if (typeof listener === 'function') {
        listeners.delete(listener as Listener);
        listeners.set(listener as Listener, isImmediate);
        if (isImmediate) contained(listener as Listener, current());
        return;
      }
      const all = [...listeners].reverse();
      const [last] = all.find(([, wasImmediate]) => wasImmediate) ?? all[0] ?? [];
      if (last) listeners.delete(last);
      if (listeners.size > 0) hit('many-listeners');
    },
  };
}
