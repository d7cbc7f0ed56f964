import { chunkText, parseChunk } from './chunk.js';
import type { Clock, OutboxEntry } from './ports.js';
import type { SafeStorage } from './web-storage.js';

/** A failure later than this after a page exit says nothing about the exit, since the API worked then. In milliseconds. */
const telltaleMs = 300_000;
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
  /** What the keys of chunks begin with that any page may take. */
  readonly chunkPrefix: string;
  /** There is such a chunk. */
  readonly onPutBack: () => void;
}

/** Keeps copies of events that the browser sends at page exit. No page gets the answer to such a request, so the first answer to
 * a later request decides: the events count as delivered, or are sent again. Storage changes at once with each answer, since
 * the page may close right after. */
export function unconfirmedChunks({ storage, clock, prefix, chunkPrefix, onPutBack }: UnconfirmedPorts) {
  const { get, put, remove, keysUnder } = storage;

  /** When the page of this copy closed, by the device's clock. It is in the key because a page that closes has no time to
   * parse. */
  const timeOf = (key: string) => Number(key.slice(prefix.length).split(':')[0]);

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
      const key = `${prefix}${at}:${name}`;
      put(key, chunkText({ at, isFree: true, entries }));
      const keys = keysUnder(prefix);
      if (keys.length > maxExits) remove(keys.reduce((oldest, key) => (timeOf(key) < timeOf(oldest) ? key : oldest)));
      return () => putBack(key);
    },

    /** Whether a page closed in the last ten seconds and no answer has settled its events yet. */
    hasRecent: (): boolean => keysUnder(prefix).some((key) => Math.abs(clock.now() - timeOf(key)) < recentMs),

    /** Settles every exit before `sentAt`.
     * @param isTaken Whether the API accepted the request, and no page has known of an outage since the exit.
     * @param onDelivered Gets the events that count as delivered. */
    settle(isTaken: boolean, sentAt: number, onDelivered: (entries: readonly OutboxEntry[]) => void): void {
      for (const key of keysUnder(prefix)) {
        if (timeOf(key) > sentAt) continue;
        if (!isTaken && Math.abs(clock.now() - timeOf(key)) < telltaleMs) putBack(key);
        else {
          const entries = parseChunk(get(key))?.entries;
          remove(key);
          if (entries) onDelivered(entries);
        }
      }
    },
  };
}
