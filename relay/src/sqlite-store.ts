import { createHash } from 'node:crypto';
import Database from 'libsql';
import { idLifetimeMs, type QueuedEvent, type RelayStore } from './store.js';

/** How {@link sqliteStore} keeps events. */
export interface SqliteStoreOptions {
  /** Path of the database file, which is made where there is none. Two more files appear next to it. */
  readonly file: string;
  /** The largest size of the file. A store that is full refuses new events and keeps what it has. In bytes.
   * @default as much as the disk takes */
  readonly maxBytes?: number | undefined;
  /** Milliseconds since the Unix epoch. @default `Date.now` */
  readonly now?: (() => number) | undefined;
}

/** One change of the database, which shares its transaction with those that are asked for at the same time. */
interface Write {
  readonly change: () => unknown;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/** Ids that are too old are removed up to this many at a commit, so that none takes long. */
const expiredAtOnce = 2_000;

// An event is in `queue` until the API has it; its id stays in `ids` for 31 days.
const schema = `
  CREATE TABLE IF NOT EXISTS ids (seq INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS queue (app TEXT, seq INTEGER, at INTEGER NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (app, seq)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS sending (app TEXT PRIMARY KEY, seqs TEXT NOT NULL);`;

/** Keeps events in an SQLite file: an event that was accepted survives SIGKILL and loss of power. For one process; a second
 * one on the same file is refused.
 * @throws Error when the file can't be opened, or another process has it. */
export function sqliteStore({ file, maxBytes, now = Date.now }: SqliteStoreOptions): RelayStore {
  const db = new Database(file);
  try {
    // Held until the process ends, however it ends.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT;`);
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY' || /locked/.test(String(error))) {
      throw new Error(`another process has ${file} open. Give each relay its own file, or choose the store "nats".`);
    }
    throw error;
  }
  if (maxBytes) {
    const { page_size: pageSize } = db.prepare('PRAGMA page_size').get() as { page_size: number };
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / pageSize)}`);
  }

  const addId = db.prepare('INSERT OR IGNORE INTO ids (id, at) VALUES (?, ?)');
  const enqueue = db.prepare('INSERT INTO queue (app, seq, at, json) VALUES (?, ?, ?, ?)');
  const oldestId = db.prepare('SELECT at FROM ids ORDER BY seq LIMIT 1');
  const expire = db.prepare('DELETE FROM ids WHERE seq IN (SELECT seq FROM ids ORDER BY seq LIMIT ?) AND at <= ?');
  const select = db.prepare('SELECT seq, json FROM queue WHERE app = ? ORDER BY seq LIMIT ?');
  const dequeue = db.prepare('DELETE FROM queue WHERE app = ? AND seq IN (SELECT value FROM json_each(?))');
  const setSending = db.prepare('INSERT OR REPLACE INTO sending (app, seqs) VALUES (?, ?)');
  const dequeueToken = db.prepare(`DELETE FROM queue WHERE app = ?
    AND ? IN (json_extract(json, '$.userToken'), json_extract(json, '$.authenticatedUserToken'))`);
  const oldest = db.prepare('SELECT at FROM queue WHERE app = ? ORDER BY seq LIMIT 1');
  /** How many events are queued, by application: counting a million of them takes long. */
  const queued = new Map<string, number>(
    (
      db.prepare('SELECT app, count(*) AS events FROM queue GROUP BY app').all() as {
        app: string;
        events: number;
      }[]
    ).map(({ app, events }) => [app, events]),
  );
  const countIn = (appId: string, change: number) => queued.set(appId, (queued.get(appId) ?? 0) + change);

  const held = new Set<unknown>();
  /** What a process that died was sending. */
  const interrupted = new Set<number>(
    (db.prepare('SELECT seqs FROM sending').all() as { seqs: string }[]).flatMap(({ seqs }) => JSON.parse(seqs)),
  );
  let writes: Write[] = [];

  /** Commits all that came in since the last time: one wait for the disk, whatever the number of requests. */
  function commit(): void {
    const group = writes;
    writes = [];
    try {
      db.exec('BEGIN IMMEDIATE');
      const results = group.map(({ change }) => change());
      const cutoff = now() - idLifetimeMs;
      const first = oldestId.get() as { at: number } | undefined;
      if (first && first.at <= cutoff) expire.run(expiredAtOnce, cutoff);
      db.exec('COMMIT');
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as never);
    } catch (error) {
      try {
        db.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself, as it does on a full disk.
      }
      for (const { reject } of group) reject(error);
    }
  }
  /** A change that survives the end of the process at once, and a loss of power with the next commit: it does not wait for the
   * disk. The shorter the time from the API's answer to here, the less comes twice after a kill. */
  function writeSoon<Result>(change: () => Result): Result {
    db.exec('PRAGMA synchronous = NORMAL');
    try {
      return db.transaction(change).immediate();
    } finally {
      db.exec('PRAGMA synchronous = FULL');
    }
  }
  function write<Result>(change: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (writes.push({ change, resolve, reject }) === 1) setImmediate(commit);
    });
  }
  const idOf = (appId: string, id: string) => createHash('sha256').update(`${appId}:${id}`).digest().subarray(0, 16);
  const seqsOf = (events: readonly QueuedEvent[]) => JSON.stringify(events.map(({ key }) => key));

  return {
    async add(appId, events) {
      const at = now();
      const rows = events.map(({ id, json }) => ({ id: idOf(appId, id), json }));
      const areNew = await write(() =>
        rows.map(({ id, json }) => {
          const { changes, lastInsertRowid } = addId.run(id, at);
          if (changes === 1) enqueue.run(appId, lastInsertRowid, at, json);
          return changes === 1;
        }),
      );
      countIn(appId, areNew.filter(Boolean).length);
      return areNew;
    },
    async take(appId, maxEvents, maxBytes) {
      const rows = select.all(appId, maxEvents + held.size) as { seq: number; json: string }[];
      const taken: QueuedEvent[] = [];
      let bytes = 0;
      for (const { seq, json } of rows) {
        if (held.has(seq)) continue;
        bytes += Buffer.byteLength(json) + 1;
        if (taken.length === maxEvents || (bytes > maxBytes && taken.length > 0)) break;
        taken.push({ key: seq, json, mayHaveArrived: interrupted.has(seq) });
      }
      for (const { key } of taken) held.add(key);
      return taken;
    },
    async begin(appId, events) {
      writeSoon(() => setSending.run(appId, seqsOf(events)));
    },
    async settle(appId, events) {
      const settled: number = writeSoon(() => {
        setSending.run(appId, '[]');
        return dequeue.run(appId, seqsOf(events)).changes;
      });
      countIn(appId, -settled);
      for (const { key } of events) held.delete(key);
    },
    async release(_, events) {
      for (const { key } of events) held.delete(key);
    },
    async forget(appId, token) {
      const removed = await write(() => dequeueToken.run(appId, token).changes);
      countIn(appId, -removed);
      return removed;
    },
    async size(appId) {
      const row = oldest.get(appId) as { at: number } | undefined;
      return { events: queued.get(appId) ?? 0, oldestAt: row?.at };
    },
    async bytes() {
      const { bytes } = db
        .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()')
        .get() as { bytes: number };
      return bytes;
    },
    async close() {
      if (!db.open) return;
      if (writes.length > 0) commit();
      // libsql lets go of the file with the last statement that is collected as garbage; the lock must go now.
      // Out of WAL the lock can be given up, and one whole file is left.
      db.exec('PRAGMA journal_mode = DELETE');
      db.exec('PRAGMA locking_mode = NORMAL');
      db.prepare('SELECT seq FROM ids LIMIT 1').all();
      db.close();
    },
  };
}
