import type { Chunk } from './chunk.js';
import type { Clock, Tabs } from './ports.js';
import { type Locks, pause, withShortLock } from './short-lock.js';

/** A chunk younger than this is its owner's alone. */
export const youngMs = 10_000;
/** How long owners have to say that they live. */
const answerMs = 500;
/** More pages than a visitor has open. */
const maxAlive = 500;
/** Without Web Locks nothing makes sure of a single adopter, so only what is this old is adopted. */
const oldMs = 30_000;

/** What adoption works with. */
export interface AdoptionPorts {
  readonly clock: Clock;
  readonly locks: Locks;
  /** Where owners are asked whether they live. */
  readonly tabs: Tabs;
  /** The name under which this page owns chunks. */
  readonly page: string;
  /** Keys of chunks that are not this page's, `…:<page>:<number>`. None while the outbox is closed. */
  readonly others: () => readonly string[];
  /** What a key holds, as `parseChunk` says; `null` while the outbox is closed. */
  readonly read: (key: string) => Chunk | null | undefined;
  readonly remove: (key: string) => void;
  /** Makes a chunk one of this page's. */
  readonly adopt: (key: string, chunk: Chunk) => void;
}

/** Takes over chunks of pages that are gone, each by exactly one of those that live. */
export function adoption({ clock, locks, tabs, page, others, read, remove, adopt }: AdoptionPorts) {
  /** Pages that answered the last question, or asked since. */
  let alive = new Set<string>();
  let answers = new Set<string>();
  let rescan: unknown;
  let scans = 0;
  let usable = locks;

  /** A chunk, if it may be adopted now. What is no chunk at all is removed. */
  function adoptable(key: string, isFreeOnly: boolean): Chunk | undefined {
    const chunk = read(key);
    if (chunk === undefined) remove(key);
    if (!chunk || (chunk.isFree && usable)) return chunk ?? undefined;
    const ageMs = Math.abs(clock.now() - chunk.at);
    const isLeft = ageMs > (usable ? youngMs : oldMs) && !alive.has(key.split(':').slice(-2)[0]!);
    return isLeft && !isFreeOnly ? chunk : undefined;
  }

  async function adoptAll(isFreeOnly: boolean): Promise<void> {
    for (const key of others()) {
      const take = () => {
        const chunk = adoptable(key, isFreeOnly);
        if (chunk) adopt(key, chunk);
      };
      if (!usable) take();
      // Asked again under the lock: another page may have been first.
      else if (adoptable(key, isFreeOnly) && (await withShortLock(usable, clock, key, take)) === undefined) {
        usable = undefined;
        take();
      }
    }
  }

  /** Takes over what pages that are gone have left, and looks again for as long as there are others or anything of theirs: a
   * page that crashes says nothing. */
  async function scan(isOpening = false): Promise<void> {
    clock.clearTimeout(rescan);
    rescan = undefined;
    scans += 1;
    const number = scans;
    await adoptAll(true);
    // A page that was there may have crashed.
    if (isOpening || alive.size > 0 || others().length > 0) {
      answers = new Set();
      tabs.post({ ask: page });
      await pause(clock, answerMs);
      alive = answers;
      // The page was left and came back: the answers are those to a question after this one.
      if (number !== scans) return;
      await adoptAll(false);
    }
    scanLater();
  }

  function scanLater(): void {
    if (others().length > 0 || alive.size > 0) rescan ??= clock.setTimeout(() => scan(), youngMs);
  }

  return {
    open(): void {
      tabs.open((message) => {
        const { lives, ask, leaves } = Object(message);
        for (const peer of [lives, ask]) {
          // Bounded, since anything may be said on a channel.
          if (typeof peer !== 'string' || answers.size >= maxAlive) continue;
          alive.add(peer);
          answers.add(peer);
        }
        if (ask) tabs.post({ lives: page });
        if (!leaves) return scanLater();
        alive.delete(leaves);
        // Only what it left: a page that closes need not be asked for.
        void adoptAll(true).then(scanLater);
      });
      alive.clear();
      void scan(true);
    },
    scanLater,
    /** Whether another page is open. One that crashed counts until the next question. */
    hasPeers: () => alive.size > 0,
    close(): void {
      tabs.close();
      clock.clearTimeout(rescan);
      rescan = undefined;
    },
  };
}
