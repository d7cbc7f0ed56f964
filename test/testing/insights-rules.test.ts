import { describe, expect, it } from 'vitest';
import { checkEventsBody } from '../../src/testing/insights-rules.js';

type Fields = Record<string, unknown>;

const NOW = 1_760_000_000_000;
const DAY_MS = 86_400_000;
const QUERY_ID = '0123456789abcdef0123456789abcdef';

const view: Fields = { eventType: 'view', eventName: 'Seen', index: 'products', userToken: 'u1', objectIDs: ['a'] };
const click: Fields = { ...view, eventType: 'click' };
const clickAfterSearch: Fields = { ...click, queryID: QUERY_ID, positions: [1] };
const conversion: Fields = { ...view, eventType: 'conversion' };
const addToCart: Fields = { ...conversion, eventSubtype: 'addToCart' };
const purchase: Fields = { ...conversion, eventSubtype: 'purchase' };
const telemetry: Fields = { eventType: 'instantsearch', eventName: '__start__', userToken: 'u1' };
const filterView: Fields = { ...without(view, 'objectIDs'), filters: ['brand:apple'] };

function without(event: Fields, field: string): Fields {
  const { [field]: _, ...rest } = event;
  return rest;
}

function ids(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `id${i}`);
}

function check(event: unknown) {
  return checkEventsBody({ events: [event] }, NOW);
}

describe('the body', () => {
  it.each<[string, unknown]>([
    ['one event', { events: [view] }],
    ['1000 events', { events: Array(1000).fill(view) }],
    ['an extra key beside events', { events: [view], sentBy: 'page' }],
  ])('is accepted with %s', (_, body) => {
    expect(checkEventsBody(body, NOW)).toEqual({ status: 200 });
  });

  it.each<[string, unknown, RegExp]>([
    ['null', null, /body.*null/],
    ['a string', 'events', /body.*string/],
    ['an array of events', [view], /body.*array/],
    ['a bare event', view, /^events is missing/],
    ['no events', {}, /^events is missing/],
    ['an object as events', { events: { 0: view } }, /^events.*array/],
    ['an empty list of events', { events: [] }, /^events.*at least 1/],
    ['1001 events', { events: Array(1001).fill(view) }, /^events.*1000/],
    ['null as an event', { events: [null] }, /event.*null/],
    ['a string as an event', { events: ['click'] }, /event.*string/],
    ['an array as an event', { events: [[view]] }, /event.*array/],
  ])('is refused when it is or holds %s', (_, body, message) => {
    expect(checkEventsBody(body, NOW)).toEqual({ status: 422, message: expect.stringMatching(message) });
  });

  it('is refused whole for one bad event, and the message does not tell which', () => {
    const bad = { ...view, userToken: '' };
    const first = checkEventsBody({ events: [bad, view, view] }, NOW);
    expect(first).toEqual({ status: 422, message: expect.stringMatching(/^userToken/) });
    expect(checkEventsBody({ events: [view, view, bad] }, NOW)).toEqual(first);
  });
});

