import type * as Events from './event.types.js';
import type { Receipt } from './receipt.types.js';

/** An event of shape `E` without the fields that the method's name says. */
type Without<E extends { eventType: string }> = Omit<E, 'eventType' | 'eventSubtype'>;

/** The twelve event shapes as methods: each is `track` with `eventType` and `eventSubtype` filled in. They carry the
 * names that search-insights gave them.
 * @see https://www.algolia.com/doc/api-reference/api-methods/send-events/ */
export interface EventMethods {
  /** Objects clicked in search results; with `queryID` and `positions`. */
  clickedObjectIDsAfterSearch(event: Without<Events.ClickedObjectIDsAfterSearch>): Promise<Receipt>;
  /** Objects clicked elsewhere. */
  clickedObjectIDs(event: Without<Events.ClickedObjectIDs>): Promise<Receipt>;
  /** Filters clicked. */
  clickedFilters(event: Without<Events.ClickedFilters>): Promise<Receipt>;
  /** Objects converted after a search; with `queryID`. */
  convertedObjectIDsAfterSearch(event: Without<Events.ConvertedObjectIDsAfterSearch>): Promise<Receipt>;
  /** Objects converted without a search. */
  convertedObjectIDs(event: Without<Events.ConvertedObjectIDs>): Promise<Receipt>;
  /** Filters converted. */
  convertedFilters(event: Without<Events.ConvertedFilters>): Promise<Receipt>;
  /** Objects added to the cart after a search; with `queryID`. */
  addedToCartObjectIDsAfterSearch(event: Without<Events.AddedToCartObjectIDsAfterSearch>): Promise<Receipt>;
  /** Objects added to the cart without a search. */
  addedToCartObjectIDs(event: Without<Events.AddedToCartObjectIDs>): Promise<Receipt>;
  /** Objects bought after a search; each item of `objectData` with its `queryID`. */
  purchasedObjectIDsAfterSearch(event: Without<Events.PurchasedObjectIDsAfterSearch>): Promise<Receipt>;
  /** Objects bought without a search. */
  purchasedObjectIDs(event: Without<Events.PurchasedObjectIDs>): Promise<Receipt>;
  /** Objects seen. */
  viewedObjectIDs(event: Without<Events.ViewedObjectIDs>): Promise<Receipt>;
  /** Filters seen. */
  viewedFilters(event: Without<Events.ViewedFilters>): Promise<Receipt>;
}

/** Fields of an event that a method's name says. */
export type EventKind = { readonly eventType?: string; readonly eventSubtype?: string };

const click = { eventType: 'click' };
const conversion = { eventType: 'conversion' };
const addToCart = { ...conversion, eventSubtype: 'addToCart' };
const purchase = { ...conversion, eventSubtype: 'purchase' };
const view = { eventType: 'view' };

/** The twelve methods over one `track`. */
export function eventMethods(track: (event: unknown, kind: EventKind) => Promise<Receipt>): EventMethods {
  return {
    clickedObjectIDsAfterSearch: (event) => track(event, click),
    clickedObjectIDs: (event) => track(event, click),
    clickedFilters: (event) => track(event, click),
    convertedObjectIDsAfterSearch: (event) => track(event, conversion),
    convertedObjectIDs: (event) => track(event, conversion),
    convertedFilters: (event) => track(event, conversion),
    addedToCartObjectIDsAfterSearch: (event) => track(event, addToCart),
    addedToCartObjectIDs: (event) => track(event, addToCart),
    purchasedObjectIDsAfterSearch: (event) => track(event, purchase),
    purchasedObjectIDs: (event) => track(event, purchase),
    viewedObjectIDs: (event) => track(event, view),
    viewedFilters: (event) => track(event, view),
  };
}
