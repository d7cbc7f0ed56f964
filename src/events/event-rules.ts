import { tryCall } from '../../machines/try-call.js';
import { maxObjects } from '../limits.js';

/** An event as JSON leaves it: anything may be in any field. */
export type LooseEvent = Readonly<Record<string, unknown>>;

/** Whether a field that is given is as the API wants it. */
type Rule = (value: unknown, event: LooseEvent) => unknown;

const isText =
  (pattern: RegExp): Rule =>
  (value) =>
    typeof value === 'string' && pattern.test(value);
const isListOf =
  (holds: Rule): Rule =>
  (list, event) =>
    Array.isArray(list) && list.length > 0 && list.length <= maxObjects && list.every((item) => holds(item, event));
/** A list with one item for each object. */
const isPerObject =
  (rule: Rule): Rule =>
  (list, event) =>
    rule(list, event) && (list as unknown[]).length === (event.objectIDs as unknown[] | undefined)?.length;

const isAmount: Rule = (value) => value === undefined || typeof value === 'number' || typeof value === 'string';
const isEncoded = isText(/^[!#-~]+$/);
const isFilter: Rule = (value, event) =>
  isEncoded(value, event) && /^[^:]+:[\s\S]+$/.test(tryCall(() => decodeURIComponent(value as string)) ?? '');
const isAnyText = isText(/[\s\S]/);
const isQueryOfItem = isText(/^[0-9a-f]{32}$/);
const isSubtype = isText(/^(addToCart|purchase)$/);
const areTexts = isListOf((item) => typeof item === 'string');
const arePositions = isPerObject(isListOf((item) => Number.isInteger(item) && (item as number) > 0));

/** An item of objectData: only these fields, and in a cart a queryID only after a search. search-insights adds the searches that
 * it finds for objects in a cart, and names these objects. */
const isItem: Rule = (item, event) => {
  if (!item || typeof item !== 'object' || Array.isArray(item)) return false;
  const { price, discount, quantity = 0, queryID, ...others } = item as LooseEvent;
  const mayHaveQuery =
    event.eventSubtype !== 'addToCart' || 'queryID' in event || 'objectIDsWithInferredQueryID' in event;
  return (
    Object.keys(others).length === 0 &&
    isAmount(price, event) &&
    isAmount(discount, event) &&
    (quantity as number) === ((quantity as number) | 0) &&
    (queryID === undefined || (mayHaveQuery && isQueryOfItem(queryID, event)))
  );
};

/** The rule of each field. */
const rules: Readonly<Record<string, Rule>> = {
  eventName: isText(/^[ -~]{1,64}$/),
  eventSubtype: (value, event) => event.eventType === 'conversion' && isSubtype(value, event) && 'objectIDs' in event,
  index: isAnyText,
  objectIDs: (value, event) => !('filters' in event) && areTexts(value, event),
  filters: isListOf(isFilter),
  positions: (value, event) => event.eventType === 'click' && 'queryID' in event && arePositions(value, event),
  queryID: isText(/^([0-9a-f]{32}|message_[!-~]{1,120})$/),
  objectData: isPerObject(isListOf(isItem)),
  value: (value, event) => isAmount(value, event) && !((value as string).length > 16),
  currency: isText(/^[a-z]{3}$/i),
  agentID: () => false,
};
/** InstantSearch's own telemetry is in the API's description. */
const telemetryRules: Readonly<Record<string, Rule>> = {
  eventName: rules.eventName!,
  eventSubtype: rules.eventSubtype!,
  agentID: isAnyText,
};

/** Whether the rules here are made for events of this type. */
export const isKnownType = (eventType: unknown): boolean =>
  eventType === 'click' || eventType === 'conversion' || eventType === 'view';

/** The fields in which an event breaks a rule of the Insights API for clicks, conversions and views, as of August 2026.
 * The rules drift, so breaking one makes a field suspect and is no reason to drop the event: the server decides. A type that
 * this library does not know is suspect as a whole.
 * @param event As `JSON.parse` gives it: what leaves the page is checked, not what the caller meant.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export function suspectFieldsOf(event: LooseEvent): string[] {
  const { eventType } = event;
  if (eventType !== 'instantsearch' && !isKnownType(eventType)) return ['eventType'];
  const needed: Readonly<Record<string, boolean>> = {
    eventName: true,
    index: true,
    objectIDs: !('filters' in event),
    // One for each object, on a click after a search.
    positions: eventType === 'click' && 'queryID' in event && 'objectIDs' in event,
  };
  const suspects: string[] = [];
  const all = eventType === 'instantsearch' ? telemetryRules : rules;
  for (const field in all) if (field in event ? !all[field]!(event[field], event) : needed[field]) suspects.push(field);
  return suspects;
}
