import type { Collector } from '../../../../src/testing/collector.types.js';
import type { Search } from './local-search.js';

type Fields = Readonly<Record<string, unknown>>;

/** What came of a visit, apart from times. The anonymous token is written `anonymous`. */
export interface Outcome {
  /** What search clients were asked, as `userToken: query`, in order. */
  readonly searches: readonly string[];
  /** Events that were accepted, in order of text. */
  readonly events: readonly Fields[];
  /** InstantSearch's own events. */
  readonly telemetry: readonly Fields[];
  /** The user agents of UI libraries that came with events. */
  readonly agents: readonly string[];
  /** The value of the cookie `_ALGOLIA`. */
  readonly cookie: string | undefined;
  /** How many anonymous tokens there were. */
  readonly anonymousTokens: number;
}

const byText = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

/** Keys in an order of their own, and without what differs from visit to visit. */
function tidied({ timestamp, ...event }: Fields): Fields {
  const { sessionID, performance, ...rest } = event;
  const marks = { ...(sessionID ? { sessionID: 'a session' } : {}), ...(performance ? { performance: 'times' } : {}) };
  return Object.fromEntries(Object.entries({ ...rest, ...marks }).sort());
}

/** Puts together what came of a visit.
 * @param endName The `eventName` of an event that is not the page's. */
export function outcomeOf(
  collector: Collector,
  searches: readonly Search[],
  cookie: string | undefined,
  endName: string,
) {
  const all = collector.events.map(({ event }) => tidied(event)).filter(({ eventName }) => eventName !== endName);
  const isTelemetry = ({ eventType }: Fields) => eventType === 'instantsearch';
  const agents = collector.requests.flatMap(({ query }) =>
    query['X-Algolia-Agent']?.match(/insights-(middleware|plugin)/g),
  );
  const outcome = {
    searches: searches.map(
      ({ index, userToken, query, clickAnalytics }) =>
        `${index} ${userToken}: ${query}${clickAnalytics ? '' : ' (no click analytics)'}`,
    ),
    events: all.filter((event) => !isTelemetry(event)).sort(byText),
    telemetry: all.filter(isTelemetry).sort(byText),
    agents: [...new Set(agents)].filter((agent) => agent !== undefined).sort(),
    cookie,
  };
  const text = JSON.stringify(outcome);
  const found = new Set(text.match(/anonymous-[0-9a-f-]{36}/g));
  let named = text;
  for (const token of found) named = named.replaceAll(token, 'anonymous');
  return { ...(JSON.parse(named) as Omit<Outcome, 'anonymousTokens'>), anonymousTokens: found.size };
}

/** Events as lines: who did what to which objects or filters, and by which source it came. */
export const lines = ({ events }: Outcome): string[] =>
  events
    .map(({ userToken, eventName, objectIDs, filters, positions, algoliaSource }) =>
      [userToken, `${eventName}:`, objectIDs ?? filters, positions && `at ${positions}`, `by ${algoliaSource}`]
        .filter(Boolean)
        .join(' '),
    )
    .sort();
