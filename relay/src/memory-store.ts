import { idLifetimeMs, type NewEvent, type QueuedEvent, type RelayStore } from './store.js';

interface Kept extends QueuedEvent {
  readonly tokens: readonly string[];
  readonly at: number;
}

/** A store for tests: what it keeps ends with the process.
 * @param options.now Milliseconds since the Unix epoch. @default `Date.now` */
export function memoryStore({ now = Date.now }: { readonly now?: (() => number) | undefined } = {}): RelayStore {
  /** Ids with the time they came in, oldest first. */
  const ids = new Map<string, number>();
  const queues = new Map<string, Map<unknown, Kept>>();
  const held = new Set<unknown>();
  let count = 0;

  function queueOf(appId: string): Map<unknown, Kept> {
    const queue = queues.get(appId) ?? new Map<unknown, Kept>();
    queues.set(appId, queue);
    return queue;
  }
  function isNew(appId: string, { id, json, tokens }: NewEvent): boolean {
    const at = now();
    for (const [old, since] of ids) {
      if (at - since < idLifetimeMs) break;
      ids.delete(old);
    }
    const fullId = `${appId}:${id}`;
    if (ids.has(fullId)) return false;
    ids.set(fullId, at);
    count += 1;
    queueOf(appId).set(count, { key: count, json, tokens, at, mayHaveArrived: false });
    return true;
  }

  return {
    add: async (appId, events) => events.map((event) => isNew(appId, event)),
    async take(appId, maxEvents, maxBytes) {
      const taken: QueuedEvent[] = [];
      let bytes = 0;
      for (const event of queueOf(appId).values()) {
        if (held.has(event.key)) continue;
        bytes += Buffer.byteLength(event.json) + 1;
        if (taken.length === maxEvents || (bytes > maxBytes && taken.length > 0)) break;
        taken.push(event);
      }
      for (const { key } of taken) held.add(key);
      return taken;
    },
    async settle(appId, events) {
      for (const { key } of events) {
        queueOf(appId).delete(key);
        held.delete(key);
      }
    },
    async release(_, events) {
      for (const { key } of events) held.delete(key);
    },
    async forget(appId, token) {
      const theirs = [...queueOf(appId).values()].filter(({ tokens }) => tokens.includes(token));
      for (const { key } of theirs) queueOf(appId).delete(key);
      return theirs.length;
    },
    async size(appId) {
      const [oldest] = queueOf(appId).values();
      return { events: queueOf(appId).size, oldestAt: oldest?.at };
    },
    close: async () => {},
  };
}
