import type { InsightsProps } from 'instantsearch.js/es/middlewares/createInsightsMiddleware.js';
import type * as peer from 'search-insights';
import { expectTypeOf, test } from 'vitest';
import type * as own from '../../src/aa/index.js';
import aa from '../../src/aa/index.js';

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

test('a mistake is an error', () => {
  // @ts-expect-error there is no such method
  aa('nonsense');
  // @ts-expect-error objectIDs are missing
  aa('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: 7 });
  // @ts-expect-error there is no such region
  aa('init', { region: 'eu' });
});
