/** What the rules make of one request body: accepted whole, or refused whole with one message. */
export type EventsVerdict = { readonly status: 200 } | { readonly status: 422; readonly message: string };

/** Limits of {@link checkEventsBody} that depend on the age of the API description one follows. */
export interface EventsRulesOptions {
  /** Oldest accepted `timestamp`, in days before `now`. The API description says 30 since February 2026, 4 before.
   * @default 30 */
  readonly maxEventAgeDays?: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;
/** A text that names the field and the rule it breaks, or nothing. */
type Problem = string | undefined;

interface TextRule {
  readonly field: string;
  readonly pattern: RegExp;
  readonly rule: string;
  readonly required?: boolean;
}

const DAY_MS = 86_400_000;
const MAX_EVENTS = 1000;
const MAX_ITEMS = 20;
const MAX_VALUE_LENGTH = 16;
const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };

const EVENT_TYPES: readonly unknown[] = ['click', 'conversion', 'view', 'instantsearch'];
const EVENT_SUBTYPES: readonly unknown[] = ['addToCart', 'purchase'];
const OBJECT_DATA_KEYS: readonly string[] = ['price', 'discount', 'quantity', 'queryID'];

const TOKEN = { pattern: /^[a-zA-Z0-9_=/+-]{1,129}$/, rule: '1 to 129 characters out of a-z A-Z 0-9 _ = / + -' };

const RULES_OF_EVERY_TYPE: readonly TextRule[] = [
  { field: 'eventName', pattern: /^[\x20-\x7E]{1,64}$/, rule: '1 to 64 printable ASCII characters', required: true },
  { field: 'userToken', ...TOKEN, required: true },
  { field: 'authenticatedUserToken', ...TOKEN },
];

const RULES_OF_ITEM_EVENTS: readonly TextRule[] = [
  { field: 'index', pattern: /^[\s\S]+$/, rule: 'the name of an index', required: true },
  {
    field: 'queryID',
    pattern: /^(?=.{1,128}$)([0-9a-f]{32}|message_[!-~]+)$/,
    rule: '32 characters out of 0-9 a-f, or message_ and printable characters, 128 in all',
  },
  { field: 'currency', pattern: /^[A-Za-z]{3}$/, rule: 'three letters' },
];

const ITEM_QUERY_ID: TextRule = {
  field: 'objectData.queryID',
  pattern: /^[0-9a-f]{32}$/,
  rule: '32 characters out of 0-9 a-f',
};
const AGENT_ID: TextRule = { field: 'agentID', pattern: /^[\s\S]+$/, rule: 'at least 1 character' };

