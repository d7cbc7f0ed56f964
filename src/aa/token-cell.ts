import { checkUserToken } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import type { createWarnings } from '../warnings.js';

type Token = number | string;
type Listener = (token?: Token) => void;

/** A token that can be set, read and listened to. */
export function tokenCell({ post, postError }: ReturnType<typeof createWarnings>) {
  const listeners = new Map<Listener, boolean>();
  /** The token that listeners know. */
  let known: Token | undefined;

  const cell = {
    /** As it was set. */
    token: undefined as Token | undefined,
    /** As it goes out; `undefined` for nobody. */
    text: undefined as string | undefined,

    /** Puts a token in force without telling anybody. One that is malformed is refused with a warning; an empty value is
     * nobody. Returns whether it was taken. */
    take(given: unknown): boolean {
      const check = checkUserToken(given);
      const isTaken = check.ok || !given;
      if (isTaken) {
        cell.token = given as Token;
        cell.text = check.ok ? check.token : undefined;
      } else post('token-rejected', check.reason, check.message);
      return isTaken;
    },

    /** Marks the current token as known, so that listeners aren't notified of it. */
    settle(): void {
      known = cell.token;
    },

    /** Sets the token, and notifies every listener unless they know this token. If a listener sets another one, the rest get
     * that one. */
    set(given: unknown): never {
      cell.take(given);
      const { token } = cell;
      const isChanged = token !== known;
      cell.settle();
      for (const listener of isChanged ? [...listeners.keys()] : []) {
        if (token === cell.token) tryCall(listener, postError, token);
      }
      return cell.token as never;
    },

    /** Adds a listener. Without one, removes the last that was called at once, which is how InstantSearch listens and ends,
     * else the last. */
    on(listener: unknown, options: unknown): void {
      const isImmediate = !!Object(options).immediate;
      if (typeof listener === 'function') {
        // One that comes again is the last that came.
        listeners.delete(listener as Listener);
        listeners.set(listener as Listener, isImmediate);
        if (isImmediate) tryCall(listener as Listener, postError, cell.token);
        return;
      }
      const all = [...listeners].reverse();
      const [last] = all.find(([, wasImmediate]) => wasImmediate) ?? all[0] ?? [];
      if (last) listeners.delete(last);
    },

    get(_options?: unknown, callback?: unknown): Token | undefined {
      if (typeof callback === 'function') callback(null, cell.token);
      return cell.token;
    },
  };
  return cell;
}

/** See {@link tokenCell}. */
export type TokenCell = ReturnType<typeof tokenCell>;