describe('an accepted event', () => {
  it.each<[string, Fields]>([
    ['a view of objects', view],
    ['a view of filters', filterView],
    ['a click on objects', click],
    ['a click on filters', { ...filterView, eventType: 'click' }],
    ['a click on filters with a queryID and no positions', { ...filterView, eventType: 'click', queryID: QUERY_ID }],
    ['a click after a search', clickAfterSearch],
    ['a conversion', conversion],
    ['a conversion after a search', { ...conversion, queryID: QUERY_ID }],
    ['a conversion of filters', { ...filterView, eventType: 'conversion' }],
    ['an addToCart', addToCart],
    ['an addToCart after a search', { ...addToCart, queryID: QUERY_ID, objectData: [{ queryID: QUERY_ID }] }],
    ['a purchase', purchase],
    ['a purchase after a search', { ...purchase, objectData: [{ queryID: QUERY_ID }] }],
    ['a purchase with a queryID of its own', { ...purchase, queryID: QUERY_ID }],
    ['an instantsearch event without index and objectIDs', telemetry],
    ['an instantsearch event with unknown keys', { ...telemetry, sessionID: 5, index: 7, positions: 'none' }],
    ['an instantsearch event with the shortest agentID', { ...telemetry, agentID: 'a' }],
    ['an event with unknown keys', { ...view, algoliaSource: ['instantsearch'], note: null }],

    ['an eventName of 1 character', { ...view, eventName: ' ' }],
    ['an eventName of 64 characters', { ...view, eventName: '~'.repeat(64) }],
    ['an index name of any characters', { ...view, index: 'Produkte für später' }],
    ['a userToken of 1 character', { ...view, userToken: '0' }],
    ['a userToken of 129 characters', { ...view, userToken: 'a'.repeat(129) }],
    ['a userToken of every kind of character', { ...view, userToken: 'azAZ09_=/+-' }],
    ['an authenticatedUserToken of 129 characters', { ...view, authenticatedUserToken: 'b'.repeat(129) }],
    ['an authenticatedUserToken on an instantsearch event', { ...telemetry, authenticatedUserToken: 'b' }],

    ['a timestamp of now', { ...view, timestamp: NOW }],
    ['a timestamp of 30 days ago', { ...view, timestamp: NOW - 30 * DAY_MS }],
    ['a timestamp in the future', { ...view, timestamp: NOW + 365 * DAY_MS }],

    ['20 objectIDs', { ...view, objectIDs: ids(20) }],
    ['20 filters', { ...filterView, filters: Array(20).fill('brand:apple') }],
    ['a filter with an encoded value', { ...filterView, filters: ['discount:10%25'] }],
    ['a filter with an encoded colon', { ...filterView, filters: ['brand%3AA%20%26%20B%25'] }],
    ['a filter with a colon in its value', { ...filterView, filters: ['time:12:30'] }],
    ['a filter with an apostrophe, which URL-encoding leaves', { ...filterView, filters: ["brand:l'eau"] }],

    ['20 positions', { ...clickAfterSearch, objectIDs: ids(20), positions: Array(20).fill(1) }],
    ['a high position', { ...clickAfterSearch, positions: [5000] }],
    ['a message_ queryID', { ...clickAfterSearch, queryID: 'message_!~' }],
    ['a message_ queryID of 128 characters', { ...clickAfterSearch, queryID: `message_${'x'.repeat(120)}` }],

    ['empty objectData items', { ...purchase, objectData: [{}] }],
    ['20 objectData items', { ...purchase, objectIDs: ids(20), objectData: Array(20).fill({ quantity: 1 }) }],
    ['objectData with numbers', { ...purchase, objectData: [{ price: 9.99, discount: 0.5, quantity: 2 }] }],
    ['objectData with strings', { ...purchase, objectData: [{ price: '9.990000000000000001', discount: '1' }] }],
    ['the largest quantity', { ...purchase, objectData: [{ quantity: 2_147_483_647 }] }],
    ['the smallest quantity', { ...purchase, objectData: [{ quantity: -2_147_483_648 }] }],
    ['objectData of a plain conversion with a queryID', { ...conversion, objectData: [{ queryID: QUERY_ID }] }],
    ['a currency in capitals', { ...purchase, currency: 'EUR', value: 5 }],
    ['a currency in small letters', { ...purchase, currency: 'eur' }],
    ['a value of 16 characters', { ...purchase, value: '1234567890123.45' }],
    ['a value without currency', { ...purchase, value: 12.5 }],
  ])('may be %s', (_, event) => {
    expect(check(event)).toEqual({ status: 200 });
  });
});

