import type { TokenCheck, Tokens } from '../../machines/index.js';
import type { OutboxEntry } from '../adapters/ports.js';
import { type Doubt, doubtsOf, isKnownType, type LooseEvent } from './event-rules.js';
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
  | { readonly ok: true; readonly entries: readonly OutboxEntry[]; readonly doubts: readonly Doubt[] }
  | { readonly ok: false; readonly dropped: Dropped };

function refuse(reason: DropReason, field: string, message: string): Frozen {
  return { ok: false, dropped: { status: 'dropped', reason, field, message } };
}

/** UTF-8 bytes of a text. */
export function bytesOf(text: string): number {
  // Most events are ASCII, and looking is cheaper than encoding.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(text)) return text.length;
  return new TextEncoder().encode(text).length;
}

/** A copy as plain data, so that getters, proxies and later changes have no say. */
function plainCopy(event: unknown, type: Record<string, string>): LooseEvent | undefined {
  try {
    const copy = JSON.parse(JSON.stringify(event));
    return copy !== null && typeof copy === 'object' && !Array.isArray(copy) ? { ...type, ...copy } : undefined;
  } catch {
    return undefined;
  }
}

/** `attribute:value`, each half URL-encoded once; what is encoded already stays.
 * @see https://www.algolia.com/doc/rest-api/insights/ (field `filters`) */
function encodeFilter(filter: unknown): unknown {
  if (typeof filter !== 'string') return filter;
  try {
    if (decodeURIComponent(filter) !== filter) return filter;
  } catch {
    // A lone % is no encoding.
  }
  const colon = filter.indexOf(':');
  try {
    if (colon < 0) return encodeURIComponent(filter);
    return `${encodeURIComponent(filter.slice(0, colon))}:${encodeURIComponent(filter.slice(colon + 1))}`;
  } catch {
    return filter;
  }
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;

/** Freezes an event with its tokens and time: checked, cut to the API's size, as text.
 * @param type Fields that the caller's method name implies; the event's own win. */
export function freezeEvent(raw: unknown, type: Record<string, string>, context: FreezeContext): Frozen {
  const copy = plainCopy(raw, type);
  if (!copy) return refuse('not-an-event', '', 'pass an object that can be written as JSON');
  const { timestamp, userToken, authenticatedUserToken, ...event } = copy;
  if (typeof event.eventType !== 'string' || event.eventType === '') {
    return refuse('not-an-event', 'eventType', 'click, conversion or view');
  }
  // A type that is unknown here passes untouched: whoever sends it knows it better.
  const isKnown = isKnownType(event.eventType);
  if (isKnown && (isEmptyList(event.objectIDs) || (event.objectIDs === undefined && isEmptyList(event.filters)))) {
    return refuse('nothing-to-send', 'objectIDs', 'name at least one object or filter');
  }

  const tokens: Partial<Record<keyof Tokens, string>> = {};
  for (const field of ['userToken', 'authenticatedUserToken'] as const) {
    const own = copy[field];
    if (own === undefined || own === null) {
      // The tokens in force have passed the guard already.
      const inForce = context.tokens[field];
      if (inForce !== undefined) tokens[field] = inForce;
      continue;
    }
    const check = context.checkToken(own);
    if (!check.ok) return refuse('invalid-token', field, check.message);
    tokens[field] = check.token;
  }
  if (tokens.userToken === undefined) return refuse('invalid-token', 'userToken', 'no user token is in force');

  if (isKnown && Array.isArray(event.filters))
    (event as Record<string, unknown>).filters = event.filters.map(encodeFilter);
  const isTimestamp = Number.isSafeInteger(timestamp) && (timestamp as number) > 0;
  const doubts = new Map<string, Doubt>();
  if (timestamp !== undefined && !isTimestamp) {
    doubts.set('timestamp', { field: 'timestamp', rule: 'whole milliseconds since 1970; the present time is used' });
  }

  const entries: OutboxEntry[] = [];
  for (const part of isKnown ? splitEvent(event) : [event]) {
    const found = doubtsOf(part);
    for (const doubt of found) doubts.set(doubt.field, doubt);
    const json = JSON.stringify({ ...part, ...tokens });
    const bytes = bytesOf(json) + 32;
    if (bytes > maxBatchBytes) return refuse('too-large', '', `at most ${maxBatchBytes} bytes`);
    entries.push({
      id: context.createId(),
      json,
      ...(isTimestamp
        ? { timestamp: timestamp as number }
        : { timestamp: Math.floor(context.now), trackedAt: context.monotonicNow }),
      bytes,
      doubts: found.map(({ field }) => `${part.eventType}.${field}`),
    });
  }
  return { ok: true, entries, doubts: [...doubts.values()] };
}

/** The event as it goes into a batch. */
export function wireText(entry: OutboxEntry, withTimestamp = true): string {
  return withTimestamp ? `${entry.json.slice(0, -1)},"timestamp":${entry.timestamp}}` : entry.json;
}
