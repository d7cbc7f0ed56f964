/** Fields that every event may have. Tokens are added when the event is tracked; leave them out. */
interface Common {
  /** 1 to 64 printable ASCII characters, such as `Product Added to Cart`. */
  readonly eventName: string;
  /** Name of the index, case-sensitive. */
  readonly index: string;
  /** Milliseconds since the Unix epoch. @default the moment of tracking */
  readonly timestamp?: number | undefined;
  /** Overrides the token in force. @default the token in force */
  readonly userToken?: string | undefined;
  /** Overrides the authenticated token in force. @default the authenticated token in force */
  readonly authenticatedUserToken?: string | undefined;
}

interface OnObjects {
  /** At least one; more than 20 are split into several events. */
  readonly objectIDs: readonly string[];
  /** An event is on objects or on filters. */
  readonly filters?: undefined;
}

interface OnFilters {
  /** At least one of `attribute:value`; more than 20 are split into several events. Encoded for the wire here; what is
   * encoded already stays as it is. */
  readonly filters: readonly string[];
  /** An event is on objects or on filters. */
  readonly objectIDs?: undefined;
}

interface AfterSearch {
  /** The `queryID` of the search response. */
  readonly queryID: string;
}

interface Item {
  /** Final price of one unit, discount taken off, in `currency`. */
  readonly price?: number | string | undefined;
  /** Discount on the item, in `currency`. */
  readonly discount?: number | string | undefined;
  /** Number of units. @default 1 */
  readonly quantity?: number | undefined;
}

/** What was bought or put in the cart, one item for each object ID, in the same order. */
export interface ObjectData extends Item {
  /** Only after a search. */
  readonly queryID?: undefined;
}

/** {@link ObjectData} with the search the item was found by. */
export interface ObjectDataAfterSearch extends Item {
  /** The `queryID` of the search the item was found by; left out where it was found otherwise. */
  readonly queryID?: string | undefined;
}

interface Money {
  /** Sum of price x quantity, in `currency`; a string has at most 16 characters. */
  readonly value?: number | string | undefined;
  /** ISO 4217, three letters; required with prices and `value`. */
  readonly currency?: string | undefined;
}

/** What only carts and purchases have. */
interface NoMoney {
  /** Of carts and purchases. */
  readonly eventSubtype?: undefined;
  /** Of carts and purchases. */
  readonly value?: undefined;
  /** Of carts and purchases. */
  readonly currency?: undefined;
  /** Of carts and purchases. */
  readonly objectData?: undefined;
}

/** Objects clicked in search results. */
export interface ClickedObjectIDsAfterSearch extends Common, OnObjects, AfterSearch {
  readonly eventType: 'click';
  /** Position of each object in the results, from 1. */
  readonly positions: readonly number[];
}
/** Objects clicked elsewhere. */
export interface ClickedObjectIDs extends Common, OnObjects {
  readonly eventType: 'click';
  /** With a `queryID` the click is one in search results, and needs `positions`. */
  readonly queryID?: undefined;
  /** Only of clicks in search results. */
  readonly positions?: undefined;
}
/** Filters clicked. */
export interface ClickedFilters extends Common, OnFilters {
  readonly eventType: 'click';
}
/** Objects converted after a search. */
export interface ConvertedObjectIDsAfterSearch extends Common, OnObjects, AfterSearch, NoMoney {
  readonly eventType: 'conversion';
}
/** Objects converted without a search. */
export interface ConvertedObjectIDs extends Common, OnObjects, NoMoney {
  readonly eventType: 'conversion';
}
/** Filters converted. */
export interface ConvertedFilters extends Common, OnFilters, NoMoney {
  readonly eventType: 'conversion';
}
/** Objects added to the cart after a search. */
export interface AddedToCartObjectIDsAfterSearch extends Common, OnObjects, AfterSearch, Money {
  readonly eventType: 'conversion';
  readonly eventSubtype: 'addToCart';
  /** One item for each of `objectIDs`, in the same order. */
  readonly objectData?: readonly ObjectDataAfterSearch[] | undefined;
}
/** Objects added to the cart without a search. */
export interface AddedToCartObjectIDs extends Common, OnObjects, Money {
  readonly eventType: 'conversion';
  readonly eventSubtype: 'addToCart';
  /** One item for each of `objectIDs`, in the same order. */
  readonly objectData?: readonly ObjectData[] | undefined;
}
/** Objects bought of which a search found some: those items carry its `queryID`. */
export interface PurchasedObjectIDsAfterSearch extends Common, OnObjects, Money {
  readonly eventType: 'conversion';
  readonly eventSubtype: 'purchase';
  /** One item for each of `objectIDs`, in the same order. */
  readonly objectData: readonly ObjectDataAfterSearch[];
}
/** Objects bought without a search. */
export interface PurchasedObjectIDs extends Common, OnObjects, Money {
  readonly eventType: 'conversion';
  readonly eventSubtype: 'purchase';
  /** One item for each of `objectIDs`, in the same order. */
  readonly objectData?: readonly ObjectData[] | undefined;
}
/** Objects seen. */
export interface ViewedObjectIDs extends Common, OnObjects {
  readonly eventType: 'view';
}
/** Filters seen. */
export interface ViewedFilters extends Common, OnFilters {
  readonly eventType: 'view';
}

/** One event as the Insights API takes it: one of twelve shapes.
 * @see https://www.algolia.com/doc/rest-api/insights/ */
export type InsightsEvent =
  | ClickedObjectIDsAfterSearch
  | ClickedObjectIDs
  | ClickedFilters
  | ConvertedObjectIDsAfterSearch
  | ConvertedObjectIDs
  | ConvertedFilters
  | AddedToCartObjectIDsAfterSearch
  | AddedToCartObjectIDs
  | PurchasedObjectIDsAfterSearch
  | PurchasedObjectIDs
  | ViewedObjectIDs
  | ViewedFilters;

/** An event as it went out: with the tokens and the time it was frozen with. */
export type TrackedEvent = InsightsEvent & { readonly userToken: string; readonly timestamp: number };
