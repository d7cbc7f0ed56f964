import { expect, it } from 'vitest';
import { type EventKind, eventMethods } from '../../src/events/event-methods.js';

it('each of the twelve methods fills in the type and subtype of its event', () => {
  const kinds: EventKind[] = [];
  const methods = eventMethods(async (_, kind) => {
    kinds.push(kind);
    return { status: 'stored' };
  });
  for (const method of Object.values(methods)) void method({});
  const filledIn = kinds.map(({ eventType, eventSubtype }) => [eventType, eventSubtype].filter(Boolean).join(' '));
  expect(Object.fromEntries(Object.keys(methods).map((name, index) => [name, filledIn[index]]))).toEqual({
    viewedObjectIDs: 'view',
    viewedFilters: 'view',
    clickedObjectIDs: 'click',
    clickedObjectIDsAfterSearch: 'click',
    clickedFilters: 'click',
    convertedObjectIDs: 'conversion',
    convertedObjectIDsAfterSearch: 'conversion',
    convertedFilters: 'conversion',
    addedToCartObjectIDs: 'conversion addToCart',
    addedToCartObjectIDsAfterSearch: 'conversion addToCart',
    purchasedObjectIDs: 'conversion purchase',
    purchasedObjectIDsAfterSearch: 'conversion purchase',
  });
});
