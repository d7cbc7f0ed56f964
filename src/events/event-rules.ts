import { tryCall } from '../../machines/try-call.js';
import { maxObjects } from '../limits.js';

/** An event as JSON leaves it: anything may be in any field. */
export type LooseEvent = Readonly<Record<string, unknown>>;

const known: readonly unknown[] = ['click', 'conversion', 'view'];
const printable = /^[ -~]{1,64}$/;
const hex32 = /^[0-9a-f]{32}$/;
const query = /^([0-9a-f]{32}|message_[!-~]{1,120})$/;
const subtype = /^(addToCart|purchase)$/;
const code = /^[a-z]{3}$/i;
const encoded = /^[!#-~]+$/;

const isText = (value: unknown, pattern: RegExp) => typeof value === 'string' && pattern.test(value);
const isGiven = (value: unknown) => value !== undefined;
const isAmount = (value: unknown) => !isGiven(value) || typeof value === 'number' || typeof value === 'string';
const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0);
const isListOf = (value: unknown, length: number, holds: (item: unknown) => unknown) =>
  lengthOf(value) === length && length > 0 && length <= maxObjects && (value as unknown[]).every(holds);
const isFilter = (value: unknown) =>
  isText(value, encoded) && /^[^:]+:[\s\S]+$/.test(tryCall(() => decodeURIComponent(value as string)) ?? '');
const isPosition = (value: unknown) => Number.isInteger(value) && (value as number) > 0;
const isInt32 = (value: unknown) => (value as number) === ((value as number) | 0);

/** Whether the rules here are made for events of this type. */
export function isKnownType(eventType: unknown): boolean {
  return known.includes(eventType);
}

/** An item of objectData: only these fields, and in a cart a queryID only after a search. */
function isItem(item: LooseEvent | null, mayHaveQuery: boolean): unknown {
  if (!item || typeof item !== 'object' || Array.isArray(item)) return false;
  const { price, discount, quantity, queryID, ...others } = item;
  return (
    Object.keys(others).length === 0 &&
    isAmount(price) &&
    isAmount(discount) &&
    (!isGiven(quantity) || isInt32(quantity)) &&
    (!isGiven(queryID) || (mayHaveQuery && isText(queryID, hex32)))
  );
}

/** The fields in which an event breaks a rule of the Insights API for clicks, conversions and views, as of August 2026.
 * The rules drift, so breaking one makes a field suspect and is no reason to drop the event: the server decides. A type that
 * this library does not know is suspect as a whole.
 * @param event As `JSON.parse` gives it: what leaves the page is checked, not what the caller meant.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export function suspectFieldsOf(event: LooseEvent): string[] {
  const { eventType, eventSubtype, objectIDs, filters, positions, queryID, objectData, value, currency, agentID } =
    event;
  // InstantSearch's own telemetry is in the API's description.
  const isTelemetry = eventType === 'instantsearch';
  if (!isTelemetry && !isKnownType(eventType)) return ['eventType'];
  const isClick = eventType === 'click';
  const count = lengthOf(objectIDs);
  // search-insights adds the searches that it finds for objects in a cart, and names these objects.
  const mayHaveQuery = eventSubtype !== 'addToCart' || isGiven(queryID) || isGiven(event.objectIDsWithInferredQueryID);
  const holdsTexts = (list: unknown) => isListOf(list, lengthOf(list), (item) => typeof item === 'string');
  const ofItems = {
    index: !isText(event.index, /[\s\S]/),
    objectIDs: isGiven(objectIDs) ? isGiven(filters) || !holdsTexts(objectIDs) : !isGiven(filters),
    filters: isGiven(filters) && !isListOf(filters, lengthOf(filters), isFilter),
    // One for each object, on a click after a search, and required there.
    positions: isGiven(positions)
      ? !(isClick && isGiven(queryID) && isListOf(positions, count, isPosition))
      : isClick && isGiven(queryID) && isGiven(objectIDs),
    queryID: isGiven(queryID) && !isText(queryID, query),
    objectData: isGiven(objectData) && !isListOf(objectData, count, (item) => isItem(item as never, mayHaveQuery)),
    value: !isAmount(value) || (typeof value === 'string' && value.length > 16),
    currency: isGiven(currency) && !isText(currency, code),
    agentID: isGiven(agentID),
  };
  const isWrong = {
    eventName: !isText(event.eventName, printable),
    eventSubtype:
      isGiven(eventSubtype) && !(eventType === 'conversion' && isText(eventSubtype, subtype) && isGiven(objectIDs)),
    ...(isTelemetry ? { agentID: isGiven(agentID) && !isText(agentID, /[\s\S]/) } : ofItems),
  };
  return Object.keys(isWrong).filter((field) => isWrong[field as keyof typeof isWrong]);
}
