import { chunkText, parseChunk } from './chunk.js';
import type { Clock, OutboxEntry } from './ports.js';
import type { SafeStorage } from './web-storage.js';

/** A failure later than this after a page exit says nothing about the exit, since the API worked then. In milliseconds. */
const maxDoubtMs = 300_000;
/** Neither does a failure that comes after this many times the silence before the exit: the outage is probably younger. */
const doubtFactor = 4;
/** If a second page closes within this time, and no answer has come, its events stay in storage. In milliseconds. */
const recentMs = 10_000;
/** More page exits without an answer in between count as delivered, oldest first. */
const maxExits = 20;

/** What keeping unconfirmed events needs. */
export interface UnconfirmedPorts {
  readonly storage: SafeStorage;
  readonly clock: Clock;
  /** What the keys of copies begin with. */
  readonly prefix: string;
  /** The key of the time at which the API last accepted a request. */
  readonly wellKey: string;
  /** What the keys of chunks begin with that any page may take. */
  readonly chunkPrefix: string;
  /** There is such a chunk. */
  readonly onPutBack: () => void;
}

/** Keeps copies of events that the browser sends at page exit. No page gets the answer to such a request, so the first answer to
 * a later request decides: the events count as delivered, or are sent again. Storage changes at once with each answer, since
 * the page may close right after. */
export function unconfirmedChunks({ storage, clock, prefix, wellKey, chunkPrefix, onPutBack }: UnconfirmedPorts) {
  const { get, put, remove, keysUnder } = storage;

  /** When the page of this copy closed, and until when a failure makes the copy doubtful, by the device's clock. They are in
   * the key because a page that closes has no time to parse. */
  const timesOf = (key: string) =>
    key.slice(prefix.length).split(':', 2).map(Number) as [at: number, doubtedUntil: number];

  /** They did not arrive, so any page may send them again. If two pages do this at once, they write the same chunk. */
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

    /** Whether a page closed in the last ten seconds and no answer has settled its events yet. */
    hasRecent: (): boolean => keysUnder(prefix).some((key) => Math.abs(clock.now() - timesOf(key)[0]) < recentMs),

    /** Settles every exit before `sentAt`.
     * @param isTaken Whether the API accepted the request, and no page has known of an outage since the exit.
     * @param onDelivered Gets the events that count as delivered. */
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
