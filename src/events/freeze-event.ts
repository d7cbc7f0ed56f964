import type { TokenCheck, TokenRefusal, Tokens } from '../../machines/index.js';
import { attempt } from '../../machines/tolerant.js';
import type { OutboxEntry } from '../adapters/ports.js';
import { doubtsOf, isKnownType } from './event-rules.js';
import type { Dropped, DropReason } from './receipt.types.js';
import { splitEvent } from './split-event.js';

/** The most bytes a request may have: the API refuses 2 MB and more. */
export const maxBatchBytes = 1_990_000;

/** What freezing needs to know. */
export interface FreezeContext {
  readonly tokens: Tokens;
  readonly now: number;
  readonly monotonicNow: number;
  readonly createId: () => string;
  readonly checkToken: (token: unknown) => TokenCheck;
}

/** Parts that can wait and be sent, or the reason why there are none. */
export type Frozen =
  | { readonly ok: true; readonly entries: readonly OutboxEntry[]; readonly doubts: readonly string[] }
  | { readonly ok: false; readonly dropped: Dropped };

const refuse = (reason: DropReason, field: string, message: string): Frozen => ({
  ok: false,
  dropped: { status: 'dropped', reason, field, message },
});

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  // Most events are ASCII, and looking is cheaper than encoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  return new TextEncoder().encode(text).length;
}

/** `attribute:value`, each half URL-encoded once; what is encoded already stays.
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `filters`) */
function encodeFilter(filter: unknown): unknown {
  const isEncoded = attempt(() => decodeURIComponent(filter as string) !== filter);
  if (isEncoded || typeof filter !== 'string') return filter;
  const [attribute, ...value] = filter.split(':').map((part) => attempt(() => encodeURIComponent(part)) ?? part);
  return [attribute, ...(value.length > 0 ? [value.join('%3A')] : [])].join(':');
}

/** Freezes an event with its tokens and time: checked, cut to the API's size, as text.
 * @param type Fields that the caller's method name implies; the event's own win. */
export function freezeEvent(raw: unknown, type: Record<string, string>, context: FreezeContext): Frozen {
  // A copy as plain data, so that getters, proxies and later changes have no say. It is ours to write to.
  const event = attempt(() => JSON.parse(JSON.stringify(raw))) as Record<string, unknown> | undefined;
  const isObject = Object(event) === event && !Array.isArray(event);
  for (const field in type) if (isObject) event![field] ??= type[field];
  if (!isObject || !event?.eventType || typeof event.eventType !== 'string') {
    return refuse('not-an-event', 'eventType', 'an object for JSON, with an eventType');
  }
  const { timestamp } = event;
  // Written when the event is sent. Undefined is left out of JSON, and cheaper than a field less.
  event.timestamp = undefined;
  for (const field of ['userToken', 'authenticatedUserToken'] as const) {
    const check = event[field] == null ? undefined : context.checkToken(event[field]);
    // The tokens in force have passed the guard already.
    const token = check ? check.ok && check.token : context.tokens[field];
    if (token === false || (!token && field === 'userToken')) {
      return refuse('invalid-token', field, (check as TokenRefusal | undefined)?.message ?? 'none is in force');
    }
    event[field] = token;
  }

  // A type that is unknown here passes untouched: whoever sends it knows it better.
  const isKnown = isKnownType(event.eventType);
  const { objectIDs, filters } = event;
  if (isKnown && Array.isArray(objectIDs ?? filters) && ((objectIDs ?? filters) as unknown[]).length === 0) {
    return refuse('nothing-to-send', 'objectIDs', 'at least one object or filter');
  }
  if (isKnown && Array.isArray(filters)) event.filters = filters.map(encodeFilter);

  const isTimestamp = Number.isSafeInteger(timestamp) && Number(timestamp) > 0;
  const doubts = isTimestamp || timestamp === undefined ? [] : ['timestamp'];
  const entries: OutboxEntry[] = [];
  for (const part of isKnown ? splitEvent(event) : [event]) {
    const found = doubtsOf(part);
    doubts.push(...found);
    const json = JSON.stringify(part);
    // The timestamp, and the comma to the next.
    const bytes = bytesOf(json) + 28;
    if (bytes > maxBatchBytes) return refuse('too-large', '', `at most ${maxBatchBytes} bytes`);
    entries.push({
      id: context.createId(),
      json,
      ...(isTimestamp
        ? { timestamp: Number(timestamp), isGiven: true as const }
        : { timestamp: Math.floor(context.now), trackedAt: context.monotonicNow }),
      bytes,
      doubts: found.map((field) => `${part.eventType}.${field}`),
    });
  }
  return { ok: true, entries, doubts };
}

/** The event as it goes into a batch. */
export function wireText({ json, timestamp }: Pick<OutboxEntry, 'json' | 'timestamp'>, withTimestamp = true): string {
  return withTimestamp ? `${json.slice(0, -1)},"timestamp":${timestamp}}` : json;
}
