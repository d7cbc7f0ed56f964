import { tryCall } from '../../machines/try-call.js';
import { adoption, youngMs } from './adoption.js';
import { type Chunk, chunkText, parseChunk } from './chunk.js';
import { memoryOutbox, type OutboxLimits } from './memory-outbox.js';
import { outageRecord } from './outage-record.js';
import { pageWindow } from './platform.js';
import type { Clock, Outbox, OutboxEntry, Tabs } from './ports.js';
import { type Locks, withShortLock } from './short-lock.js';
import { systemClock } from './system-clock.js';
import { broadcastTabs } from './tabs.js';
import { unconfirmedChunks } from './unconfirmed.js';
import { unservedPages } from './unserved-pages.js';
import { uuid } from './uuid.js';
import { safeStorage } from './web-storage.js';

/** Keys of this library's outboxes, of every application. */
const allPrefix = 'usertoken:outbox:';
/** What a storage outbox works with. */
export interface StorageOutboxPorts extends OutboxLimits {
  /** Applications keep their events apart. */
  readonly appId: string;
  /** @default the page's localStorage */
  readonly storage?: Storage | undefined;
  /** @default the page's Web Locks */
  readonly locks?: Locks;
  /** Used to ask the owner of a chunk whether it is still open. @default a `BroadcastChannel` */
  readonly tabs?: Tabs | undefined;
  /** Called before each new chunk: whether events may be stored beyond the page. Stored events stay. @default always */
  readonly mayStore?: (() => boolean) | undefined;
  /** @default the platform's */
  readonly clock?: Clock | undefined;
}

/** An outbox whose events outlive the page. It stores them as chunks in localStorage. Each chunk is owned by one page, and
 * another page adopts it once the owner is gone. If storage is full or blocked, events are kept in memory.
 * @see https://w3c.github.io/web-locks/ */
