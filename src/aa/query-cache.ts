import { tryCall } from '../../machines/try-call.js';

/** Where search-insights keeps it too, in the same format. */
const key = 'AlgoliaObjectQueryCache';
/** With more entries than this, the newest 4000 or so are kept. */
const limit = 5_000;
const surplus = 1_001;

type Entry = readonly [queryID: string, at: number];
type Entries = Record<string, Entry | undefined>;

/** The searches by which objects were found, for conversions that don't name one.
 * @param getStorage The storage at the moment; `undefined` where nothing may be kept, as on a server, which has many visitors
 *   in one process. */
export function createQueryCache(getStorage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined) {
  let seenText: string | null | undefined;
  let seen: Entries = {};
  /** Changes that are not written yet; `undefined` for what is removed. */
  let changes: Map<string, Entry | undefined> | undefined;
  /** Searches from before `init`, when nobody knows whether the visitor is out. */
  const early = new Map<string, Entry>();
  let isOpen = false;

  const nameOf = (index: unknown, objectID: unknown) => `${index}_${objectID}`;

  /** What is stored. Parsed again only when the text is another than the last time. */
  function stored(): Entries {
    const text = tryCall(() => getStorage()!.getItem(key));
    if (text !== seenText) {
      seenText = text;
      seen = Object(tryCall(() => JSON.parse(text!)));
    }
    return seen;
  }

  function write(): void {
    // Erased meanwhile.
    if (!changes) return;
    const entries = stored();
    for (const [name, entry] of changes) {
      if (entry) entries[name] = entry;
      else delete entries[name];
    }
    changes = undefined;
    const all = Object.entries(entries) as [string, Entry][];
    if (all.length > limit) {
      all.sort(([, [, a]], [, [, b]]) => b - a);
      seen = Object.fromEntries(all.slice(0, -surplus));
    }
    seenText = JSON.stringify(seen);
    tryCall(
      () => getStorage()!.setItem(key, seenText!),
      () => console.error(`Unable to set ${key} in localStorage, storage may be full.`),
    );
  }

  /** Many changes of one task are one write, which a navigation right after does not cancel. */
  function change(name: string, entry: Entry | undefined): void {
    if (!getStorage()) return;
    if (!changes) {
      changes = new Map();
      // What another script left there may be anything.
      queueMicrotask(() => tryCall(write));
    }
    changes.set(name, entry);
  }

  return {
    put(index: unknown, objectID: unknown, queryID: string): void {
      const entry = [queryID, Date.now()] as const;
      if (isOpen) change(nameOf(index, objectID), entry);
      else early.set(nameOf(index, objectID), entry);
    },
    remove: (index: unknown, objectID: unknown): void => change(nameOf(index, objectID), undefined),
    get(index: unknown, objectID: unknown): string | undefined {
      const name = nameOf(index, objectID);
      return (changes?.has(name) ? changes.get(name) : stored()[name])?.[0];
    },
    /** The visitor is in, or out.
     * @param isErasing Whether what is stored goes too. */
    decide(isIn: boolean, isErasing: boolean): void {
      isOpen = isIn;
      if (isIn) for (const [name, entry] of early) change(name, entry);
      early.clear();
      if (!isErasing) return;
      changes = undefined;
      tryCall(() => getStorage()?.removeItem(key));
    },
  };
}

/** See {@link createQueryCache}. */
export type QueryCache = ReturnType<typeof createQueryCache>;
