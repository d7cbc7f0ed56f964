import type { TokenCheck, Tokens } from '../../machines/index.js';
import { tryCall } from '../../machines/tolerant.js';
import type { Clock, OutboxEntry } from '../adapters/ports.js';
import { maxBatchBytes } from '../limits.js';
import { jsonOf } from '../plain-json.js';
import type { EventKind } from './event-methods.js';
import { isKnownType, type LooseEvent, suspectFieldsOf } from './event-rules.js';
import { putTokens } from './event-tokens.js';
import type { Dropped, DropReason } from './receipt.types.js';
import { splitEvent } from './split-event.js';

/** What freezing needs. */
export interface FreezePorts {
  readonly clock: Clock;
  /** The tokens in force now. */
  readonly tokens: () => Tokens;
  readonly checkToken: (token: unknown) => TokenCheck;
  /** Makes ids that no other page makes. */
  readonly createId: () => string;
  /** Told of each field that seems to break a rule. */
  readonly onSuspect: (field: string) => void;
}

/** Parts that can wait and be sent, or the reason why there are none. */
export type Frozen =
  | { readonly entries: readonly OutboxEntry[]; readonly dropped?: undefined }
  | { readonly entries?: undefined; readonly dropped: Dropped };

const refuse = (reason: DropReason, field: string, message: string): Frozen => ({
  dropped: { status: 'dropped', reason, field, message },
});

const notAnEvent = refuse('not-an-event', 'eventType', 'a JSON object with an eventType');

/** Bytes around the events of a batch. */
export const frameBytes = '{"events":[]}'.length;

const isTooLarge = (entry: OutboxEntry) => entry.bytes + frameBytes > maxBatchBytes;

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  // Most events are ASCII, and looking is cheaper than encoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  return new TextEncoder().encode(text).length;
}

/** Whether a filter is URL-encoded already. */
export const isEncoded = (filter: unknown): boolean | undefined =>
  tryCall(() => decodeURIComponent(filter as string) !== filter);

/** `attribute:value`, each half URL-encoded once; what is encoded already stays.
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `filters`) */
function encodeFilter(filter: unknown): unknown {
  if (typeof filter !== 'string' || isEncoded(filter)) return filter;
  return tryCall(() => encodeURIComponent(filter).replace('%3A', ':')) ?? filter;
}

/** Freezes events with their tokens and time: checked, cut to the API's size, as text. */
export function eventFreezer({ clock, tokens, checkToken, createId, onSuspect }: FreezePorts) {
  /** @param given The application's own timestamp. */
  function entryOf(part: LooseEvent, given: number | undefined): OutboxEntry {
    const json = jsonOf(part);
    const suspectFields = suspectFieldsOf(part).map((field) => {
      onSuspect(field);
      return `${part.eventType}.${field}`;
    });
    return {
      id: createId(),
      json,
      timestamp: given ?? Math.floor(clock.now()),
      isGiven: !!given || undefined,
      trackedAt: clock.monotonicNow(),
      // The timestamp, and the comma to the next.
      bytes: bytesOf(json) + 28,
      suspectFields,
    };
  }

  function freeze(raw: unknown, kind: EventKind): Frozen {
    if (!raw || typeof raw !== 'object' || Array.isArray(raw)) return notAnEvent;
    // Getters and proxies are read once. A toJSON of the caller's would have the last word on the tokens.
    const event: Record<string, unknown> = { ...raw, toJSON: undefined };
    event.eventType ??= kind.eventType;
    event.eventSubtype ??= kind.eventSubtype;
    const { eventType, objectIDs, filters, timestamp } = event;
    if (!eventType || typeof eventType !== 'string') return notAnEvent;
    // Written when the event is sent.
    event.timestamp = undefined;
    const wrong = putTokens(event, tokens(), checkToken);
    if (wrong) return refuse('invalid-token', wrong.field, wrong.message);

    // A type that is unknown here passes untouched: whoever sends it knows it better.
    const isKnown = isKnownType(eventType);
    const list = objectIDs ?? filters;
    if (isKnown && Array.isArray(list) && !list.length) {
      return refuse('nothing-to-send', 'objectIDs', 'an object or filter');
    }
    if (isKnown && Array.isArray(filters)) event.filters = filters.map(encodeFilter);

    const given = Number.isSafeInteger(timestamp) && (timestamp as number) > 0 ? (timestamp as number) : undefined;
    if (timestamp !== given) onSuspect('timestamp');
    const parts = isKnown && splitEvent(event);
    // Most events are one part, and closures in a loop of a thousand events add up.
    const entries = parts ? parts.map((part) => entryOf(part, given)) : [entryOf(event, given)];
    if (entries.some(isTooLarge)) return refuse('too-large', '', `at most ${maxBatchBytes - frameBytes} bytes`);
    return { entries };
  }

  /** @param kind Fields that the caller's method name implies; the event's own win. */
  return (raw: unknown, kind: EventKind): Frozen => {
    try {
      return freeze(raw, kind);
    } catch {
      // What can't be read or written as JSON is no event.
      return notAnEvent;
    }
  };
}

/** The event as it goes into a batch. */
export function wireText({ json, timestamp }: Pick<OutboxEntry, 'json' | 'timestamp'>, withTimestamp = true): string {
  return withTimestamp ? `${json.slice(0, -1)},"timestamp":${timestamp}}` : json;
}
