import type { Outbox, OutboxEntry } from './ports.js';

/** Bounds of an outbox. */
export interface OutboxLimits {
  /** Events. @default 5000 */
  readonly maxEvents?: number;
  /** UTF-8 bytes of events. @default 4_000_000 */
  readonly maxBytes?: number;
}

/** An outbox that lives as long as the page or process. When it is full, the oldest events make room. */
export function memoryOutbox({ maxEvents = 5_000, maxBytes = 4_000_000 }: OutboxLimits = {}): Outbox {
  const entries = new Map<string, OutboxEntry>();
  let bytes = 0;

  function remove(id: string): OutboxEntry | undefined {
    const entry = entries.get(id);
    if (entry) {
      entries.delete(id);
      bytes -= entry.bytes;
    }
    return entry;
  }

  return {
    durable: false,
    get size() {
      return entries.size;
    },
    add(entry) {
      const evicted: OutboxEntry[] = [];
      entries.set(entry.id, entry);
      bytes += entry.bytes;
      for (const id of entries.keys()) {
        if (entries.size <= maxEvents && bytes <= maxBytes) break;
        evicted.push(remove(id)!);
      }
      return evicted;
    },
    has: (id) => entries.has(id),
    entries: () => entries.values(),
    remove(ids) {
      for (const id of ids) remove(id);
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}
