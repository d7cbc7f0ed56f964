import { fieldOf } from '../field-of.js';
import { type Fields, listIn } from './event-fields.js';
import type { QueryCache } from './query-cache.js';

/** Where each method that finds or keeps an object says which search it was found by: in the event, in its items. */
const sources: Readonly<Record<string, readonly [inEvent: boolean, inItems: boolean]>> = {
  clickedObjectIDsAfterSearch: [true, false],
  addedToCartObjectIDsAfterSearch: [true, true],
  addedToCartObjectIDs: [false, true],
};

/** Notes which search each object was found by, where a call of `method` says so. */
export function noteQueries(queries: QueryCache, method: string, event: Fields): void {
  const [inEvent, inItems] = sources[method] ?? [];
  const items = listIn(event, 'objectData');
  listIn(event, 'objectIDs').forEach((objectID, at) => {
    const queryID = (inItems && fieldOf(items[at], 'queryID')) || (inEvent && event.queryID);
    if (queryID) queries.put(event.index, objectID, queryID as string);
  });
}

/** A conversion with the searches that are known for its objects, if it names none itself. */
export function withQueries(queries: QueryCache, event: Fields): Fields {
  if (event.queryID || event.eventType !== 'conversion') return event;
  const data = listIn(event, 'objectData');
  const inferred: unknown[] = [];
  const objectData = listIn(event, 'objectIDs').map((objectID, at) => {
    const item = data[at] as Fields | undefined;
    if (item?.queryID) return item;
    const queryID = queries.get(event.index, objectID);
    if (queryID) inferred.push(objectID);
    return { ...item, queryID };
  });
  return inferred.length > 0 ? { ...event, objectData, objectIDsWithInferredQueryID: inferred } : event;
}

/** Forgets the searches of what was bought. */
export function forgetBought(queries: QueryCache, event: Fields): void {
  if (event.eventType !== 'conversion' || event.eventSubtype !== 'purchase') return;
  for (const objectID of listIn(event, 'objectIDs')) queries.remove(event.index, objectID);
}
