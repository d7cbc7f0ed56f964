/** An event as it came: anything may be in any field. */
export type LooseEvent = Readonly<Record<string, unknown>>;

/** A field, the rule it is under, and whether an event keeps that rule. */
type Rule = readonly [field: string, rule: string, holds: (event: LooseEvent) => boolean];

/** What the API takes at most in one event. */
export const maxObjects = 20;

const isMissing = (value: unknown) => value === undefined || value === null;
const isText = (value: unknown) => typeof value === 'string' && value !== '';
const isWhole = (value: unknown) => Number.isSafeInteger(value);
const isAmount = (value: unknown) =>
  isMissing(value) || typeof value === 'number' || (isText(value) && (value as string).length <= 16);
const matches = (value: unknown, pattern: RegExp) => typeof value === 'string' && pattern.test(value);
const listOf = (value: unknown) => (Array.isArray(value) ? (value as unknown[]) : []);

function isListOfText(value: unknown): boolean {
  const list = listOf(value);
  return list.length > 0 && list.length <= maxObjects && list.every(isText);
}

const itemFields = ['price', 'discount', 'quantity', 'queryID'];
const queryIDOfItem = /^[0-9a-f]{32}$/;

function isItem(item: unknown, event: LooseEvent): boolean {
  if (typeof item !== 'object' || item === null) return false;
  const { price, discount, quantity, queryID } = item as LooseEvent;
  const mayHaveQueryID = event.eventSubtype === 'purchase' || !isMissing(event.queryID);
  return (
    Object.keys(item).every((key) => itemFields.includes(key)) &&
    isAmount(price) &&
    isAmount(discount) &&
    (isMissing(quantity) || isWhole(quantity)) &&
    (isMissing(queryID) || (mayHaveQueryID && matches(queryID, queryIDOfItem)))
  );
}

function holdsPositions({ eventType, queryID, objectIDs, positions }: LooseEvent): boolean {
  if (isMissing(positions)) return eventType !== 'click' || isMissing(queryID) || isMissing(objectIDs);
  return (
    eventType === 'click' &&
    !isMissing(queryID) &&
    listOf(positions).length === listOf(objectIDs).length &&
    listOf(positions).every((position) => isWhole(position) && (position as number) > 0)
  );
}

/** The rules of the Insights API for clicks, conversions and views, as of August 2026. They drift, so breaking one is
 * a doubt and no refusal: the server has the last word.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
const rules: readonly Rule[] = [
  ['eventName', '1 to 64 printable ASCII characters', (e) => matches(e.eventName, /^[ -~]{1,64}$/)],
  ['index', 'the name of an index', (e) => isText(e.index)],
  [
    'eventSubtype',
    'addToCart or purchase, on a conversion',
    (e) =>
      isMissing(e.eventSubtype) ||
      (e.eventType === 'conversion' && (e.eventSubtype === 'addToCart' || e.eventSubtype === 'purchase')),
  ],
  [
    'objectIDs',
    '1 to 20 strings, or else filters',
    (e) => (isMissing(e.objectIDs) ? !isMissing(e.filters) : isMissing(e.filters) && isListOfText(e.objectIDs)),
  ],
  ['filters', '1 to 20 strings', (e) => isMissing(e.filters) || isListOfText(e.filters)],
  ['positions', 'one whole number from 1 for each of objectIDs, on a click with queryID', holdsPositions],
  [
    'queryID',
    'the queryID of a search response',
    (e) => isMissing(e.queryID) || matches(e.queryID, /^(?:[0-9a-f]{32}|message_[!-~]{1,120})$/),
  ],
  [
    'objectData',
    'one item for each of objectIDs, with price, discount, quantity and, after a search, queryID',
    (e) =>
      isMissing(e.objectData) ||
      (listOf(e.objectData).length === listOf(e.objectIDs).length &&
        listOf(e.objectData).every((item) => isItem(item, e))),
  ],
  ['value', 'a number, or a string of at most 16 characters', (e) => isAmount(e.value)],
  [
    'currency',
    'three letters, needed beside prices and value',
    (e) =>
      isMissing(e.currency)
        ? isMissing(e.value) && listOf(e.objectData).every((item) => isMissing((item as LooseEvent | null)?.price))
        : matches(e.currency, /^[A-Za-z]{3}$/),
  ],
];

/** A rule that an event seems to break. */
export interface Doubt {
  readonly field: string;
  /** What would be right. */
  readonly rule: string;
}

/** Whether the rules here are made for events of this type. */
export function isKnownType(eventType: unknown): boolean {
  return eventType === 'click' || eventType === 'conversion' || eventType === 'view';
}

/** The rules an event seems to break. A type that this library does not know is one doubt, and nothing else is looked
 * at: whoever sends it knows it better. */
export function doubtsOf(event: LooseEvent): Doubt[] {
  if (!isKnownType(event.eventType)) {
    return [{ field: 'eventType', rule: 'click, conversion or view' }];
  }
  return rules.filter(([, , holds]) => !holds(event)).map(([field, rule]) => ({ field, rule }));
}
