import type { OutboxEntry } from '../adapters/ports.js';
import type { TrackedEvent } from '../events/event.types.js';
import { wireText } from '../events/event-text.js';
import type { Dropped, Receipt } from '../events/receipt.types.js';

/** The outcome of an event, as listeners get it. */
export type EventOutcome =
  | { readonly type: 'eventDelivered'; readonly id: string; readonly event: TrackedEvent }
  | ({ readonly type: 'eventDropped'; readonly id: string; readonly event: TrackedEvent } & Omit<
      Dropped,
      'status' | 'field'
    >);

/** The event for listeners, which is made only if there are any. */
export function outcomeOf(
  entry: OutboxEntry,
  { status, ...details }: Receipt,
  hasListeners: (type: EventOutcome['type']) => boolean,
): EventOutcome | undefined {
  if (status === 'stored') return undefined;
  const type = status === 'delivered' ? 'eventDelivered' : 'eventDropped';
  if (!hasListeners(type)) return undefined;
  return { type, id: entry.id, event: JSON.parse(wireText(entry.json, entry.timestamp)), ...details } as EventOutcome;
}
