/** An event as it came: anything may be in any field. */
export type LooseEvent = Readonly<Record<string, unknown>>;

/** What the API takes at most in one event. */
export const maxObjects = 20;

const isText = (value: unknown, pattern: RegExp) => typeof value === 'string' && pattern.test(value);
const isAmount = (value: unknown) => value == null || typeof value === 'number' || isText(value, /^.{1,16}$/);
const lengthOf = (value: unknown) => (Array.isArray(value) ? value.length : 0);
const isListOf = (value: unknown, length: number, holds: (item: unknown) => boolean) =>
  lengthOf(value) === length && length > 0 && length <= maxObjects && (value as unknown[]).every(holds);
const isTexts = (value: unknown) => isListOf(value, lengthOf(value), (item) => isText(item, /./s));

/** Whether the rules here are made for events of this type. */
export function isKnownType(eventType: unknown): boolean {
  return isText(eventType, /^(click|conversion|view)$/);
}

/** An item of objectData: only these fields, and a queryID only after a search. */
function isItem(item: LooseEvent | null, { queryID, eventSubtype }: LooseEvent): boolean {
  const { price, discount, quantity, queryID: itemQueryID, ...others } = Object(item) as LooseEvent;
  return (
    typeof item === 'object' &&
    Object.keys(others).length === 0 &&
    isAmount(price) &&
    isAmount(discount) &&
    (quantity == null || Number.isInteger(quantity)) &&
    (itemQueryID == null || ((!!queryID || eventSubtype === 'purchase') && isText(itemQueryID, /^[0-9a-f]{32}$/)))
  );
}

/** Whether an event keeps the rules of the Insights API for clicks, conversions and views, as of August 2026. They drift,
 * so breaking one is a doubt and no refusal: the server has the last word.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
function judge(event: LooseEvent): Record<string, unknown> {
  const { eventType, eventSubtype, objectIDs, filters, positions, queryID, objectData, value, currency } = event;
  const isClick = eventType === 'click';
  return {
    eventName: isText(event.eventName, /^[ -~]{1,64}$/),
    index: isText(event.index, /./),
    eventSubtype:
      eventSubtype == null || (eventType === 'conversion' && isText(eventSubtype, /^(addToCart|purchase)$/)),
    objectIDs: (objectIDs == null) !== (filters == null) && (objectIDs == null || isTexts(objectIDs)),
    filters: filters == null || isTexts(filters),
    // One for each object, on a click after a search, and required there.
    positions:
      positions == null
        ? !isClick || queryID == null || objectIDs == null
        : isClick &&
          queryID &&
          isListOf(positions, lengthOf(objectIDs), (at) => Number.isInteger(at) && Number(at) > 0),
    queryID: queryID == null || isText(queryID, /^([0-9a-f]{32}|message_[!-~]{1,120})$/),
    objectData: objectData == null || isListOf(objectData, lengthOf(objectIDs), (item) => isItem(item as never, event)),
    value: isAmount(value),
    // Needed beside amounts of money.
    currency:
      currency == null
        ? value == null && !/"price":[^n]/.test(JSON.stringify(objectData) ?? '')
        : isText(currency, /^[a-z]{3}$/i),
  };
}

/** The fields in which an event seems to break a rule. A type that this library does not know is one doubt, and nothing
 * else is looked at: whoever sends it knows it better. */
export function doubtsOf(event: LooseEvent): string[] {
  if (!isKnownType(event.eventType)) return ['eventType'];
  const kept = judge(event);
  return Object.keys(kept).filter((field) => !kept[field]);
}
