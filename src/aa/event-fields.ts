import { tryCall } from '../../machines/try-call.js';
import { isEncoded } from '../events/to-entries.js';
import { fieldOf } from '../field-of.js';
import type { InsightsAdditionalEventParams } from './insights.types.js';

/** An event as a caller gave it. */
export type Fields = Readonly<Record<string, unknown>>;

/** A list in a field, as a list: empty where there is none. */
export const listIn = (event: unknown, field: string): readonly unknown[] => {
  const list = fieldOf(event, field);
  return Array.isArray(list) ? list : [];
};

/** The events and the additional parameters of a call: events have a key `index`. Of several parameters the last counts. */
export function eventsIn(params: readonly unknown[]) {
  const events: Fields[] = [];
  let additionalParams: InsightsAdditionalEventParams | undefined;
  for (const param of params) {
    if ('index' in Object(param)) events.push(param as Fields);
    else additionalParams = param as InsightsAdditionalEventParams;
  }
  return { events, additionalParams };
}

/** A filter as search-insights encodes it, in whole. One that is encoded already stays. */
export function encodedFilter(filter: unknown): unknown {
  return isEncoded(filter) && typeof filter === 'string'
    ? filter
    : (tryCall(() => encodeURIComponent(filter as string)) ?? filter);
}
