import { outboxDefaults } from '../defaults.js';
import type { Outbox, OutboxEntry } from './ports.js';

/** Bounds of an outbox. */
export interface OutboxLimits {
  /** Events. @default 5000 */
  readonly maxEvents?: number | undefined;
  /** UTF-8 bytes of events. @default 4_000_000 */
  readonly maxBytes?: number | undefined;
}

/** An outbox of which an entry is found at once. */
export interface MemoryOutbox extends Outbox {
  entries(): ReadonlySet<OutboxEntry>;
}

/** An outbox that lives as long as the page or process. When it is full, the oldest events make room. */
export function memoryOutbox(limits: OutboxLimits = {}): MemoryOutbox {
  const { maxEvents = outboxDefaults.maxEvents, maxBytes = outboxDefaults.maxBytes } = limits;
  const entries = new Set<OutboxEntry>();
  let bytes = 0;

  function remove(entry: OutboxEntry): void {
    if (entries.delete(entry)) bytes -= entry.bytes;
  }

  return {
    persistent: false,
    get size() {
      return entries.size;
    },
    add(entry) {
      entries.add(entry);
      bytes += entry.bytes;
      const evicted: OutboxEntry[] = [];
      while (entries.size > maxEvents || bytes > maxBytes) {
        const [oldest] = entries as Set<OutboxEntry> & [OutboxEntry];
        remove(oldest);
        evicted.push(oldest);
      }
      return evicted;
    },
    entries: () => entries,
    remove(those) {
      for (const entry of those) remove(entry);
    },
    clear() {
      entries.clear();
      bytes = 0;
    },
  };
}
