import { tryCall } from '../../machines/try-call.js';
import { pageWindow } from './platform.js';

/** The page's localStorage, or `undefined` where merely touching it throws (sandboxed frames, blocked site data). */
export function localStorageOf(win: Window | undefined = pageWindow()): Storage | undefined {
  return tryCall(() => win?.localStorage);
}

/** The storage that was handed in, which may be none, or else the page's. No access throws: a read finds nothing, a write
 * answers whether it was kept. */
export function safeStorage(ports: { readonly storage?: Storage | undefined }) {
  // Asked for with each use: a browser may load all that the origin has stored as soon as it is touched.
  const storage = () => ('storage' in ports ? ports.storage : localStorageOf())!;
  return {
    get: (key: string): string | undefined => tryCall(() => storage().getItem(key)) ?? undefined,
    put(key: string, text: string): boolean {
      return !!tryCall(() => {
        storage().setItem(key, text);
        return true;
      });
    },
    remove: (key: string): void => tryCall(() => storage().removeItem(key)),
    keysUnder(prefix: string): string[] {
      const keys = tryCall(() => [...Array(storage().length).keys()].map((index) => storage().key(index) ?? ''));
      return keys?.filter((key) => key.startsWith(prefix)) ?? [];
    },
  };
}

/** See {@link safeStorage}. */
export type SafeStorage = ReturnType<typeof safeStorage>;
