import { tryCall } from '../../machines/try-call.js';
import { createMask } from '../masked-inspect.js';
import type { ShownEvent } from './status.types.js';

/** One for the page: the same token looks the same everywhere. */
export const mask = createMask();

/** A token as it is shown. */
export const shownToken = (token: unknown): string => (token == null ? 'none' : mask(String(token)));

/** An event as it is shown. */
export function shownEvent(event: unknown, at: number): ShownEvent {
  const { eventType, eventSubtype, eventName, index, objectIDs, filters, userToken } = Object(event);
  return {
    type: String(eventSubtype ?? eventType),
    name: String(eventName),
    about: `${index}: ${[objectIDs ?? filters ?? []].flat().join(', ')}`,
    token: shownToken(userToken),
    at,
  };
}

/** An entry of an outbox as it is shown. */
export const shownEntry = ({ json, timestamp }: { readonly json: string; readonly timestamp: number }): ShownEvent =>
  shownEvent(
    tryCall(() => JSON.parse(json)),
    timestamp,
  );
