import { tryCall } from '../../machines/try-call.js';
import { isEncoded } from '../events/to-entries.js';
import { fieldOf } from '../field-of.js';
import type { InsightsAdditionalEventParams } from './insights.types.js';
import { queryCache } from './query-cache.js';

type Fields = Readonly<Record<string, unknown>>;

/** A list in a field, as a list: empty where there is none. */
export const listIn = (event: unknown, field: string): readonly unknown[] => {
  const list = fieldOf(event, field);
  return Array.isArray(list) ? list : [];
};

/** Tells events from additional parameters by the key `index`, as search-insights does; of several of the latter the last
 * counts. */
export function eventsIn(params: readonly unknown[]) {
  const events: Fields[] = [];
  let additionalParams: InsightsAdditionalEventParams | undefined;
  for (const param of params) {
    if (tryCall(() => 'index' in (param as object))) events.push(param as Fields);
    else additionalParams = param as InsightsAdditionalEventParams;
  }
  return { events, additionalParams };
}

/** Where each method that finds or keeps an object says which search it was found by: in the event, in its items. */
const sources: Readonly<Record<string, readonly [inEvent: boolean, inItems: boolean]>> = {
  clickedObjectIDsAfterSearch: [true, false],
  addedToCartObjectIDsAfterSearch: [true, true],
  addedToCartObjectIDs: [false, true],
};

/** Which search each object was found by, where a call of `method` says so: as arguments for the cache. */
export function queriesIn(method: string, event: Fields): [index: unknown, objectID: unknown, queryID: string][] {
  const [inEvent, inItems] = sources[method] ?? [];
  const items = listIn(event, 'objectData');
  return listIn(event, 'objectIDs').flatMap((objectID, at) => {
    const queryID = (inItems && fieldOf(items[at], 'queryID')) || (inEvent && event.queryID);
    return queryID ? [[event.index, objectID, queryID as string]] : [];
  });
}

/** A conversion with the searches that are known for its objects, if it names none itself. */
export function withQueries(event: Fields): Fields {
  const objectIDs = listIn(event, 'objectIDs');
  const data = listIn(event, 'objectData');
  if (event.queryID || event.eventType !== 'conversion') return event;
  const inferred: unknown[] = [];
  const objectData = objectIDs.map((objectID, at) => {
    const item = data[at] as Fields | undefined;
    if (item?.queryID) return item;
    const queryID = queryCache.get(event.index, objectID);
    if (queryID) inferred.push(objectID);
    return { ...item, queryID };
  });
  return inferred.length > 0 ? { ...event, objectData, objectIDsWithInferredQueryID: inferred } : event;
}

/** A filter as search-insights encodes it, in whole. One that is encoded already stays. */
export function encodedFilter(filter: unknown): unknown {
  return isEncoded(filter) && typeof filter === 'string'
    ? filter
    : (tryCall(() => encodeURIComponent(filter as string)) ?? filter);
}

/** Forgets the searches of what was bought. */
export function forgetBought(event: Fields): void {
  if (event.eventType !== 'conversion' || event.eventSubtype !== 'purchase') return;
  for (const objectID of listIn(event, 'objectIDs')) queryCache.remove(event.index, objectID);
}

/** Leaves out of views what the same visitor has seen among the results of the same search. A view without `queryID`
 * stays as it is. */
export function viewFilter() {
  const seenIn = new Map<unknown, { readonly search: string; readonly objectIDs: Set<unknown> }>();
  const searchOf = ({ queryID, userToken }: Fields) => `${queryID} ${userToken}`;

  return {
    /** What is left of an event; `undefined` for a view of which nothing is. */
    unseen(event: Fields): Fields | undefined {
      const { eventType, index, queryID, objectIDs } = event;
      if (eventType !== 'view' || !queryID || !Array.isArray(objectIDs)) return event;
      const search = searchOf(event);
      const last = seenIn.get(index);
      const seen = last?.search === search ? last.objectIDs : new Set();
      seenIn.set(index, { search, objectIDs: seen });
      const unseen = objectIDs.filter((objectID) => !seen.has(objectID) && seen.add(objectID));
      return unseen.length > 0 || objectIDs.length === 0 ? { ...event, objectIDs: unseen } : undefined;
    },

    /** An event came to nothing: what it showed has not been seen. */
    forget(event: Fields): void {
      const last = seenIn.get(event.index);
      if (event.eventType !== 'view' || last?.search !== searchOf(event)) return;
      for (const objectID of listIn(event, 'objectIDs')) last.objectIDs.delete(objectID);
    },
  };
}
