import { chunkText, parseChunk } from './chunk.js';
import type { Clock, OutboxEntry } from './ports.js';
import type { SafeStorage } from './web-storage.js';

/** A failure this long after a page exit says nothing about it: the exit was trusted because the API was well. */
const maxDoubtMs = 300_000;
/** Nor does one that comes this many times later than the last answer came before: the outage is likely to be younger. */
const doubtFactor = 4;
/** A second page that ends this soon, and has heard nothing either, keeps its events. In milliseconds. */
const recentMs = 10_000;
/** More page exits without an answer in between count as delivered, oldest first. */
const maxExits = 20;

/** What keeping unconfirmed events needs. */
export interface UnconfirmedPorts {
  readonly storage: SafeStorage;
  readonly clock: Clock;
  /** What the keys of copies begin with. */
  readonly prefix: string;
  /** Where the time is kept at which the API was last well. */
  readonly wellKey: string;
  /** What the keys of chunks begin with that any page may take. */
  readonly chunkPrefix: string;
  /** There is such a chunk. */
  readonly onPutBack: () => void;
}

/** Copies of events that the browser was given at page exit. Nobody hears the answer to such a request; the first answer of
 * the API to a later one tells what became of it. Each answer changes the storage at once: its page may end right after. */
export function unconfirmedChunks({ storage, clock, prefix, wellKey, chunkPrefix, onPutBack }: UnconfirmedPorts) {
  const { get, put, remove, keysUnder } = storage;

  /** When the page of this copy ended, and until when a failure makes it doubtful, by the device's clock. In the key, since
   * a page that ends has no time to parse. */
  const timesOf = (key: string) =>
    key.slice(prefix.length).split(':', 2).map(Number) as [at: number, doubtedUntil: number];

  /** They did not arrive: any page may send them again. Two pages that learn so at once write the same chunk. */
  function putBack(key: string): void {
    const text = get(key);
    remove(key);
    if (text === undefined) return;
    put(chunkPrefix + key.split(':').slice(-2).join(':'), text);
    onPutBack();
  }

  return {
    /** Keeps a copy. Returns what puts it back.
     * @param name `<page>:<number>` */
    keep(name: string, entries: readonly OutboxEntry[]): () => void {
      const at = Math.floor(clock.now());
      const silentMs = at - Number(get(wellKey));
      const doubtMs = silentMs >= 0 ? Math.min(doubtFactor * silentMs, maxDoubtMs) : maxDoubtMs;
      const key = `${prefix}${at}:${at + doubtMs}:${name}`;
      put(key, chunkText({ at, isFree: true, entries }));
      const keys = keysUnder(prefix);
      if (keys.length > maxExits)
        remove(keys.reduce((oldest, key) => (timesOf(key)[0] < timesOf(oldest)[0] ? key : oldest)));
      return () => putBack(key);
    },

    /** Whether there was a page exit in the last ten seconds of which no answer has told yet. */
    hasRecent: (): boolean => keysUnder(prefix).some((key) => Math.abs(clock.now() - timesOf(key)[0]) < recentMs),

    /** Settles every exit before `sentAt`.
     * @param isTaken Whether the API takes requests, and no page has known otherwise since the exit.
     * @param onDelivered Gets those that count as delivered. */
    settle(isTaken: boolean, sentAt: number, onDelivered: (entries: readonly OutboxEntry[]) => void): void {
      if (isTaken) put(wellKey, `${sentAt}`);
      for (const key of keysUnder(prefix)) {
        const [at, doubtedUntil] = timesOf(key);
        if (at > sentAt) continue;
        if (!isTaken && clock.now() < doubtedUntil) putBack(key);
        else {
          const entries = parseChunk(get(key))?.entries;
          remove(key);
          if (entries) onDelivered(entries);
        }
      }
    },
  };
}
