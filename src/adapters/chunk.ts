import { checkUserToken } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { maxBatchBytes } from '../limits.js';
import { jsonOf } from '../plain-json.js';
import type { OutboxEntry } from './ports.js';

/** The version of stored chunks; others are left alone. */
const version = 1;

/** Events that were written together. */
export interface Chunk {
  /** When its owner last vouched for it, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Whether its owner has left, so that any page may take it. */
  readonly isFree: boolean;
  readonly entries: readonly OutboxEntry[];
}

/** What is stored of an event. When it was tracked by this page's clock says nothing to another page. */
const storedOf = ({ id, json, timestamp, isGiven, bytes, suspectFields }: OutboxEntry): OutboxEntry => ({
  id,
  json,
  timestamp,
  isGiven: isGiven === true || undefined,
  bytes,
  suspectFields,
});

/** A chunk as it is stored. */
export const chunkText = ({ at, isFree, entries }: Chunk): string =>
  jsonOf({ v: version, at, isFree, entries: entries.map(storedOf) });

function isEntry(entry: OutboxEntry): boolean {
  return (
    typeof entry.id === 'string' &&
    typeof entry.json === 'string' &&
    /^\{.*\}$/s.test(entry.json) &&
    // Whether the application lets the token in was decided when the event was tracked.
    checkUserToken(JSON.parse(entry.json).userToken, () => true).ok &&
    Number.isSafeInteger(entry.timestamp) &&
    Number.isSafeInteger(entry.bytes) &&
    entry.bytes >= entry.json.length &&
    entry.bytes <= maxBatchBytes &&
    entry.suspectFields.every((doubt) => typeof doubt === 'string')
  );
}

/** What a stored text holds: a chunk, of which only whole entries are taken; `null` for one of another version, which
 * its own library understands; `undefined` for what is no chunk at all. */
export function parseChunk(text = ''): Chunk | null | undefined {
  const stored = tryCall(() => JSON.parse(text));
  if (!stored || typeof stored.v !== 'number') return undefined;
  if (stored.v !== version) return null;
  if (!Number.isSafeInteger(stored.at) || !Array.isArray(stored.entries)) return undefined;
  const entries = (stored.entries as OutboxEntry[]).filter((entry) => tryCall(() => isEntry(entry))).map(storedOf);
  return { at: stored.at, isFree: stored.isFree === true, entries };
}
