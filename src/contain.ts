import { tryCall } from '../machines/try-call.js';

/** A port of the application's own, of which no method and no getter throws: it returns `undefined` instead, and `onError`
 * gets the error. The library's own ports don't throw. */
export function contain<Port extends object>(port: Port, onError: (error: unknown) => void): Port {
  return new Proxy(port, {
    get(target, name) {
      const member = tryCall(() => target[name as keyof Port], onError);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => tryCall(() => member.apply(target, args), onError);
    },
  });
}
