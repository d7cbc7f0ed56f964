import type { TokenCheck, Tokens } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import type { OutboxEntry } from '../adapters/ports.js';
import { maxBatchBytes } from '../limits.js';
import { jsonOf } from '../plain-json.js';
import type { EventKind } from './event-methods.js';
import { isKnownType, suspectFieldsOf } from './event-rules.js';
import { bytesOf, frameBytes, timestampBytes } from './event-text.js';
import { putTokens } from './event-tokens.js';
import type { Dropped, DropReason } from './receipt.types.js';
import { splitEvent } from './split-event.js';

/** The moment in which an event is tracked. */
export interface Moment {
  /** The tokens in force. */
  readonly tokens: Tokens;
  readonly checkToken: (token: unknown) => TokenCheck;
  /** Unique among all pages and events. */
  readonly id: string;
  /** Milliseconds since the Unix epoch by the device's clock, a whole number. */
  readonly now: number;
  /** Milliseconds by the monotonic clock. */
  readonly monotonicNow: number;
}

/** Turns an event into entries for the outbox, with warnings about suspect fields, or returns the reason why it is dropped. */
export type Entries =
  | { readonly entries: readonly OutboxEntry[]; readonly warnings: readonly string[]; readonly dropped?: undefined }
  | { readonly entries?: undefined; readonly warnings?: undefined; readonly dropped: Dropped };

const drop = (reason: DropReason, field: string, message: string): Entries => ({
  dropped: { status: 'dropped', reason, field, message },
});

const notAnEvent = drop('not-an-event', 'eventType', 'a JSON object with an eventType');

/** Whether a filter is URL-encoded already. */
export const isEncoded = (filter: unknown): boolean | undefined =>
  tryCall(() => decodeURIComponent(filter as string) !== filter);

/** `attribute:value`, each half URL-encoded once; an encoded one stays as it is.
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `filters`) */
function encodeFilter(filter: unknown): unknown {
  if (typeof filter !== 'string' || isEncoded(filter)) return filter;
  return tryCall(() => encodeURIComponent(filter).replace('%3A', ':')) ?? filter;
}

function entryOf(part: object, id: string, timestamp: number | undefined, { now, monotonicNow }: Moment): OutboxEntry {
  const json = jsonOf(part);
  // The rules look at the JSON that leaves: NaN has become null there, and a date a text.
  const sent = JSON.parse(json);
  return {
    id,
    json,
    timestamp: timestamp ?? now,
    isGiven: timestamp === undefined ? undefined : true,
    trackedAt: monotonicNow,
    bytes: bytesOf(json) + timestampBytes,
    suspectFields: suspectFieldsOf(sent).map((field) => `${sent.eventType}.${field}`),
  };
}

function convert(raw: object, kind: EventKind, moment: Moment): Entries {
  // Getters and proxies are read once. A toJSON of the caller's would have the last word on the tokens.
  const event: Record<string, unknown> = { ...raw, toJSON: undefined };
  event.eventType ??= kind.eventType;
  event.eventSubtype ??= kind.eventSubtype;
  const { eventType, objectIDs, filters, timestamp } = event;
  if (!eventType || typeof eventType !== 'string') return notAnEvent;
  // Written when the event is sent.
  event.timestamp = undefined;
  const wrong = putTokens(event, moment.tokens, moment.checkToken);
  if (wrong) return drop('invalid-token', wrong.field, wrong.message);

  // Nothing is changed in an event of another type: the sender of a type knows it better.
  const isKnown = isKnownType(eventType);
  const list = objectIDs ?? filters;
  if (isKnown && Array.isArray(list) && !list.length) {
    return drop('nothing-to-send', 'objectIDs', 'at least one object or filter');
  }
  if (isKnown && Array.isArray(filters)) event.filters = filters.map(encodeFilter);

  const given = Number.isSafeInteger(timestamp) && (timestamp as number) > 0 ? (timestamp as number) : undefined;
  const entries: OutboxEntry[] = [];
  const warnings = timestamp === given ? [] : ['timestamp'];
  for (const part of (isKnown && splitEvent(event)) || [event]) {
    const { length } = entries;
    const entry = entryOf(part, length ? `${moment.id}.${length}` : moment.id, given, moment);
    if (entry.bytes + frameBytes > maxBatchBytes) {
      return drop('too-large', '', `at most ${maxBatchBytes - frameBytes} bytes`);
    }
    entries.push(entry);
    for (const field of entry.suspectFields) warnings.push(field.slice(eventType.length + 1));
  }
  return { entries, warnings };
}

/** Turns an event into entries for the outbox: with its tokens and time, cut to the API's size, as text.
 * @param kind Fields that the caller's method name implies; the event's own win. */
export function toEntries(raw: unknown, kind: EventKind, moment: Moment): Entries {
  try {
    return raw && typeof raw === 'object' && !Array.isArray(raw) ? convert(raw, kind, moment) : notAnEvent;
  } catch {
    // It has a getter that throws, can't be written as JSON, or is a proxy that was revoked.
    return notAnEvent;
  }
}
