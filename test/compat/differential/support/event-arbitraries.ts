import fc from 'fast-check';
import { eventMethodNames } from './event-methods.js';
import type { Fields, Oddity, Step } from './steps.types.js';
import { often, oneOf, pick, queryIDs, some, token } from './value-arbitraries.js';

const longAgo = 1_700_000_000_000;

const objectIDs = fc.oneof(
  { weight: 20, arbitrary: fc.uniqueArray(oneOf('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant(Array.from({ length: 25 }, (_, at) => `n${at}`)) },
  { weight: 1, arbitrary: fc.constant([]) },
);
const filters = fc.oneof(
  { weight: 12, arbitrary: fc.array(oneOf('brand:A & B%', 'size:42', 'brand:Ä'), { minLength: 1, maxLength: 3 }) },
  { weight: 4, arbitrary: fc.array(oneOf('brand%3AA%20%26', 'size:42'), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: pick([], null, 'brand:A', ['\ud800'], [1]) },
);
const common = some({
  userToken: fc.oneof({ weight: 6, arbitrary: fc.constant('own') }, { weight: 4, arbitrary: token }),
  authenticatedUserToken: token,
  timestamp: fc.oneof(
    { weight: 6, arbitrary: fc.constant('recent') },
    { weight: 1, arbitrary: pick(longAgo, 'soon', -1) },
  ),
  money: oneOf<Fields>({ value: 12.5, currency: 'EUR' }),
  algoliaSource: oneOf(['instantsearch']),
});
/** Few events carry everything that they could. */
const extras = fc.oneof({ weight: 3, arbitrary: fc.constant<Fields>({}) }, { weight: 2, arbitrary: common });

const event = (method: string): fc.Arbitrary<Fields> =>
  fc
    .tuple(
      extras,
      method.endsWith('Filters') ? fc.record({ filters }) : fc.record({ objectIDs }),
      method.endsWith('AfterSearch') || method.startsWith('viewed')
        ? often(oneOf(queryIDs[0], queryIDs[0], ...queryIDs))
        : fc.constant(undefined),
      often(oneOf<Fields | undefined>({ quantity: 1 }, { quantity: 2, queryID: queryIDs[1] }, undefined)),
      fc.integer({ min: 0, max: 40 }),
      oneOf('products', 'products', 'books'),
    )
    .map(([rest, list, queryID, item, rarity, index]) => {
      const { length } = (list as { objectIDs?: unknown[] }).objectIDs ?? [];
      const numbers = Array.from({ length: length || 0 }, (_, at) => at + 1);
      const { money, ...others } = rest as { money?: Fields };
      const made: Record<string, unknown> = { eventName: 'Seen', index, ...list, ...others, ...money };
      if (queryID) made.queryID = queryID;
      if (method.startsWith('clicked') && queryID) made.positions = numbers;
      if (/^(purchased|added|converted)/.test(method) && item && length) made.objectData = numbers.map(() => item);
      if (rarity === 0) delete made.objectIDs;
      if (rarity === 1) made.eventName = 'x'.repeat(70);
      if (rarity === 2) made.eventType = 'view';
      if (rarity === 3) made.eventType = undefined;
      if (rarity === 4) made.objectIDs = ['a', 'a'];
      return made;
    });

const headers = fc.oneof(
  { weight: 6, arbitrary: fc.constant<unknown>(undefined) },
  {
    weight: 4,
    arbitrary: pick(
      { 'X-Algolia-Application-Id': 'third', 'X-Algolia-API-Key': 'key3' },
      { 'X-Algolia-Application-Id': 'third' },
      { 'X-Algolia-Application-Id': null, 'X-Extra': '1' },
      { 'X-Extra': 'a b&c' },
      null,
    ),
  },
);
const params = fc
  .tuple(headers, oneOf(undefined, undefined, true, false), fc.integer({ min: 0, max: 30 }))
  .map(([given, inferQueryID, rarity]): unknown[] => {
    if (rarity === 0) return [null];
    if (rarity === 1) return ['nonsense'];
    if (given === undefined && inferQueryID === undefined) return [];
    return [
      { ...(given === undefined ? {} : { headers: given }), ...(inferQueryID === undefined ? {} : { inferQueryID }) },
    ];
  });
const oddity = fc.option(oneOf<Oddity>('changed later', 'method', 'date', 'toJSON', 'getter'), {
  freq: 10,
  nil: undefined,
});

/** Calls of the methods named after events. */
export const named = oneOf(...eventMethodNames).chain((method) =>
  fc.record({
    do: fc.constant('send' as const),
    method: fc.constant(method),
    events: fc.array(event(method), { minLength: 1, maxLength: 3 }),
    params,
    oddity,
  }),
);
const types: readonly Fields[] = [
  { eventType: 'click' },
  { eventType: 'conversion' },
  { eventType: 'conversion', eventSubtype: 'purchase' },
  { eventType: 'view' },
  { eventType: 'instantsearch' },
];
/** Calls of `sendEvents`. */
export const listed = fc
  .record({
    do: fc.constant('send' as const),
    method: fc.constant('sendEvents'),
    events: fc.array(
      fc.tuple(oneOf(...types), event('convertedObjectIDs')).map(([type, rest]): Fields => ({ ...type, ...rest })),
      { maxLength: 3 },
    ),
    params,
    oddity,
  })
  .map((step): Step => step);
/** Calls of `sendEvents` with what are no events. */
export const nonsense = pick([null], [undefined], ['a'], [[null]], [[{}]], [{}]).map(
  (args): Step => ({ do: 'call', method: 'sendEvents', args: args as unknown[] }),
);
