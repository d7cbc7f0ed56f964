import { products, totalOf } from './catalog.js';

/**
 * @import { InsightsEvent } from 'usertoken'
 * @import { Product } from './catalog.js'
 */

/** @param {readonly Product[]} items */
export const about = (items) => ({ index: 'products', objectIDs: items.map(({ objectID }) => objectID) });

/** @param {readonly Product[]} items */
export const prices = (items) => ({
  objectData: items.map(({ price }) => ({ price, quantity: 1 })),
  currency: 'EUR',
});

/** @type {InsightsEvent} */
export const seen = { eventType: 'view', eventName: 'Products Seen', ...about(products) };

/** @type {(product: Product) => InsightsEvent} */
export const clicked = (product) => ({
  eventType: 'click',
  eventName: 'Product Clicked',
  ...about([product]),
});

/** @type {(product: Product) => InsightsEvent} */
export const added = (product) => ({
  eventType: 'conversion',
  eventSubtype: 'addToCart',
  eventName: 'Product Added',
  ...about([product]),
  ...prices([product]),
});

/** @type {(cart: readonly Product[]) => InsightsEvent} */
export const bought = (cart) => ({
  eventType: 'conversion',
  eventSubtype: 'purchase',
  eventName: 'Cart Bought',
  ...about(cart),
  ...prices(cart),
  value: totalOf(cart),
});
