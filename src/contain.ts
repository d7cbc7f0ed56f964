import { tryCall } from '../machines/try-call.js';

/** A port of the application's own, of which no method and no getter throws: it returns `undefined` instead, and `onError`
 * gets the error. The library's own ports don't throw. */
export function contain<Port extends object>(port: Port, onError: (error: unknown) => void): Port {
  // Over an object of its own: a proxy must not give another value for a member of a frozen port.
  return new Proxy({} as Port, {
    get(_, name) {
      const member = tryCall(() => port[name as keyof Port], onError);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => tryCall(() => member.apply(port, args), onError);
    },
  });
}
