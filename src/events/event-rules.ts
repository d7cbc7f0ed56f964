/** An event as it came: anything may be in any field. */
export type LooseEvent = Readonly<Record<string, unknown>>;

/** What the API takes at most in one event. */
export const maxObjects = 20;

const known: readonly unknown[] = ['click', 'conversion', 'view'];
const printable = /^[ -~]{1,64}$/;
const amount = /^.{1,16}$/;
const hex32 = /^[0-9a-f]{32}$/;
const query = /^([0-9a-f]{32}|message_[!-~]{1,120})$/;
const subtype = /^(addToCart|purchase)$/;
const code = /^[a-z]{3}$/i;
const priced = /"price":[^n]/;

const isText = (value: unknown, pattern: RegExp) => typeof value === 'string' && pattern.test(value);
const isAmount = (value: unknown) => value == null || typeof value === 'number' || isText(value, amount);
const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0);
const isListOf = (value: unknown, length: number, holds: (item: unknown) => unknown) =>
  lengthOf(value) === length && length > 0 && length <= maxObjects && (value as unknown[]).every(holds);
const isSomething = (value: unknown) => typeof value === 'string' && value !== '';
const isTexts = (value: unknown) => isListOf(value, lengthOf(value), isSomething);
const isPosition = (value: unknown) => Number.isInteger(value) && (value as number) > 0;

/** Whether the rules here are made for events of this type. */
export function isKnownType(eventType: unknown): boolean {
  return known.includes(eventType);
}

/** An item of objectData: only these fields, and a queryID only after a search. */
function isItem(item: LooseEvent | null, { queryID, eventSubtype }: LooseEvent): unknown {
  const { price, discount, quantity, queryID: itemQueryID, ...others } = Object(item) as LooseEvent;
  return (
    typeof item === 'object' &&
    Object.keys(others).length === 0 &&
    isAmount(price) &&
    isAmount(discount) &&
    (quantity == null || Number.isInteger(quantity)) &&
    (itemQueryID == null || ((queryID || eventSubtype === 'purchase') && isText(itemQueryID, hex32)))
  );
}

/** The fields in which an event seems to break a rule of the Insights API for clicks, conversions and views, as of August
 * 2026. The rules drift, so breaking one is a doubt and no refusal: the server has the last word. A type that this
 * library does not know is one doubt, and nothing else is looked at: whoever sends it knows it better.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export function suspectFieldsOf(event: LooseEvent): string[] {
  const { eventType, eventSubtype, objectIDs, filters, positions, queryID, objectData, value, currency } = event;
  // InstantSearch's own telemetry: in the API's description, and none of our business.
  if (eventType === 'instantsearch') return isText(event.eventName, printable) ? [] : ['eventName'];
  if (!isKnownType(eventType)) return ['eventType'];
  const isClick = eventType === 'click';
  const count = lengthOf(objectIDs);
  const isWrong = {
    eventName: !isText(event.eventName, printable),
    index: !isSomething(event.index),
    eventSubtype: eventSubtype != null && !(eventType === 'conversion' && isText(eventSubtype, subtype)),
    objectIDs: objectIDs == null ? filters == null : filters != null || !isTexts(objectIDs),
    filters: filters != null && !isTexts(filters),
    // One for each object, on a click after a search, and required there.
    positions:
      positions == null
        ? isClick && queryID != null && objectIDs != null
        : !(isClick && queryID && isListOf(positions, count, isPosition)),
    queryID: queryID != null && !isText(queryID, query),
    objectData: objectData != null && !isListOf(objectData, count, (item) => isItem(item as never, event)),
    value: !isAmount(value),
    // Needed beside amounts of money, which are looked for only where it is missing.
    currency:
      currency == null
        ? value != null || (objectData != null && priced.test(JSON.stringify(objectData)))
        : !isText(currency, code),
  };
  const wrong: string[] = [];
  for (const field in isWrong) if (isWrong[field as keyof typeof isWrong]) wrong.push(field);
  return wrong;
}