describe('a refused event', () => {
  it.each<[string, Fields, RegExp]>([
    ['no eventType', without(view, 'eventType'), /^eventType is missing/],
    ['an unknown eventType', { ...view, eventType: 'identify' }, /^eventType must be one of/],
    ['an eventType in other case', { ...view, eventType: 'View' }, /^eventType must be one of/],
    ['a number as eventType', { ...view, eventType: 1 }, /^eventType must be one of/],
    ['an unknown eventSubtype', { ...conversion, eventSubtype: 'wishlist' }, /^eventSubtype must be one of/],
    ['an eventSubtype on a click', { ...click, eventSubtype: 'purchase' }, /^eventSubtype.*conversion/],
    [
      'an eventSubtype with filters',
      { ...filterView, eventType: 'conversion', eventSubtype: 'purchase' },
      /^eventSubtype needs objectIDs/,
    ],
    ['an agentID on a view', { ...view, agentID: 'a' }, /^agentID.*instantsearch/],
    ['an empty agentID', { ...telemetry, agentID: '' }, /^agentID/],
    ['a number as agentID', { ...telemetry, agentID: 1 }, /^agentID.*string.*number/],

    ['no eventName', without(view, 'eventName'), /^eventName is missing/],
    ['an empty eventName', { ...view, eventName: '' }, /^eventName/],
    ['an eventName of 65 characters', { ...view, eventName: 'x'.repeat(65) }, /^eventName/],
    ['an eventName beyond ASCII', { ...view, eventName: 'Gekauft für' }, /^eventName/],
    ['an eventName with a line break at its end', { ...view, eventName: 'Seen\n' }, /^eventName/],
    ['a number as eventName', { ...view, eventName: 5 }, /^eventName.*string.*number/],
    ['an instantsearch event without eventName', without(telemetry, 'eventName'), /^eventName is missing/],

    ['no index', without(view, 'index'), /^index is missing/],
    ['an empty index', { ...view, index: '' }, /^index/],
    ['a number as index', { ...view, index: 5 }, /^index.*string.*number/],

    ['no userToken', without(view, 'userToken'), /^userToken is missing/],
    ['an empty userToken', { ...view, userToken: '' }, /^userToken/],
    ['a userToken of 130 characters', { ...view, userToken: 'a'.repeat(130) }, /^userToken/],
    ['a userToken with one bad character in the middle', { ...view, userToken: 'jane@example' }, /^userToken/],
    ['a userToken with a line break at its end', { ...view, userToken: 'u1\n' }, /^userToken/],
    ['a number as userToken', { ...view, userToken: 42 }, /^userToken.*string.*number/],
    ['null as userToken', { ...view, userToken: null }, /^userToken.*string.*null/],
    ['an instantsearch event without userToken', without(telemetry, 'userToken'), /^userToken is missing/],
    ['an empty authenticatedUserToken', { ...view, authenticatedUserToken: '' }, /^authenticatedUserToken/],
    ['an authenticatedUserToken of 130', { ...view, authenticatedUserToken: 'a'.repeat(130) }, /^authenticatedUserTo/],
    ['a number as authenticatedUserToken', { ...view, authenticatedUserToken: 4 }, /^authenticatedUserToken.*number/],
    ['null as authenticatedUserToken', { ...view, authenticatedUserToken: null }, /^authenticatedUserToken.*null/],

    ['a timestamp older than 30 days', { ...view, timestamp: NOW - 30 * DAY_MS - 1 }, /^timestamp is too old/],
    ['a timestamp in seconds', { ...view, timestamp: NOW / 1000 }, /^timestamp is too old/],
    ['a timestamp with a fraction', { ...view, timestamp: NOW + 0.5 }, /^timestamp/],
    ['a timestamp as a string', { ...view, timestamp: `${NOW}` }, /^timestamp.*number.*string/],
    ['null as timestamp', { ...view, timestamp: null }, /^timestamp.*number.*null/],
    ['an old timestamp of an instantsearch event', { ...telemetry, timestamp: 1 }, /^timestamp is too old/],

    ['neither objectIDs nor filters', without(view, 'objectIDs'), /objectIDs and filters is missing/],
    ['both objectIDs and filters', { ...view, filters: ['brand:apple'] }, /^objectIDs and filters exclude/],
    ['no objectIDs in the list', { ...view, objectIDs: [] }, /^objectIDs must hold 1 to 20/],
    ['21 objectIDs', { ...view, objectIDs: ids(21) }, /^objectIDs must hold 1 to 20/],
    ['a string as objectIDs', { ...view, objectIDs: 'a' }, /^objectIDs.*array.*string/],
    ['a number among objectIDs', { ...view, objectIDs: ['a', 5] }, /^objectIDs.*string.*number/],
    ['no filters in the list', { ...filterView, filters: [] }, /^filters must hold 1 to 20/],
    ['21 filters', { ...filterView, filters: Array(21).fill('brand:apple') }, /^filters must hold 1 to 20/],
    ['an object as filters', { ...filterView, filters: {} }, /^filters.*array.*object/],
    ['a number among filters', { ...filterView, filters: [5] }, /^filters.*string.*number/],
    ['a filter without a colon', { ...filterView, filters: ['apple'] }, /^filters must read attribute:value/],
    ['a filter without an attribute', { ...filterView, filters: [':apple'] }, /^filters must read attribute:value/],
    ['a filter that starts with a colon', { ...filterView, filters: [':brand:apple'] }, /^filters must read attribute/],
    ['a filter without a value', { ...filterView, filters: ['brand:'] }, /^filters must read attribute:value/],
    ['an empty filter', { ...filterView, filters: [''] }, /^filters must read attribute:value/],
    ['a filter with a raw space', { ...filterView, filters: ['brand:big apple'] }, /^filters must be URL-encoded/],
    ['a filter with a raw quote', { ...filterView, filters: ['brand:"apple"'] }, /^filters must be URL-encoded/],
    ['a filter with a raw umlaut', { ...filterView, filters: ['brand:grün'] }, /^filters must be URL-encoded/],
    ['a filter with a raw percent sign', { ...filterView, filters: ['discount:10%'] }, /^filters must be URL-encoded/],

    ['a click after a search without positions', without(clickAfterSearch, 'positions'), /^positions is missing/],
    ['positions without a queryID', without(clickAfterSearch, 'queryID'), /^positions needs queryID/],
    ['positions on a view', { ...clickAfterSearch, eventType: 'view' }, /^positions.*click/],
    ['positions on a conversion', { ...clickAfterSearch, eventType: 'conversion' }, /^positions.*click/],
    ['position 0', { ...clickAfterSearch, positions: [0] }, /^positions.*from 1 on/],
    ['a negative position', { ...clickAfterSearch, positions: [-1] }, /^positions.*from 1 on/],
    ['a position with a fraction', { ...clickAfterSearch, positions: [1.5] }, /^positions.*whole/],
    ['a position as a string', { ...clickAfterSearch, positions: ['1'] }, /^positions.*number.*string/],
    ['a number as positions', { ...clickAfterSearch, positions: 1 }, /^positions.*array.*number/],
    ['no positions in the list', { ...clickAfterSearch, positions: [] }, /^positions must hold 1 to 20/],
    ['21 positions', { ...clickAfterSearch, positions: Array(21).fill(1) }, /^positions must hold 1 to 20/],
    ['fewer positions than objectIDs', { ...clickAfterSearch, objectIDs: ids(2) }, /^positions.*as many.*objectIDs/],
    ['more positions than objectIDs', { ...clickAfterSearch, positions: [1, 2] }, /^positions.*as many.*objectIDs/],
    [
      'positions with filters',
      { ...filterView, eventType: 'click', queryID: QUERY_ID, positions: [1] },
      /^positions.*as many.*objectIDs/,
    ],

    ['a queryID of 31 characters', { ...clickAfterSearch, queryID: QUERY_ID.slice(1) }, /^queryID/],
    ['a queryID of 33 characters', { ...clickAfterSearch, queryID: `${QUERY_ID}0` }, /^queryID/],
    ['a queryID in capitals', { ...clickAfterSearch, queryID: QUERY_ID.toUpperCase() }, /^queryID/],
    ['a queryID with a line break at its end', { ...clickAfterSearch, queryID: `${QUERY_ID}\n` }, /^queryID/],
    ['a queryID of message_ alone', { ...clickAfterSearch, queryID: 'message_' }, /^queryID/],
    ['a message_ queryID with a space', { ...clickAfterSearch, queryID: 'message_a b' }, /^queryID/],
    ['a message_ queryID of 129', { ...clickAfterSearch, queryID: `message_${'x'.repeat(121)}` }, /^queryID/],
    ['a number as queryID', { ...clickAfterSearch, queryID: 1 }, /^queryID.*string.*number/],
    ['a bad queryID on a conversion', { ...conversion, queryID: 'x' }, /^queryID/],

    ['an object as objectData', { ...purchase, objectData: {} }, /^objectData.*array.*object/],
    ['no objectData in the list', { ...purchase, objectData: [] }, /^objectData must hold 1 to 20/],
    ['21 objectData items', { ...purchase, objectData: Array(21).fill({}) }, /^objectData must hold 1 to 20/],
    ['fewer objectData than objectIDs', { ...purchase, objectIDs: ids(2), objectData: [{}] }, /^objectData.*as many/],
    ['more objectData than objectIDs', { ...purchase, objectData: [{}, {}] }, /^objectData.*as many/],
    ['a number among objectData', { ...purchase, objectData: [5] }, /^objectData.*objects.*number/],
    ['an unknown key in objectData', { ...purchase, objectData: [{ color: 'red' }] }, /^objectData.*color/],
    [
      'a bad key in the second item',
      { ...purchase, objectIDs: ids(2), objectData: [{}, { id: 1 }] },
      /^objectData.*id/,
    ],
    ['a boolean as price', { ...purchase, objectData: [{ price: true }] }, /^objectData\.price.*boolean/],
    ['null as discount', { ...purchase, objectData: [{ discount: null }] }, /^objectData\.discount.*null/],
    ['a string as quantity', { ...purchase, objectData: [{ quantity: '2' }] }, /^objectData\.quantity.*string/],
    ['a fraction as quantity', { ...purchase, objectData: [{ quantity: 1.5 }] }, /^objectData\.quantity.*whole/],
    ['a quantity above 32 bits', { ...purchase, objectData: [{ quantity: 2 ** 31 }] }, /^objectData\.quantity/],
    ['a quantity below 32 bits', { ...purchase, objectData: [{ quantity: -(2 ** 31) - 1 }] }, /^objectData\.quantity/],
    [
      'a message_ queryID in objectData',
      { ...purchase, objectData: [{ queryID: 'message_a' }] },
      /^objectData\.queryID/,
    ],
    [
      'a queryID of 31 in objectData',
      { ...purchase, objectData: [{ queryID: QUERY_ID.slice(1) }] },
      /^objectData\.queryID/,
    ],
    [
      'a queryID of 33 in objectData',
      { ...purchase, objectData: [{ queryID: `${QUERY_ID}0` }] },
      /^objectData\.queryID/,
    ],
    [
      'a number as queryID in objectData',
      { ...purchase, objectData: [{ queryID: 1 }] },
      /^objectData\.queryID.*number/,
    ],
    [
      'a queryID in the objectData of an addToCart outside a search',
      { ...addToCart, objectData: [{ queryID: QUERY_ID }] },
      /^objectData\.queryID needs queryID/,
    ],
    ['a currency of 2 letters', { ...purchase, currency: 'EU' }, /^currency/],
    ['a currency of 4 letters', { ...purchase, currency: 'EURO' }, /^currency/],
    ['a currency sign', { ...purchase, currency: 'U$D' }, /^currency/],
    ['a number as currency', { ...purchase, currency: 978 }, /^currency.*string.*number/],
    ['a value of 17 characters', { ...purchase, value: '12345678901234.56' }, /^value.*16/],
    ['a boolean as value', { ...purchase, value: false }, /^value.*boolean/],
  ])('may have %s', (_, event, message) => {
    expect(check(event)).toEqual({ status: 422, message: expect.stringMatching(message) });
  });
});

describe('the age limit', () => {
  it('can be set to the 4 days of the older API description', () => {
    const verdict = (timestamp: number) =>
      checkEventsBody({ events: [{ ...view, timestamp }] }, NOW, { maxEventAgeDays: 4 }).status;
    expect(verdict(NOW - 4 * DAY_MS)).toBe(200);
    expect(verdict(NOW - 4 * DAY_MS - 1)).toBe(422);
  });
});
