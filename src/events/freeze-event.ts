import type { TokenCheck, Tokens } from '../../machines/index.js';
import { attempt } from '../../machines/tolerant.js';
import type { Clock, OutboxEntry } from '../adapters/ports.js';
import { maxBatchBytes } from '../limits.js';
import { jsonOf } from '../plain-json.js';
import { doubtsOf, isKnownType } from './event-rules.js';
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
}

/** Parts that can wait and be sent, or the reason why there are none. */
export type Frozen =
  | { readonly ok: true; readonly entries: readonly OutboxEntry[]; readonly doubts: readonly string[] }
  | { readonly ok: false; readonly dropped: Dropped };

const refuse = (reason: DropReason, field: string, message: string): Frozen => ({
  ok: false,
  dropped: { status: 'dropped', reason, field, message },
});

const notAnEvent = refuse('not-an-event', 'eventType', 'an object for JSON, with an eventType');

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  // Most events are ASCII, and looking is cheaper than encoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  return new TextEncoder().encode(text).length;
}

/** Whether a filter is URL-encoded already. */
export const isEncoded = (filter: unknown): boolean | undefined =>
  attempt(() => decodeURIComponent(filter as string) !== filter);

/** `attribute:value`, each half URL-encoded once; what is encoded already stays.
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `filters`) */
function encodeFilter(filter: unknown): unknown {
  if (isEncoded(filter) || typeof filter !== 'string') return filter;
  return (attempt(() => encodeURIComponent(filter)) ?? filter).replace('%3A', ':');
}

/** Freezes events with their tokens and time: checked, cut to the API's size, as text. */
export function eventFreezer({ clock, tokens, checkToken, createId }: FreezePorts) {
  function freeze(raw: unknown, type: Record<string, string>): Frozen {
    if (typeof raw !== 'object' || Array.isArray(raw)) return notAnEvent;
    // Getters and proxies are read once. A toJSON of the caller's would have the last word on the tokens.
    const event: Record<string, unknown> = { ...raw, toJSON: undefined };
    for (const field of Object.keys(type)) event[field] ??= type[field];
    const { eventType, objectIDs, filters, timestamp } = event;
    if (!eventType || typeof eventType !== 'string') return notAnEvent;
    // Written when the event is sent.
    event.timestamp = undefined;
    const wrong = putTokens(event, tokens(), checkToken);
    if (wrong) return refuse('invalid-token', wrong.field, wrong.message);

    // A type that is unknown here passes untouched: whoever sends it knows it better.
    const isKnown = isKnownType(eventType);
    const list = objectIDs ?? filters;
    if (isKnown && Array.isArray(list) && list.length === 0) {
      return refuse('nothing-to-send', 'objectIDs', 'at least one object or filter');
    }
    if (isKnown && Array.isArray(filters)) event.filters = filters.map(encodeFilter);

    const isGiven = Number.isSafeInteger(timestamp) && Number(timestamp) > 0;
    const doubts = isGiven || timestamp === undefined ? [] : ['timestamp'];
    const trackedAt = isGiven ? undefined : clock.monotonicNow();
    const entries = (isKnown ? splitEvent(event) : [event]).map((part): OutboxEntry => {
      const json = jsonOf(part);
      const found = doubtsOf(part);
      doubts.push(...found);
      return {
        id: createId(),
        json,
        timestamp: isGiven ? Number(timestamp) : Math.floor(clock.now()),
        isGiven: isGiven || undefined,
        trackedAt,
        // The timestamp, and the comma to the next.
        bytes: bytesOf(json) + 28,
        doubts: found.map((field) => `${eventType}.${field}`),
      };
    });
    if (entries.some(({ bytes }) => bytes > maxBatchBytes)) {
      return refuse('too-large', '', `at most ${maxBatchBytes} bytes`);
    }
    return { ok: true, entries, doubts };
  }

  /** @param type Fields that the caller's method name implies; the event's own win. */
  return (raw: unknown, type: Record<string, string>): Frozen =>
    // What can't be read or written as JSON is no event.
    attempt(() => freeze(raw, type)) ?? notAnEvent;
}

/** The event as it goes into a batch. */
export function wireText({ json, timestamp }: Pick<OutboxEntry, 'json' | 'timestamp'>, withTimestamp = true): string {
  return withTimestamp ? `${json.slice(0, -1)},"timestamp":${timestamp}}` : json;
}
