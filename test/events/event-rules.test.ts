import { describe, expect, it } from 'vitest';
import { isKnownType, type LooseEvent, suspectFieldsOf } from '../../src/events/event-rules.js';
import { createUserToken } from '../../src/index.js';
import { fakeTransport } from '../../src/testing/index.js';

const fields = [
  'currency',
  'eventName',
  'eventSubtype',
  'eventType',
  'filters',
  'index',
  'objectData',
  'objectIDs',
  'positions',
  'queryID',
  'timestamp',
  'value',
];

it('a warning names each field of an event that breaks a rule of the API, once', async () => {
  const named: string[] = [];
  const user = createUserToken({
    appId: 'app',
    apiKey: 'key',
    consent: 'granted',
    transport: fakeTransport(),
    onWarning: ({ message }) => named.push(...fields.filter((field) => message.startsWith(`usertoken: "${field}" `))),
  });
  const wrong = Object.fromEntries(fields.map((field) => [field, ['']]));
  for (const eventType of ['click', 'nothing known']) {
    await user.track({ ...wrong, objectIDs: [''], filters: [''], eventType, timestamp: 0.5 } as never);
  }
  user.dispose();
  expect(named.sort()).toEqual(fields);
});

const queryID = '0123456789abcdef'.repeat(2);
const click = { eventType: 'click', eventName: 'Clicked', index: 'products', objectIDs: ['1', '2'] };
const search = { ...click, queryID, positions: [1, 2] };
const filtered = { eventType: 'view', eventName: 'Viewed', index: 'products', filters: ['brand:A'] };
const conversion = { ...click, eventType: 'conversion' };
const cart = { ...conversion, eventSubtype: 'addToCart', currency: 'EUR' };
const purchase = { ...cart, eventSubtype: 'purchase' };
const telemetry = { eventType: 'instantsearch', eventName: '__start__', agentID: 'x' };
const without = (event: LooseEvent, field: string) => {
  const { [field]: _, ...others } = event;
  return others;
};
const many = (length: number) => Array.from({ length }, (_, n) => `${n + 1}`);

describe('nothing is suspect of', () => {
  it.each<[string, LooseEvent]>([
    ['a click', click],
    ['a click after a search', search],
    ['a click in answers of an assistant', { ...search, queryID: 'message_abc-1' }],
    ['a view of filters', filtered],
    ['a click on filters after a search', { ...filtered, eventType: 'click', queryID }],
    ['a conversion after a search', { ...conversion, queryID }],
    ['a cart', { ...cart, value: '12.50', objectData: [{ price: 1, discount: '0.5', quantity: 2 }, {}] }],
    ['a cart after a search', { ...cart, queryID, objectData: [{ queryID }, {}] }],
    ['a cart of the query cache', { ...cart, objectIDsWithInferredQueryID: ['1'], objectData: [{ queryID }, {}] }],
    ['a purchase of which a search found some', { ...purchase, value: 3, objectData: [{ queryID }, {}] }],
    ['a currency in lower case', { ...cart, currency: 'eur' }],
    ['a name of 64 characters', { ...click, eventName: ' ~'.repeat(32) }],
    ['a value of 16 characters', { ...cart, value: '1'.repeat(16) }],
    ['20 objects', { ...click, objectIDs: many(20) }],
    ['an encoded filter', { ...filtered, filters: ['brand:A%20%26', 'a%3Ab'] }],
    ['a field nobody has heard of', { ...click, algoliaSource: ['x'] }],
    ['telemetry of InstantSearch', telemetry],
  ])('%s', (_, event) => {
    expect(suspectFieldsOf(event)).toEqual([]);
  });
});

describe('an event is suspect', () => {
  const wrong: readonly [string, LooseEvent, readonly unknown[]][] = [
    ['eventName', click, ['', 'x'.repeat(65), 'é', 'a\n', 7, null]],
    ['eventName', telemetry, ['', 7]],
    ['index', click, ['', 7, null]],
    ['objectIDs', click, [[], many(21), ['a', 7], 'ab', null]],
    [
      'filters',
      filtered,
      [[], many(21).map((id) => `a:${id}`), ['plain'], ['a:'], [':a'], [':a:b'], ['a:b c'], ['a:%'], [7], 'a:b'],
    ],
    ['positions', search, [[1], [1, 2, 3], [0, 1], [1, 1.5], ['1', '2'], [], 1, null]],
    [
      'queryID',
      conversion,
      [
        '',
        queryID.slice(1),
        `${queryID}0`,
        queryID.toUpperCase(),
        'message_',
        'message_a b',
        `message_${'x'.repeat(121)}`,
        7,
      ],
    ],
    ['eventSubtype', cart, ['buy', 'purchases', 'a purchase', '', 7, null]],
    ['currency', cart, ['EURO', 'EU', '€€€', 978]],
    ['value', cart, ['1'.repeat(17), null, {}, [1], true]],
    ['agentID', click, ['x']],
    ['agentID', telemetry, ['', 7]],
    [
      'objectData',
      { ...purchase, objectIDs: ['1'] },
      [
        [],
        [{}, {}],
        {},
        null,
        [null],
        [[]],
        ['x'],
        [7],
        [{ price: null }],
        [{ discount: {} }],
        [{ quantity: 1.5 }],
        [{ quantity: '1' }],
        [{ quantity: 2 ** 31 }],
        [{ queryID: 'short' }],
        [{ queryID: 'message_abc' }],
        [{ sku: 1 }],
      ],
    ],
  ];
  it.each(wrong.flatMap(([field, event, values]) => values.map((value) => [field, value, event] as const)))(
    'for its %s %j',
    (field, value, event) => {
      expect(suspectFieldsOf({ ...event, [field]: value })).toEqual([field]);
    },
  );

  it.each<[string, LooseEvent]>([
    ['eventName', without(click, 'eventName')],
    ['eventName', without(telemetry, 'eventName')],
    ['index', without(click, 'index')],
    ['objectIDs', without(click, 'objectIDs')],
    ['positions', without(search, 'positions')],
  ])('without %s', (field, event) => {
    expect(suspectFieldsOf(event)).toEqual([field]);
  });

  it.each<[string, string, LooseEvent]>([
    ['objectIDs', 'next to filters', { ...click, filters: ['a:b'] }],
    ['positions', 'on a view', { ...search, eventType: 'view' }],
    ['positions', 'without queryID', without(search, 'queryID')],
    ['eventSubtype', 'on a click', { ...click, eventSubtype: 'purchase' }],
    ['eventSubtype', 'on filters', { ...filtered, eventType: 'conversion', eventSubtype: 'purchase' }],
    ['objectData', 'on filters', { ...filtered, objectData: [{}] }],
    ['objectData', 'with a queryID in a cart without search', { ...cart, objectData: [{ queryID }, {}] }],
  ])('for %s %s', (field, _, event) => {
    expect(suspectFieldsOf(event)).toEqual([field]);
  });

  it.each(['', 'Click', 'clicks', 'toString', undefined, null, 7])('as a whole where its type is %j', (eventType) => {
    expect(suspectFieldsOf({ eventType })).toEqual(['eventType']);
    expect(isKnownType(eventType)).toBe(false);
  });

  it('in several fields at once, each named', () => {
    expect(suspectFieldsOf({ eventType: 'click', queryID: '', value: null })).toEqual([
      'eventName',
      'index',
      'objectIDs',
      'queryID',
      'value',
    ]);
  });
});
