import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toEntries } from '../../src/events/to-entries.js';
import { checkUserToken } from '../../src/index.js';
import { checkEventsBody } from '../../src/testing/index.js';

// cases-2, S02: snowplow/iglu-central#630, PostHog/posthog#22097

const now = 1_800_000_000_000;
const id32 = '0123456789abcdef0123456789abcdef';

/** Values that JSON writes as something else, or that a rule is about. */
const odd = fc.constantFrom<unknown>(
  ...[null, undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 1, 1.5, 2 ** 31, true, '', 'a', 'x'.repeat(65)],
  ...[id32, 'message_1', new Date(now), { toJSON: () => null }, [], [null], ['a', undefined], { price: Number.NaN }],
  ...['brand%3Aapple', 'brand:apple', 'addToCart', 'purchase', 'EUR', '12.5', '1'.repeat(17)],
);
const list = fc.oneof(odd, fc.array(odd, { maxLength: 22 }));
const item = fc.oneof(odd, fc.record({ price: odd, quantity: odd, discount: odd, queryID: odd }, { requiredKeys: [] }));
const event = fc.record(
  {
    eventType: fc.constantFrom('click', 'conversion', 'view'),
    eventName: fc.oneof({ weight: 4, arbitrary: fc.constant('Seen') }, { weight: 1, arbitrary: odd }),
    index: fc.oneof({ weight: 4, arbitrary: fc.constant('products') }, { weight: 1, arbitrary: odd }),
    objectIDs: fc.oneof(fc.constant(['a', 'b']), list),
    eventSubtype: odd,
    filters: list,
    positions: fc.oneof(fc.constant([1, 2]), list),
    queryID: fc.oneof(fc.constant(id32), odd),
    objectData: fc.oneof(odd, fc.array(item, { maxLength: 3 })),
    value: odd,
    currency: odd,
  },
  { requiredKeys: ['eventType', 'eventName', 'index', 'objectIDs'] },
);

it('fields are suspect exactly where the API refuses the JSON that leaves', () => {
  fc.assert(
    fc.property(event, (given) => {
      const { entries } = toEntries(
        given,
        {},
        {
          tokens: { token: 'ada-1815', authenticatedToken: undefined },
          checkToken: (token) => checkUserToken(token),
          id: 'id',
          now,
          monotonicNow: 0,
        },
      );
      for (const { json, suspectFields } of entries ?? []) {
        const { status, ...rest } = checkEventsBody({ events: [JSON.parse(json)] }, now);
        expect({ isSuspect: suspectFields.length > 0, json, rest }).toEqual({ isSuspect: status !== 200, json, rest });
      }
    }),
    { numRuns: 5_000 },
  );
});