export function storageOutbox(ports: StorageOutboxPorts): Outbox {
  const { appId, clock = systemClock, mayStore = () => true } = ports;
  const storage = safeStorage(ports);
  const { get, put, remove, keysUnder } = storage;
  const locks = 'locks' in ports ? ports.locks : tryCall(() => pageWindow()!.navigator.locks);
  const memory = memoryOutbox(ports);
  const prefix = `${allPrefix}${appId}:`;
  const tabs = ports.tabs ?? broadcastTabs(prefix);
  const page = uuid();
  /** A mark that stays until the storage is cleared. While it is there, a missing chunk means that another page adopted it. */
  const mark = `${prefix}mark`;
  const outage = outageRecord(storage, clock, `${prefix}outage`);
  const unserved = unservedPages(storage, `${prefix}unserved:`);
  const sent = unconfirmedChunks({
    storage,
    clock,
    prefix: `${prefix}sent:`,
    chunkPrefix: prefix,
    onPutBack: () => isOpen && adopting.scanLater(),
  });
  const chunks = new Map<string, readonly OutboxEntry[]>();
  let unsaved: OutboxEntry[] = [];
  let isOpen = false;
  let isWriting = false;
  let written = 0;
  let seenMark: string | undefined;
  let isReleased = false;
  let onAdopted: (evicted: readonly OutboxEntry[]) => void = () => {};

  /** Of chunks that a page owns, and not of those that wait for an answer. */
  const isChunkKey = (key: string) => /^[^:]+:\d+$/.test(key.slice(prefix.length));

  const kept = memory.entries();
  const isKept = (entry: OutboxEntry) => kept.has(entry);

  const read = (key: string) => (isOpen ? parseChunk(get(key)) : null);

  /** Whether the storage was cleared since the last call. Sets the mark if it is missing. */
  function checkMark(): boolean {
    const before = seenMark;
    if (get(mark) === undefined) put(mark, uuid());
    seenMark = get(mark);
    return seenMark !== before;
  }

  function save(key: string, entries: readonly OutboxEntry[], isFree = false): boolean {
    chunks.set(key, entries);
    return put(key, chunkText({ at: Math.floor(clock.now()), isFree, entries }));
  }

  /** Writes what came in since the last time, as one more chunk; what can't be written is tried again with the next. */
  function write(isFree = false): void {
    isWriting = false;
    unsaved = unsaved.filter(isKept);
    if ((!isOpen && !isFree) || seenMark === undefined || unsaved.length === 0 || !mayStore()) return;
    let key: string;
    // Where randomness is weak another page may have the same name. Bounded, since a storage may say anything.
    do key = `${prefix}${page}:${++written}`;
    while (get(key) !== undefined && written % 100 > 0);
    if (save(key, unsaved, isFree)) unsaved = [];
    else chunks.delete(key);
  }

  function keep(entry: OutboxEntry): readonly OutboxEntry[] {
    const evicted = memory.add(entry);
    if (evicted.length > 0) forget();
    return evicted;
  }

  /** Chunks that are gone: the shop has cleared its storage, and they are written again; else another page has adopted
   * them, and has left the mark. */
  function recover(): void {
    const gone = [...chunks].filter(([key]) => get(key) === undefined);
    if (gone.length === 0) return;
    const isCleared = checkMark();
    for (const [key, held] of gone) {
      if (isCleared && save(key, held.filter(isKept))) continue;
      chunks.delete(key);
      if (isCleared) unsaved.push(...held);
      else memory.remove(held);
    }
  }

  /** Takes what is kept no more out of the chunks; a chunk without any entry is removed. */
  function forget(): void {
    const changed = [...chunks].filter(([, held]) => !held.every(isKept));
    if (changed.some(([key]) => get(key) === undefined)) recover();
    for (const [key, held] of changed) {
      if (!chunks.has(key)) continue;
      const rest = held.filter(isKept);
      if (rest.length > 0 && save(key, rest)) continue;
      chunks.delete(key);
      remove(key);
      unsaved.push(...rest);
    }
  }

  /** Makes a chunk that nobody owns one of ours. */
  function adopt(key: string, chunk: Chunk): void {
    // The same event twice means that a page died between writing its copy and removing the original.
    const known = new Set([...kept].map(({ id }) => id));
    const entries = chunk.entries.filter(({ id }) => !known.has(id));
    const evicted = entries.flatMap(keep);
    unsaved.push(...entries);
    write();
    remove(key);
    if (entries.length > 0) onAdopted(evicted);
  }

  const adopting = adoption({
    clock,
    locks,
    tabs,
    page,
    // Its own too, once this page has released them.
    others: () => (isOpen ? keysUnder(prefix).filter((key) => isChunkKey(key) && !chunks.has(key)) : []),
    read,
    remove,
    adopt,
  });

  function stop(): void {
    isOpen = false;
    adopting.close();
  }

  /** Marks all chunks free, so that any page may take them, this one too when it comes back. */
  function letGo(): void {
    write(true);
    recover();
    for (const [key, entries] of chunks) save(key, entries, true);
    // What is stored of them stays.
    memory.remove([...chunks.values()].flat());
    chunks.clear();
  }

  return {
    get persistent() {
      return isOpen && seenMark !== undefined && !unsaved.some(isKept);
    },
    get size() {
      return memory.size;
    },
    entries: () => kept,
    unsaved: () => unsaved.filter(isKept),
    save: () => write(),
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
      chunks.clear();
      // Other pages' and other applications' too: nothing that names the visitor may stay.
      for (const key of keysUnder(allPrefix)) remove(key);
    },

    open(listener) {
      onAdopted = listener;
      isOpen = true;
      isReleased = false;
      if (mayStore()) unserved.arrive();
      checkMark();
      write();
      if (seenMark === undefined) return;
      adopting.open();
    },

    keepUnconfirmed(entries) {
      const isStored = isOpen && seenMark !== undefined && mayStore();
      const takeBack = isStored ? sent.keep(`${page}:${++written}`, entries) : () => {};
      memory.remove(entries);
      forget();
      return takeBack;
    },
    settleUnconfirmed(isTaken, sentAt, onDelivered) {
      if (isOpen || isReleased) sent.settle(isTaken, sentAt, onDelivered);
    },
    hasUnheardExit: () => isOpen && sent.hasRecent(),
    hasSuccessor(path) {
      return isOpen && (adopting.hasPeers() || (path !== undefined && !unserved.has(path)));
    },
    get outage() {
      return (isOpen || isReleased) && mayStore() ? outage : undefined;
    },

    async prepare() {
      write();
      // A page that crashed announced nothing, so each page that sends looks for chunks left behind.
      adopting.scanLater();
      if (!isOpen || chunks.size === 0) return;
      recover();
      for (const [key, entries] of [...chunks]) {
        const stored = read(key);
        const isYoung = stored && Math.abs(clock.now() - stored.at) < youngMs / 2;
        if (isYoung || !locks) continue;
        // It may look abandoned by now: vouch for it again, or learn that another page has taken it.
        let isOurs = false;
        const isFree = await withShortLock(locks, clock, key, () => {
          isOurs = get(key) !== undefined && chunks.has(key);
          // Where the storage is full it stays as it was.
          if (isOurs) save(key, entries.filter(isKept));
        });
        // Where locks are refused nobody can have taken it under one.
        if (isOurs || isFree === undefined || !chunks.delete(key)) continue;
        memory.remove(entries);
      }
    },

    release(path) {
      if (!isOpen) return;
      isReleased = true;
      if (path !== undefined && mayStore()) unserved.leave(path);
      write();
      tabs.post({ leaves: page });
      stop();
      letGo();
    },
  };
}
