/** The page's localStorage, or `undefined` where merely touching it throws (sandboxed frames, blocked site data). */
export function localStorageOf(win: Window | undefined = globalThis.window): Storage | undefined {
  try {
    return win?.localStorage ?? undefined;
  } catch {
    return undefined;
  }
}

/** Reads an item; `undefined` when there is none or storage is blocked. */
export function readItem(storage: Storage | undefined, key: string): string | undefined {
  try {
    return storage?.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Writes an item, or removes it when `value` is undefined. Returns whether that worked. */
export function writeItem(storage: Storage | undefined, key: string, value: string | undefined): boolean {
  try {
    if (!storage) return false;
    if (value === undefined) storage.removeItem(key);
    else storage.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}
