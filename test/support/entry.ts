import type { OutboxEntry } from '../../src/adapters/ports.js';

/** A click in an outbox, tracked by this page when `fakeClock()` begins. */
export const entry = (id: string, more: Partial<OutboxEntry> = {}): OutboxEntry => ({
  id,
  json: JSON.stringify({ eventType: 'click', eventName: id, userToken: 'u1' }),
  timestamp: 1_800_000_000_000,
  trackedAt: 0,
  bytes: 100,
  suspectFields: [],
  ...more,
});

/** The ids of entries. */
export const idsOf = (entries: Iterable<OutboxEntry> = []): string[] => Array.from(entries, ({ id }) => id);
