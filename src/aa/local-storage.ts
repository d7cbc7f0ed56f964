// biome-ignore-all lint/complexity/noStaticOnlyClass: search-insights exports it so
// biome-ignore-all lint/complexity/noThisInStatic: a subclass may have a store of its own
import { tryCall } from '../../machines/try-call.js';
import { localStorageOf } from '../adapters/web-storage.js';

const probe = '__test_localStorage__';

/** The browser's localStorage with values as JSON. No method throws. */
export class LocalStorage {
  /** Where values are kept: the page's localStorage if it can be written to, else nowhere. It may be replaced, in a subclass for
   * that alone. */
  static get store(): Storage | undefined {
    LocalStorage.store = tryCall(() => {
      const storage = localStorageOf()!;
      storage.setItem(probe, probe);
      storage.removeItem(probe);
      return storage;
    });
    return LocalStorage.store;
  }
  static set store(value: Storage | undefined) {
    Object.defineProperty(this, 'store', { value, writable: true, enumerable: true, configurable: true });
  }

  /** The value of a key; `null` where there is none or it is no JSON. */
  static get<Value>(key: string): Value | null {
    return tryCall(() => JSON.parse(this.store!.getItem(key)!) as Value) ?? null;
  }

  /** Keeps a value. Where it can't be kept, an error is logged. */
  static set(key: string, value: unknown): void {
    tryCall(
      () => this.store?.setItem(key, JSON.stringify(value)),
      () => console.error(`Unable to set ${key} in localStorage, storage may be full.`),
    );
  }

  static remove(key: string): void {
    tryCall(() => this.store?.removeItem(key));
  }
}
