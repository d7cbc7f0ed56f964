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
  /** Before `init` nobody knows whether the visitor is out. */
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
  function writeSoon(): void {
    // What another script left there may be anything.
    queueMicrotask(() => tryCall(write));
  }

  function change(name: string, entry: Entry | undefined): void {
    if (!getStorage()) return;
    if (isOpen && !changes) writeSoon();
    changes ??= new Map();
    changes.set(name, entry);
  }

  return {
    put: (index: unknown, objectID: unknown, queryID: string): void =>
      change(nameOf(index, objectID), [queryID, Date.now()]),
    remove: (index: unknown, objectID: unknown): void => change(nameOf(index, objectID), undefined),
    get(index: unknown, objectID: unknown): string | undefined {
      const name = nameOf(index, objectID);
      return (changes?.has(name) ? changes.get(name) : stored()[name])?.[0];
    },
    /** From now on changes are written, those from before too. */
    open(): void {
      if (!isOpen && changes) writeSoon();
      isOpen = true;
    },
    /** Drops what is not written yet. */
    drop(): void {
      changes = undefined;
    },
    /** Removes all. */
    erase(): void {
      changes = undefined;
      tryCall(() => getStorage()?.removeItem(key));
    },
  };
}

/** See {@link createQueryCache}. */
export type QueryCache = ReturnType<typeof createQueryCache>;
