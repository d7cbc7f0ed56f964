import { type Fields, listIn } from './event-fields.js';

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
