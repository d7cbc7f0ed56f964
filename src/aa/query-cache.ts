import { tryCall } from '../../machines/try-call.js';
import { LocalStorage } from './local-storage.js';

/** Where search-insights keeps it too, in the same format. */
const key = 'AlgoliaObjectQueryCache';
/** With more entries than this, the newest 4000 or so are kept. */
const limit = 5_000;
const surplus = 1_001;

type Entry = readonly [queryID: string, at: number];
type Entries = Record<string, Entry | undefined>;

let seenText: string | null | undefined;
let seen: Entries = {};
/** Changes that are not written yet; `undefined` for what is removed. */
let changes: Map<string, Entry | undefined> | undefined;

const nameOf = (index: unknown, objectID: unknown) => `${index}_${objectID}`;

/** What is stored. Parsed again only when the text is another than the last time. */
function stored(): Entries {
  const text = tryCall(() => LocalStorage.store!.getItem(key));
  if (text !== seenText) {
    seenText = text;
    seen = Object(LocalStorage.get(key));
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
  LocalStorage.set(key, seen);
  seenText = tryCall(() => LocalStorage.store!.getItem(key));
}

/** Many changes of one task are one write, which a navigation right after does not cancel. */
function change(name: string, entry: Entry | undefined): void {
  // Nowhere else: a server serves many visitors in one process.
  if (!LocalStorage.store) return;
  if (!changes) {
    changes = new Map();
    // What another script left there may be anything.
    queueMicrotask(() => tryCall(write));
  }
  changes.set(name, entry);
}

/** The searches by which objects were found, for conversions that don't say. */
export const queryCache = {
  put: (index: unknown, objectID: unknown, queryID: string, at: number): void =>
    change(nameOf(index, objectID), [queryID, at]),
  remove: (index: unknown, objectID: unknown): void => change(nameOf(index, objectID), undefined),
  get(index: unknown, objectID: unknown): string | undefined {
    if (!LocalStorage.store) return undefined;
    const name = nameOf(index, objectID);
    return (changes?.has(name) ? changes.get(name) : stored()[name])?.[0];
  },
  erase(): void {
    changes = undefined;
    LocalStorage.remove(key);
  },
};
