import { attempt, fieldOf } from '../../machines/tolerant.js';

import { memoryOutbox, type OutboxLimits } from './memory-outbox.js';
import type { Clock, Outbox, OutboxEntry, Tabs } from './ports.js';
import { parseSegment, segmentText } from './segment.js';
import { withShortLock } from './short-lock.js';
import { systemClock } from './system-clock.js';
import { broadcastTabs } from './tabs.js';
import { uuid } from './uuid.js';
import { localStorageOf, safeStorage } from './web-storage.js';

/** Keys of this library's outboxes, of every application. */
const allPrefix = 'usertoken:outbox:';
/** A segment younger than this is its owner's alone. */
const youngMs = 10_000;
/** How long owners have to say that they live. */
const answerMs = 500;
/** More pages than a visitor has open. */
const maxAlive = 500;
/** Without Web Locks nothing makes sure of a single adopter, so only what is this old is adopted. */
const oldMs = 30_000;

/** What a storage outbox works with. */
export interface StorageOutboxPorts extends OutboxLimits {
  /** Applications keep their events apart. */
  readonly appId: string;
  /** @default the page's localStorage */
  readonly storage?: Storage | undefined;
  /** @default the page's Web Locks */
  readonly locks?: Pick<LockManager, 'request'> | undefined;
  /** Where owners are asked whether they live. @default a `BroadcastChannel` */
  readonly tabs?: Tabs;
  /** @default the platform's */
  readonly clock?: Clock;
}

/** An outbox whose events outlive the page: segments in localStorage, each owned by one page, taken over by another once
 * their owner is gone. Where storage is full or blocked, memory.
 * @see https://w3c.github.io/web-locks/ */
