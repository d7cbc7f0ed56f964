import { describe, expectTypeOf, test } from 'vitest';
import type {
  Dropped,
  DropReason,
  EventMethods,
  IdentityEmitted,
  InsightsEvent,
  Receipt,
  TokenReason,
  UserTokenClient,
  UserTokenEvent,
  UserTokenSnapshot,
} from '../../src/index.js';
import { cookieTokenStore, widestDomain } from '../../src/index.js';

declare const user: UserTokenClient;
const common = { eventName: 'Product Seen', index: 'products' };
const onObjects = { ...common, objectIDs: ['a'] };
const onFilters = { ...common, filters: ['brand:a'] };

describe('the twelve methods', () => {
  test('are these, and each resolves to a receipt', () => {
    expectTypeOf<keyof EventMethods>().toEqualTypeOf<
      | 'clickedObjectIDsAfterSearch'
      | 'clickedObjectIDs'
      | 'clickedFilters'
      | 'convertedObjectIDsAfterSearch'
      | 'convertedObjectIDs'
      | 'convertedFilters'
      | 'addedToCartObjectIDsAfterSearch'
      | 'addedToCartObjectIDs'
      | 'purchasedObjectIDsAfterSearch'
      | 'purchasedObjectIDs'
      | 'viewedObjectIDs'
      | 'viewedFilters'
    >();
    expectTypeOf<ReturnType<EventMethods[keyof EventMethods]>>().toEqualTypeOf<Promise<Receipt>>();
  });

  test('take the fields of their shape', () => {
    const after = { ...onObjects, queryID: 'q' };
    user.clickedObjectIDsAfterSearch({ ...after, positions: [1] });
    user.clickedObjectIDs(onObjects);
    user.clickedFilters(onFilters);
    user.convertedObjectIDsAfterSearch(after);
    user.convertedObjectIDs(onObjects);
    user.convertedFilters(onFilters);
    user.addedToCartObjectIDsAfterSearch({ ...after, objectData: [{ price: 1, queryID: 'q' }], currency: 'EUR' });
    user.addedToCartObjectIDs({ ...onObjects, objectData: [{ price: '1.50', quantity: 2 }], value: 3 });
    user.purchasedObjectIDsAfterSearch({ ...onObjects, objectData: [{ queryID: 'q', discount: 0.5 }] });
    user.purchasedObjectIDs(onObjects);
    user.viewedObjectIDs({ ...onObjects, timestamp: 1, userToken: 'u', authenticatedUserToken: 'a' });
    user.viewedFilters(onFilters);
  });

  test('need what their shape needs', () => {
    // @ts-expect-error clicks in search results need positions
    user.clickedObjectIDsAfterSearch({ ...onObjects, queryID: 'q' });
    // @ts-expect-error clicks in search results need the queryID
    user.clickedObjectIDsAfterSearch({ ...onObjects, positions: [1] });
    // @ts-expect-error conversions after a search need the queryID
    user.convertedObjectIDsAfterSearch(onObjects);
    // @ts-expect-error purchases after a search carry a queryID for each item, in objectData
    user.purchasedObjectIDsAfterSearch(onObjects);
    // @ts-expect-error events on objects need objectIDs
    user.viewedObjectIDs(common);
    // @ts-expect-error events on filters need filters
    user.viewedFilters(onObjects);
    // @ts-expect-error every event needs a name
    user.viewedObjectIDs({ index: 'products', objectIDs: ['a'] });
    // @ts-expect-error every event needs an index
    user.viewedObjectIDs({ eventName: 'Seen', objectIDs: ['a'] });
  });

  test('refuse wrong types and what their name says already', () => {
    // @ts-expect-error positions are numbers
    user.clickedObjectIDsAfterSearch({ ...onObjects, queryID: 'q', positions: ['1'] });
    // @ts-expect-error a single object ID is a list of one
    user.clickedObjectIDs({ ...common, objectIDs: 'a' });
    // @ts-expect-error the quantity is a number
    user.purchasedObjectIDs({ ...onObjects, objectData: [{ quantity: '2' }] });
    // @ts-expect-error only items found by a search carry a queryID
    user.purchasedObjectIDs({ ...onObjects, objectData: [{ queryID: 'q' }] });
    // @ts-expect-error there is no such field of an item
    user.addedToCartObjectIDs({ ...onObjects, objectData: [{ cost: 2 }] });
    // @ts-expect-error the method says the type
    user.viewedObjectIDs({ ...onObjects, eventType: 'click' });
  });
});

