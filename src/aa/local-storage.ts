import { tryCall } from '../../machines/try-call.js';

const probe = '__test_localStorage__';

let store: Storage | undefined;
let isProbed = false;

/** The browser's localStorage with values as JSON. No method throws. */
// biome-ignore lint/complexity/noStaticOnlyClass: search-insights exports it so
export class LocalStorage {
  /** Where values are kept: the page's localStorage if it can be written to, else nowhere. It may be replaced. */
  static get store(): Storage | undefined {
    if (!isProbed) {
      LocalStorage.store = tryCall(() => {
        const { localStorage } = globalThis;
        localStorage.setItem(probe, probe);
        localStorage.removeItem(probe);
        return localStorage;
      });
    }
    return store;
  }
  static set store(replacement: Storage | undefined) {
    isProbed = true;
    store = replacement;
  }

  /** The value of a key; `null` where there is none or it is no JSON. */
  static get<Value>(key: string): Value | null {
    return tryCall(() => JSON.parse(LocalStorage.store!.getItem(key)!) as Value) ?? null;
  }

  /** Keeps a value. Where it can't be kept, an error is logged. */
  static set(key: string, value: unknown): void {
    tryCall(
      () => LocalStorage.store?.setItem(key, JSON.stringify(value)),
      () => console.error(`Unable to set ${key} in localStorage, storage may be full.`),
    );
  }

  static remove(key: string): void {
    tryCall(() => LocalStorage.store?.removeItem(key));
  }
}