/** Checks a parsed request body of `POST /1/events` against the published rules of the Algolia Insights API.
 *
 * One bad event refuses the whole body: the verdict has one message, which names a field but not the event it was
 * found in, like the API's own answer. Unknown keys of an event are allowed, unknown keys of an `objectData` item are
 * not. What no public source settles is accepted: timestamps in the future, prices without `currency`, negative
 * quantities. The texts of the messages are not the API's and not a contract.
 * @param body What `JSON.parse` made of the request body.
 * @param now Time of receipt in milliseconds since the Unix epoch.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export function checkEventsBody(body: unknown, now: number, options: EventsRulesOptions = {}): EventsVerdict {
  const oldest = now - (options.maxEventAgeDays ?? 30) * DAY_MS;
  const message = wrapperProblem(body) ?? firstProblem(eventsOf(body), (event) => eventProblem(event, oldest));
  return message === undefined ? { status: 200 } : { status: 422, message };
}

function wrapperProblem(body: unknown): Problem {
  if (!isObject(body)) return `the body must be an object with the key events, got ${jsonType(body)}`;
  if (body.events === undefined) return 'events is missing';
  if (!Array.isArray(body.events)) return `events must be an array, got ${jsonType(body.events)}`;
  if (body.events.length === 0) return 'events must hold at least 1 event';
  if (body.events.length > MAX_EVENTS) return `events must hold at most ${MAX_EVENTS} events`;
  return undefined;
}

function eventProblem(event: unknown, oldest: number): Problem {
  if (!isObject(event)) return `an event must be an object, got ${jsonType(event)}`;
  return (
    typeProblem(event) ??
    firstProblem(RULES_OF_EVERY_TYPE, (rule) => textProblem(event[rule.field], rule)) ??
    timestampProblem(event.timestamp, oldest) ??
    (event.eventType === 'instantsearch'
      ? textProblem(event.agentID, AGENT_ID)
      : (firstProblem(RULES_OF_ITEM_EVENTS, (rule) => textProblem(event[rule.field], rule)) ?? itemsProblem(event)))
  );
}

function typeProblem({ eventType, eventSubtype, agentID }: Fields): Problem {
  if (eventType === undefined) return 'eventType is missing';
  if (!EVENT_TYPES.includes(eventType)) return `eventType must be one of ${EVENT_TYPES.join(', ')}`;
  if (eventSubtype !== undefined) {
    if (eventType !== 'conversion') return 'eventSubtype is only for the eventType conversion';
    if (!EVENT_SUBTYPES.includes(eventSubtype)) return `eventSubtype must be one of ${EVENT_SUBTYPES.join(', ')}`;
  }
  if (agentID !== undefined && eventType !== 'instantsearch') return 'agentID is only for the eventType instantsearch';
  return undefined;
}

function timestampProblem(timestamp: unknown, oldest: number): Problem {
  if (timestamp === undefined) return undefined;
  if (typeof timestamp !== 'number') return `timestamp must be a number, got ${jsonType(timestamp)}`;
  if (!Number.isInteger(timestamp)) return 'timestamp must be a whole number of milliseconds';
  return timestamp < oldest ? 'timestamp is too old; it counts milliseconds since 1970' : undefined;
}

function itemsProblem(event: Fields): Problem {
  const { objectIDs, filters } = event;
  if (objectIDs === undefined && filters === undefined) return 'one of objectIDs and filters is missing';
  if (objectIDs !== undefined && filters !== undefined) return 'objectIDs and filters exclude each other';
  if (event.eventSubtype !== undefined && objectIDs === undefined) return 'eventSubtype needs objectIDs';
  return (
    listProblem('objectIDs', objectIDs, stringProblem) ??
    listProblem('filters', filters, filterProblem) ??
    positionsProblem(event) ??
    objectDataProblem(event) ??
    amountProblem('value', event.value) ??
    (typeof event.value === 'string' && event.value.length > MAX_VALUE_LENGTH
      ? `value must be at most ${MAX_VALUE_LENGTH} characters long`
      : undefined)
  );
}

/** A filter is `attribute:value`, URL-encoded; the colon may be encoded too, for the API decodes the whole string. */
function filterProblem(name: string, filter: unknown): Problem {
  if (typeof filter !== 'string') return stringProblem(name, filter);
  if (!/^[!#-~]*$/.test(filter)) return `${name} must be URL-encoded`;
  try {
    return /^[^:]+:[\s\S]+$/.test(decodeURIComponent(filter)) ? undefined : `${name} must read attribute:value`;
  } catch {
    return `${name} must be URL-encoded`;
  }
}

function positionsProblem({ eventType, queryID, objectIDs, positions }: Fields): Problem {
  if (positions === undefined) {
    const needed = eventType === 'click' && queryID !== undefined && objectIDs !== undefined;
    return needed ? 'positions is missing; a click with queryID and objectIDs needs it' : undefined;
  }
  if (eventType !== 'click') return 'positions is only for the eventType click';
  if (queryID === undefined) return 'positions needs queryID';
  return listProblem('positions', positions, positionProblem) ?? countProblem('positions', positions, objectIDs);
}

function positionProblem(name: string, position: unknown): Problem {
  if (typeof position !== 'number') return `${name} must hold numbers, got ${jsonType(position)}`;
  return Number.isInteger(position) && position >= 1 ? undefined : `${name} must hold whole numbers from 1 on`;
}

function objectDataProblem(event: Fields): Problem {
  const { eventSubtype, queryID, objectIDs, objectData, objectIDsWithInferredQueryID } = event;
  // The schema of an addToCart event outside a search has objectData without queryID; all others with objectData have it.
  // search-insights adds what it inferred all the same, and names the objects.
  const queryIdAllowed =
    eventSubtype !== 'addToCart' || queryID !== undefined || objectIDsWithInferredQueryID !== undefined;
  return (
    listProblem('objectData', objectData, (_, item) => objectDataItemProblem(item, queryIdAllowed)) ??
    countProblem('objectData', objectData, objectIDs)
  );
}

function objectDataItemProblem(item: unknown, queryIdAllowed: boolean): Problem {
  if (!isObject(item)) return `objectData must hold objects, got ${jsonType(item)}`;
  const unknownKey = Object.keys(item).find((key) => !OBJECT_DATA_KEYS.includes(key));
  if (unknownKey !== undefined) return `objectData must not have the key ${unknownKey}`;
  if (item.queryID !== undefined && !queryIdAllowed) return 'objectData.queryID needs queryID on the event';
  return (
    amountProblem('objectData.price', item.price) ??
    amountProblem('objectData.discount', item.discount) ??
    quantityProblem(item.quantity) ??
    textProblem(item.queryID, ITEM_QUERY_ID)
  );
}

function quantityProblem(quantity: unknown): Problem {
  if (quantity === undefined) return undefined;
  if (typeof quantity !== 'number') return `objectData.quantity must be a number, got ${jsonType(quantity)}`;
  const fits = Number.isInteger(quantity) && quantity >= INT32.min && quantity <= INT32.max;
  return fits ? undefined : 'objectData.quantity must be a whole number of 32 bits';
}

function amountProblem(name: string, amount: unknown): Problem {
  if (amount === undefined || typeof amount === 'number' || typeof amount === 'string') return undefined;
  return `${name} must be a number or a string, got ${jsonType(amount)}`;
}

function textProblem(value: unknown, { field, pattern, rule, required }: TextRule): Problem {
  if (value === undefined) return required ? `${field} is missing` : undefined;
  return stringProblem(field, value) ?? (pattern.test(value as string) ? undefined : `${field} must be ${rule}`);
}

function stringProblem(name: string, value: unknown): Problem {
  return typeof value === 'string' ? undefined : `${name} must be a string, got ${jsonType(value)}`;
}

function listProblem(name: string, list: unknown, check: (name: string, item: unknown) => Problem): Problem {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) return `${name} must be an array, got ${jsonType(list)}`;
  if (list.length < 1 || list.length > MAX_ITEMS) return `${name} must hold 1 to ${MAX_ITEMS} items`;
  return firstProblem(list, (item) => check(name, item));
}

function countProblem(name: string, list: unknown, objectIDs: unknown): Problem {
  if (!Array.isArray(list) || (Array.isArray(objectIDs) && list.length === objectIDs.length)) return undefined;
  return `${name} must hold as many items as objectIDs`;
}

function firstProblem<T>(items: readonly T[], check: (item: T) => Problem): Problem {
  for (const item of items) {
    const problem = check(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function eventsOf(body: unknown): readonly unknown[] {
  return (body as { events: readonly unknown[] }).events;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
