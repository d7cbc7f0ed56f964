import type { InsightsProps } from 'instantsearch.js/es/middlewares/createInsightsMiddleware.js';
import type * as peer from 'search-insights';
import { expectTypeOf, test } from 'vitest';
import type * as own from '../../src/aa/index.js';
import aa, { createInsightsClient, getRequesterForNode } from '../../src/aa/index.js';

test('aa can be given wherever a client of search-insights is expected', () => {
  expectTypeOf<own.InsightsClient>().toExtend<peer.InsightsClient>();
  expectTypeOf<own.InsightsClient>().toExtend<NonNullable<InsightsProps['insightsClient']>>();
  expectTypeOf<typeof aa>().toEqualTypeOf<own.InsightsClient>();
});

test('what was written against the types of search-insights fits', () => {
  expectTypeOf<peer.InsightsEvent>().toExtend<own.InsightsEvent>();
  expectTypeOf<own.InsightsEvent>().toExtend<peer.InsightsEvent>();
  expectTypeOf<peer.InsightsAdditionalEventParams>().toExtend<own.InsightsAdditionalEventParams>();
  type Methods = Exclude<keyof peer.InsightsMethodMap, keyof own.InsightsMethodMap>;
  expectTypeOf<Methods>().toEqualTypeOf<never>();
});

// A06
test('a callback of getUserToken may read the message of its error, which search-insights types as any', () => {
  aa('getUserToken', null, (err) => err.message);
  aa('getAuthenticatedUserToken', {}, (_err, token) =>
    expectTypeOf(token).toEqualTypeOf<number | string | undefined>(),
  );
});

// A06
test('every type of data fits a record, and each fits its namesake in search-insights', () => {
  expectTypeOf<own.InsightsEvent>().toExtend<Record<string, unknown>>();
  expectTypeOf<own.InsightsEventObjectData>().toExtend<Record<string, unknown>>();
  expectTypeOf<own.InsightsAdditionalEventParams>().toExtend<Record<string, unknown>>();
  expectTypeOf<own.InitParams>().toExtend<Record<string, unknown>>();
  expectTypeOf<own.InsightsMethodMap>().toExtend<Record<string, [unknown[], unknown]>>();
  expectTypeOf<own.InsightsEvent>().toEqualTypeOf<peer.InsightsEvent>();
  expectTypeOf<own.InsightsEventObjectData>().toEqualTypeOf<peer.InsightsEventObjectData>();
  expectTypeOf<own.InsightsAdditionalEventParams>().toEqualTypeOf<peer.InsightsAdditionalEventParams>();
});

test('the name of the client on the page is typed', () => {
  expectTypeOf<Window['AlgoliaAnalyticsObject']>().toEqualTypeOf<string | undefined>();
});

// S04
test('a request function may return anything, and ours return a promise of a boolean', () => {
  expectTypeOf(createInsightsClient).toBeCallableWith(() => undefined);
  expectTypeOf(createInsightsClient).toBeCallableWith((url: string) => fetch(url));
  expectTypeOf(getRequesterForNode()('', {})).toEqualTypeOf<Promise<boolean>>();
});

test('a mistake is an error', () => {
  // @ts-expect-error there is no such method
  aa('nonsense');
  // @ts-expect-error objectIDs are missing
  aa('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: 7 });
  // @ts-expect-error there is no such region
  aa('init', { region: 'eu' });
});