export function storageOutbox(ports: StorageOutboxPorts): Outbox {
  const { appId, clock = systemClock } = ports;
  const { get, put, remove, keysUnder } = safeStorage('storage' in ports ? ports.storage : localStorageOf());
  const locks = 'locks' in ports ? ports.locks : attempt(() => globalThis.navigator?.locks);
  const memory = memoryOutbox(ports);
  const prefix = `${allPrefix}${appId}:`;
  const tabs = ports.tabs ?? broadcastTabs(prefix);
  const page = uuid();
  /** Its value stands for as long as the storage is not cleared: while it does, a segment that is gone was adopted. */
  const mark = `${prefix}mark`;
  const segments = new Map<string, readonly OutboxEntry[]>();
  const alive = new Set<string>();
  let unsaved: OutboxEntry[] = [];
  let isOpen = false;
  let isWriting = false;
  let written = 0;
  let seenMark: string | undefined;
  let rescan: unknown;
  let isReleased = false;
  let onAdopted: (evicted: readonly OutboxEntry[]) => void = () => {};

  const kept = memory.entries();
  const isKept = (entry: OutboxEntry) => kept.has(entry);

  const ownerOf = (key: string) => key.slice(prefix.length).split(':')[0]!;
  /** Segments that are not this page's; its own too, once it has released them. */
  const others = () => keysUnder(prefix).filter((key) => key !== mark && !segments.has(key));

  /** Whether the storage was cleared since the last look. Sets the mark where there is none. */
  function checkMark(): boolean {
    const before = seenMark;
    if (get(mark) === undefined) put(mark, uuid());
    seenMark = get(mark);
    return seenMark !== before;
  }

  function save(key: string, entries: readonly OutboxEntry[], isFree = false): boolean {
    segments.set(key, entries);
    return put(key, segmentText({ at: clock.now(), isFree, entries }));
  }

  /** Writes what came in since the last time, as one more segment; what can't be written is tried again with the next. */
  function write(isFree = false): void {
    isWriting = false;
    unsaved = unsaved.filter(isKept);
    if ((!isOpen && !isFree) || seenMark === undefined || unsaved.length === 0) return;
    written += 1;
    const key = `${prefix}${page}:${written}`;
    if (save(key, unsaved, isFree)) unsaved = [];
    else segments.delete(key);
  }

  function keep(entry: OutboxEntry): readonly OutboxEntry[] {
    const evicted = memory.add(entry);
    if (evicted.length > 0) forget();
    return evicted;
  }

  /** Takes what is kept no more out of the segments; a segment without any entry is removed. */
  function forget(): void {
    for (const [key, held] of segments) {
      const rest = held.filter(isKept);
      if (rest.length === held.length) continue;
      if (rest.length > 0 && save(key, rest)) continue;
      segments.delete(key);
      remove(key);
      unsaved.push(...rest);
    }
  }

  /** Makes a segment that nobody owns one of ours. */
  function adopt(key: string): void {
    const segment = parseSegment(get(key));
    if (!segment) return;
    // The same event twice means that a page died between writing its copy and removing the original.
    const known = new Set([...kept].map(({ id }) => id));
    const entries = segment.entries.filter(({ id }) => !known.has(id));
    const evicted = entries.flatMap(keep);
    unsaved.push(...entries);
    write();
    remove(key);
    if (entries.length > 0) onAdopted(evicted);
  }

  /** Whether a segment may be adopted now. What is no segment at all is removed. */
  function isAdoptable(key: string, isFreeOnly: boolean): boolean {
    const segment = parseSegment(get(key));
    if (segment === undefined) remove(key);
    if (!segment) return false;
    if (segment.isFree && locks) return true;
    const ageMs = Math.abs(clock.now() - segment.at);
    return !isFreeOnly && ageMs > (locks ? youngMs : oldMs) && !alive.has(ownerOf(key));
  }

  async function adoptAll(isFreeOnly: boolean): Promise<void> {
    for (const key of others()) {
      if (!isOpen || !isAdoptable(key, isFreeOnly)) continue;
      if (!locks) adopt(key);
      // Asked again under the lock: another page may have been first.
      else await withShortLock(locks, clock, key, () => isOpen && isAdoptable(key, isFreeOnly) && adopt(key));
    }
  }

  /** Takes over what pages that are gone have left, and looks again for as long as there is anything of others. */
  async function scan(): Promise<void> {
    clock.clearTimeout(rescan);
    rescan = undefined;
    await adoptAll(true);
    if (others().length > 0) {
      alive.clear();
      tabs.post({ ask: page });
      await new Promise((resolve) => clock.setTimeout(() => resolve(undefined), answerMs));
      await adoptAll(false);
    }
    scanLater();
  }

  function scanLater(): void {
    if (isOpen && others().length > 0) rescan ??= clock.setTimeout(scan, youngMs);
  }

  function stop(): void {
    isOpen = false;
    tabs.close();
    clock.clearTimeout(rescan);
    rescan = undefined;
  }

  /** Marks all segments free, so that any page may take them, this one too when it comes back. */
  function letGo(): void {
    write(true);
    for (const [key, entries] of segments) save(key, entries, true);
    // What is stored of them stays.
    memory.remove([...segments.values()].flat());
    segments.clear();
  }

  return {
    get durable() {
      write();
      return isOpen && seenMark !== undefined && unsaved.length === 0;
    },
    get size() {
      return memory.size;
    },
    entries: () => memory.entries(),
    add(entry) {
      const evicted = keep(entry);
      unsaved.push(entry);
      if (isOpen && !isWriting) {
        isWriting = true;
        queueMicrotask(() => write());
      }
      // Tracked by a later listener of the same pagehide.
      if (isReleased) letGo();
      return evicted;
    },
    remove(entries) {
      memory.remove(entries);
      forget();
    },
    clear() {
      stop();
      isReleased = false;
      seenMark = undefined;
      memory.clear();
      segments.clear();
      // Other pages' and other applications' too: nothing that names the visitor may stay.
      for (const key of keysUnder(allPrefix)) remove(key);
    },

    open(listener) {
      onAdopted = listener;
      isOpen = true;
      isReleased = false;
      checkMark();
      write();
      if (seenMark === undefined) return;
      tabs.open((message) => {
        const lives = fieldOf(message, 'lives');
        // Bounded, since anything may be said on a channel.
        if (typeof lives === 'string' && alive.size < maxAlive) alive.add(lives);
        else if (fieldOf(message, 'ask')) tabs.post({ lives: page });
        // Only what it left: a page that closes need not be asked for.
        else if (fieldOf(message, 'leaves')) void adoptAll(true).then(scanLater);
      });
      void scan();
    },

    async prepare() {
      // A page that crashed said nothing: whoever sends looks for what it left.
      scanLater();
      if (!isOpen || segments.size === 0) return;
      // The shop has cleared its storage: what memory holds is written again. An adopter would have left the mark.
      const isCleared = checkMark();
      for (const [key, entries] of [...segments]) {
        const stored = parseSegment(get(key));
        const isYoung = stored && Math.abs(clock.now() - stored.at) < youngMs / 2;
        if (isCleared && !save(key, entries)) {
          segments.delete(key);
          unsaved.push(...entries);
        }
        if (isCleared || isYoung || !locks) continue;
        // It may look abandoned by now: vouch for it again, or learn that another page has taken it.
        let isOurs = false;
        await withShortLock(locks, clock, key, () => {
          isOurs = get(key) !== undefined && segments.has(key);
          // Where the storage is full it stays as it was.
          if (isOurs) save(key, entries.filter(isKept));
        });
        if (isOurs || !segments.delete(key)) continue;
        memory.remove(entries);
      }
    },

    release() {
      if (!isOpen) return;
      isReleased = true;
      write();
      tabs.post({ leaves: page });
      stop();
      letGo();
    },
  };
}
