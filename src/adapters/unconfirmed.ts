import { chunkText, parseChunk } from './chunk.js';
import type { Clock, OutboxEntry } from './ports.js';
import { type Locks, withShortLock } from './short-lock.js';
import type { SafeStorage } from './web-storage.js';

/** A failure this long after a page exit says nothing about it: the exit was trusted because the API was well. */
const telltaleMs = 300_000;
/** More page exits without an answer in between count as delivered, oldest first. */
const maxExits = 20;

/** What keeping unconfirmed events needs. */
export interface UnconfirmedPorts {
  readonly storage: SafeStorage;
  readonly clock: Clock;
  readonly locks: () => Locks;
  /** What all keys begin with. */
  readonly prefix: string;
}

/** Copies of events that the browser was given at page exit. Nobody hears the answer to such a request; the first answer of
 * the API to a later one tells what became of it. */
export function unconfirmedChunks({ storage, clock, locks, prefix }: UnconfirmedPorts) {
  const { get, put, remove, keysUnder } = storage;

  /** What a key holds, if it was sent before `sentAt`. */
  function sentBefore(key: string, sentAt: number): readonly OutboxEntry[] | undefined {
    const chunk = parseChunk(get(key));
    if (chunk === undefined) remove(key);
    return chunk && chunk.at <= sentAt ? chunk.entries : undefined;
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

    /** The browser did not take them after all. */
    take(name: string): readonly OutboxEntry[] {
      const entries = parseChunk(get(prefix + name))?.entries ?? [];
      remove(prefix + name);
      return entries;
    },

    /** Settles every exit before `sentAt`, each by one of the pages that live.
     * @param onDelivered Gets those that count as delivered.
     * @param onFailed Gets those that are to be sent again. */
    async settle(
      isAccepted: boolean,
      sentAt: number,
      onDelivered: (entries: readonly OutboxEntry[]) => void,
      onFailed: (entries: readonly OutboxEntry[]) => void,
    ): Promise<void> {
      for (const key of keysUnder(prefix)) {
        if (!sentBefore(key, sentAt)) continue;
        const change = () => {
          const chunk = parseChunk(get(key));
          // Another page was first.
          if (!chunk) return;
          const isTelltale = !isAccepted && Math.abs(clock.now() - chunk.at) < telltaleMs;
          if (isTelltale) onFailed(chunk.entries);
          remove(key);
          if (!isTelltale) onDelivered(chunk.entries);
        };
        if ((await withShortLock(locks(), clock, key, change)) === undefined) change();
      }
    },
  };
}
