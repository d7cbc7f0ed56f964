import type { Fields } from './steps.types.js';

/** The methods named after events. */
export const eventMethodNames = [
  ...['clickedObjectIDsAfterSearch', 'clickedObjectIDs', 'clickedFilters'],
  ...['convertedObjectIDsAfterSearch', 'convertedObjectIDs', 'convertedFilters'],
  ...['addedToCartObjectIDsAfterSearch', 'addedToCartObjectIDs'],
  ...['purchasedObjectIDsAfterSearch', 'purchasedObjectIDs', 'viewedObjectIDs', 'viewedFilters'],
];

/** What a method's name says about its events. */
export function typeOf(method: string): Fields {
  if (method.startsWith('clicked')) return { eventType: 'click' };
  if (method.startsWith('viewed')) return { eventType: 'view' };
  if (method.startsWith('added')) return { eventType: 'conversion', eventSubtype: 'addToCart' };
  if (method.startsWith('purchased')) return { eventType: 'conversion', eventSubtype: 'purchase' };
  return { eventType: 'conversion' };
}
