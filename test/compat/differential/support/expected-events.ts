import { checkUserToken } from '../../../../src/index.js';
import type { Tally } from './rules.js';
import type { Fields } from './steps.types.js';

const dayMs = 86_400_000;

/** What is to become of one event. */
export interface Plan {
  /** What search-insights is given; nothing if it is not to send it. */
  readonly event: Record<string, unknown> | undefined;
  /** Whether the call may say true in spite of it. */
  readonly isFine: boolean;
  /** What stands in the event otherwise than search-insights sends it; `undefined` for what is left out. */
  readonly changes: Fields;
}

/** What a call finds. */
export interface Moment {
  readonly now: number;
  readonly userToken: unknown;
}

const isPresent = (value: unknown) => value !== undefined && value !== null;
const isTruthyOrAbsent = (value: unknown) => !isPresent(value) || value === 0 || !!value;

/** Plans events one after another, remembering which views there were. */
export function eventPlanner(hit: Tally['hit']) {
  const seen = new Map<unknown, { search: string; objectIDs: Set<unknown> }>();

  function unseen(event: Record<string, unknown>, userToken: unknown): boolean {
    const { eventType, queryID, objectIDs, index } = event;
    if (eventType !== 'view' || !queryID || !Array.isArray(objectIDs)) return true;
    const search = `${queryID} ${userToken}`;
    const last = seen.get(index);
    const before = last?.search === search ? last.objectIDs : new Set();
    seen.set(index, { search, objectIDs: before });
    if (objectIDs.length === 0) return true;
    const fresh = objectIDs.filter((objectID) => !before.has(objectID) && before.add(objectID));
    if (fresh.length < objectIDs.length) hit('view-once');
    event.objectIDs = fresh;
    return fresh.length > 0;
  }

  /** Filters as they go out, and whether search-insights gets that far. */
  function filtersOf(filters: unknown, changes: Record<string, unknown>): unknown {
    if (!Array.isArray(filters)) {
      if (filters === undefined) return undefined;
      hit('no-throw');
      changes.filters = filters;
      return undefined;
    }
    let isChanged = false;
    const expected = filters.map((filter) => {
      try {
        const isEncoded = typeof filter === 'string' && decodeURIComponent(filter) !== filter;
        if (isEncoded) hit('encoded-filter');
        isChanged ||= isEncoded;
        return isEncoded ? filter : encodeURIComponent(filter);
      } catch {}
      try {
        return encodeURIComponent(filter);
      } catch {
        hit('no-throw');
        isChanged = true;
        return filter;
      }
    });
    if (isChanged) changes.filters = expected;
    return isChanged ? [] : filters;
  }

  const no: Plan = { event: undefined, isFine: false, changes: {} };
  const refuse = (id: string): Plan => {
    hit(id);
    return no;
  };

  return (given: unknown, { now, userToken }: Moment): Plan => {
    if (typeof given !== 'object' || given === null) return refuse(given === null ? 'no-throw' : 'no-event');
    const event: Record<string, unknown> = { ...given };
    const changes: Record<string, unknown> = {};
    const own = event.userToken ?? userToken;

    if (!unseen(event, isPresent(event.userToken) ? own : own || '')) return { ...no, isFine: true };

    const { eventType, timestamp, objectIDs } = event;
    if (!eventType) return refuse('no-event');
    if (event.userToken === '') return refuse('empty-token');
    if (isPresent(event.userToken) && !checkUserToken(own).ok) return refuse('malformed-token');
    if (!own && own !== 0) return refuse('no-token');
    if (!isPresent(event.userToken) && !own) return refuse('no-token');
    const { authenticatedUserToken } = event;
    if (!isTruthyOrAbsent(authenticatedUserToken)) {
      hit('empty-token');
      delete event.authenticatedUserToken;
      changes.authenticatedUserToken = undefined;
    } else if (isPresent(authenticatedUserToken) && !checkUserToken(authenticatedUserToken).ok) {
      return refuse('malformed-token');
    }

    const list = objectIDs ?? event.filters;
    const isKnown = /^(click|conversion|view)$/.test(String(eventType));
    if (isKnown && Array.isArray(list) && list.length === 0) return refuse('no-event');
    const isGiven = Number.isSafeInteger(timestamp) && Number(timestamp) > 0;
    if (isGiven && Number(timestamp) < now - 30 * dayMs) return refuse('no-event');
    if (!isGiven) changes.timestamp = now;

    if (
      typeof event.toJSON === 'function' ||
      Object.values(event).some((v) => typeof v === 'function' || v instanceof Date)
    ) {
      hit('frozen');
      delete event.toJSON;
    }
    if ('filters' in event) {
      const filters = filtersOf(event.filters, changes);
      if (filters === undefined) delete event.filters;
      else event.filters = filters;
    }
    return { event, isFine: true, changes };
  };
}