describe('track', () => {
  test('takes each shape with its type', () => {
    expectTypeOf(user.track).parameters.toEqualTypeOf<[event: InsightsEvent]>();
    expectTypeOf<InsightsEvent['eventType']>().toEqualTypeOf<'click' | 'conversion' | 'view'>();
    user.track({ ...onObjects, eventType: 'conversion', eventSubtype: 'purchase' });
    // @ts-expect-error there is no such type
    user.track({ ...onObjects, eventType: 'hover' });
    // @ts-expect-error there is no such subtype
    user.track({ ...onObjects, eventType: 'conversion', eventSubtype: 'refund' });
    // @ts-expect-error the type is missing
    user.track(onObjects);
  });

  test('takes no event that breaks a rule of its shape', () => {
    // @ts-expect-error a click with a queryID is one in search results, and needs positions
    user.track({ ...onObjects, eventType: 'click', queryID: 'q' });
    // @ts-expect-error positions are those in search results
    user.track({ ...onObjects, eventType: 'click', positions: [1] });
    // @ts-expect-error an event is on objects or on filters
    user.track({ ...onObjects, ...onFilters, eventType: 'view' });
    // @ts-expect-error only carts and purchases have a value
    user.track({ ...onObjects, eventType: 'conversion', value: 3, currency: 'EUR' });
    // @ts-expect-error only items found by a search carry a queryID
    user.track({ ...onObjects, eventType: 'conversion', eventSubtype: 'addToCart', objectData: [{ queryID: 'q' }] });
    user.track({ ...onObjects, eventType: 'click', queryID: 'q', positions: [1] });
  });

  test('takes fields that may be undefined', () => {
    const maybe = undefined as number | undefined;
    const text = undefined as string | undefined;
    user.track({ ...onObjects, eventType: 'view', timestamp: maybe, userToken: text, authenticatedUserToken: text });
    user.purchasedObjectIDs({ ...onObjects, value: maybe, currency: text, objectData: [{ price: maybe }] });
    user.flush({ timeoutMs: maybe });
    cookieTokenStore({ domain: widestDomain(), maxAgeSeconds: maybe });
  });

  test('resolves to a receipt that status tells apart', () => {
    expectTypeOf<Receipt['status']>().toEqualTypeOf<'delivered' | 'stored' | 'dropped'>();
    const receipt = {} as Receipt;
    // @ts-expect-error only a dropped event has a reason
    receipt.reason;
    if (receipt.status === 'dropped') {
      expectTypeOf(receipt).toEqualTypeOf<Dropped>();
      expectTypeOf(receipt.reason).toEqualTypeOf<DropReason>();
    } else {
      expectTypeOf(receipt).not.toHaveProperty('reason');
    }
  });
});

describe('listeners', () => {
  test('of each type are given the event of that type', () => {
    expectTypeOf<UserTokenEvent['type']>().toEqualTypeOf<
      'tokenChanged' | 'tokenRejected' | 'eventDelivered' | 'eventDropped'
    >();
    user.on('tokenChanged', (event) => {
      expectTypeOf(event).toEqualTypeOf<Extract<IdentityEmitted, { type: 'tokenChanged' }>>();
      expectTypeOf(event.token).toEqualTypeOf<string | undefined>();
    });
    user.on('tokenRejected', (event) => {
      expectTypeOf(event.reason).toEqualTypeOf<TokenReason>();
      // @ts-expect-error a refused token is told to nobody
      event.token;
    });
    user.on('eventDelivered', ({ event }) => {
      expectTypeOf(event.userToken).toEqualTypeOf<string>();
      expectTypeOf(event.timestamp).toEqualTypeOf<number>();
    });
    user.on('eventDropped', ({ reason }) => expectTypeOf(reason).toEqualTypeOf<DropReason>());
  });

  test('are for events that there are, and can be removed', () => {
    expectTypeOf(user.on('tokenChanged', () => {})).toEqualTypeOf<() => void>();
    expectTypeOf(user.subscribe(() => {})).toEqualTypeOf<() => void>();
    // @ts-expect-error there is no such event
    user.on('tokenchanged', () => {});
    user.subscribe((snapshot) => expectTypeOf(snapshot).toEqualTypeOf<UserTokenSnapshot>());
  });
});

describe('what is in force', () => {
  test('can be read and not written', () => {
    expectTypeOf(user.token).toEqualTypeOf<string | undefined>();
    expectTypeOf(user.state).toEqualTypeOf<'anonymous' | 'identified' | 'loggedOut'>();
    expectTypeOf(user.consent.state).toEqualTypeOf<'pending' | 'granted' | 'denied'>();
    // @ts-expect-error only login, logout and consent change the token
    user.token = 'x';
    // @ts-expect-error a snapshot is fixed
    user.getSnapshot().state = 'anonymous';
  });

  test('login takes an id, sync also null, and both tell whether it was taken', () => {
    expectTypeOf(user.login).parameter(0).toEqualTypeOf<string | number | bigint>();
    expectTypeOf(user.sync).parameter(0).toEqualTypeOf<string | number | bigint | null | undefined>();
    const check = user.login('account-1');
    if (check.ok) expectTypeOf(check.token).toEqualTypeOf<string>();
    else expectTypeOf(check.reason).toEqualTypeOf<TokenReason>();
    // @ts-expect-error nobody is told by logout() or sync(null)
    user.login(null);
    expectTypeOf(user.flush).returns.toEqualTypeOf<Promise<boolean>>();
    // @ts-expect-error the unit is in the name
    user.flush({ timeout: 5 });
  });
});
