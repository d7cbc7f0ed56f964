import { chunkText, parseChunk } from './chunk.js';
import type { Clock, OutboxEntry } from './ports.js';
import type { SafeStorage } from './web-storage.js';

/** A failure this long after a page exit says nothing about it: the exit was trusted because the API was well. */
const telltaleMs = 300_000;
/** A second page that ends this soon, and has heard nothing either, keeps its events. In milliseconds. */
const recentMs = 10_000;
/** More page exits without an answer in between count as delivered, oldest first. */
const maxExits = 20;

/** What keeping unconfirmed events needs. */
export interface UnconfirmedPorts {
  readonly storage: SafeStorage;
  readonly clock: Clock;
  /** What all keys begin with. */
  readonly prefix: string;
  /** What the keys of chunks begin with that any page may take. */
  readonly chunkPrefix: string;
  /** There is such a chunk. */
  readonly onPutBack: () => void;
}

/** Copies of events that the browser was given at page exit. Nobody hears the answer to such a request; the first answer of
 * the API to a later one tells what became of it. Each answer changes the storage at once: its page may end right after. */
export function unconfirmedChunks({ storage, clock, prefix, chunkPrefix, onPutBack }: UnconfirmedPorts) {
  const { get, put, remove, keysUnder } = storage;

  /** They did not arrive: any page may send them again. Two pages that learn so at once write the same chunk. */
  function putBack(name: string): void {
    const text = get(prefix + name);
    remove(prefix + name);
    if (text === undefined) return;
    put(chunkPrefix + name, text);
    onPutBack();
  }

  return {
    /** Keeps a copy under `name`. */
    keep(name: string, entries: readonly OutboxEntry[]): void {
      put(prefix + name, chunkText({ at: Math.floor(clock.now()), isFree: true, entries }));
      const keys = keysUnder(prefix);
      if (keys.length <= maxExits) return;
      const ageOf = (key: string) => parseChunk(get(key))?.at ?? 0;
      remove(keys.reduce((oldest, key) => (ageOf(key) < ageOf(oldest) ? key : oldest)));
    },

    putBack,

    /** Whether there was a page exit in the last ten seconds of which no answer has told yet. */
    hasRecent: (): boolean =>
      keysUnder(prefix).some((key) => Math.abs(clock.now() - (parseChunk(get(key))?.at ?? 0)) < recentMs),

    /** Settles every exit before `sentAt`.
     * @param isTaken Whether the API takes requests, and no page has known otherwise since the exit.
     * @param onDelivered Gets those that count as delivered. */
    settle(isTaken: boolean, sentAt: number, onDelivered: (entries: readonly OutboxEntry[]) => void): void {
      for (const key of keysUnder(prefix)) {
        const chunk = parseChunk(get(key));
        if (chunk === undefined) remove(key);
        if (!chunk || chunk.at > sentAt) continue;
        if (!isTaken && Math.abs(clock.now() - chunk.at) < telltaleMs) putBack(key.slice(prefix.length));
        else {
          remove(key);
          onDelivered(chunk.entries);
        }
      }
    },
  };
}
