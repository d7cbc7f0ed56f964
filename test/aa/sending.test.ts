import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { InsightsMethodMap } from '../../src/aa/index.js';
import { checkEventsBody } from '../../src/testing/index.js';
import { click, credentials, loadClient, openPage, queryID, view } from './support/open-page.js';

const sale = { ...view, objectData: [{ price: 2, quantity: 1 }], value: 2, currency: 'EUR' };
const filters = { eventName: 'Filtered', index: 'products', filters: ['brand:Apple'] };

async function openShop(options: object = {}) {
  const page = await openPage();
  page.aa('init', { ...credentials, userToken: 'visitor', ...options });
  return page;
}

describe('the named methods', () => {
  const named: [keyof InsightsMethodMap, object, object][] = [
    ['clickedObjectIDsAfterSearch', click, { eventType: 'click' }],
    ['clickedObjectIDs', view, { eventType: 'click' }],
    ['clickedFilters', filters, { eventType: 'click', filters: ['brand%3AApple'] }],
    ['convertedObjectIDsAfterSearch', { ...view, queryID }, { eventType: 'conversion' }],
    ['convertedObjectIDs', view, { eventType: 'conversion' }],
    ['convertedFilters', filters, { eventType: 'conversion', filters: ['brand%3AApple'] }],
    ['addedToCartObjectIDsAfterSearch', { ...sale, queryID }, { eventType: 'conversion', eventSubtype: 'addToCart' }],
    ['addedToCartObjectIDs', sale, { eventType: 'conversion', eventSubtype: 'addToCart' }],
    ['purchasedObjectIDsAfterSearch', sale, { eventType: 'conversion', eventSubtype: 'purchase' }],
    ['purchasedObjectIDs', sale, { eventType: 'conversion', eventSubtype: 'purchase' }],
    ['viewedObjectIDs', view, { eventType: 'view' }],
    ['viewedFilters', filters, { eventType: 'view', filters: ['brand%3AApple'] }],
  ];

  it.each(named)('%s sends an event of its type that the API takes', async (method, event, added) => {
    const { aa, sent } = await openShop();
    expect(await aa(method as 'viewedObjectIDs', event as typeof view)).toBe(true);
    expect(sent.events).toEqual([{ ...event, userToken: 'visitor', ...added }]);
    expect(checkEventsBody({ events: sent.events }, Date.now())).toEqual({ status: 200 });
  });

  it('take several events, and let an event overrule their type', async () => {
    const { aa, sent } = await openShop();
    await aa('clickedObjectIDs', view, { ...view, eventType: 'view' } as never, { headers: {} });
    expect(sent.events.map(({ eventType }) => eventType)).toEqual(['click', 'view']);
  });

  it('take what has no index for parameters, so that nothing is sent', async () => {
    const { aa, sent } = await openShop();
    expect(await aa('viewedObjectIDs', { eventName: 'Seen', objectIDs: ['a'] } as never)).toBe(false);
    expect(await aa('sendEvents', [])).toBe(false);
    expect(sent.urls).toEqual([]);
  });
});

describe('an event', () => {
  it('carries its own tokens or those of the moment, and a timestamp only if the caller gave one', async () => {
    const { aa, sent } = await openShop();
    const before = Date.now();
    const first = aa('viewedObjectIDs', view, {
      ...view,
      userToken: 'own',
      authenticatedUserToken: 'other',
      timestamp: before,
    });
    aa('setUserToken', 'later');
    await first;
    expect(sent.events.map(({ userToken, authenticatedUserToken }) => [userToken, authenticatedUserToken])).toEqual([
      ['visitor', undefined],
      ['own', 'other'],
    ]);
    expect(sent.timestamps).toEqual([undefined, before]);
  });

  // CM-08 of the test cases.
  it('with unknown fields or a broken rule is sent, with a malformed token it is not; nothing throws', async () => {
    const { aa, sent, warnings } = await openShop();
    const results = await Promise.all([
      aa('viewedObjectIDs', { ...view, algoliaSource: ['instantsearch'] } as never),
      aa('viewedObjectIDs', { ...view, eventName: 'x'.repeat(65) }),
      aa('viewedObjectIDs', { ...view, userToken: 'jane@example.com' }),
      aa('clickedObjectIDsAfterSearch', { index: 'products' } as never),
      aa('sendEvents', null as never),
      aa('sendEvents', [
        null,
        7,
        'x',
        {
          get eventType() {
            throw new Error('no');
          },
        },
      ] as never),
      aa('viewedObjectIDs', undefined as never, 3 as never),
    ]);
    expect(results).toEqual([true, true, false, true, false, false, false]);
    expect(sent.events).toHaveLength(3);
    expect(sent.events[0]).toMatchObject({ algoliaSource: ['instantsearch'] });
    expect(warnings().join('\n')).toMatch(/"eventName" may be rejected/);
    expect(warnings().join('\n')).not.toMatch(/jane/);
  });

  it("passes untouched when its type is InstantSearch's own", async () => {
    const { aa, sent } = await openPage();
    const timestamp = Date.now() - 1000;
    const start = {
      eventType: 'instantsearch',
      eventName: '__start__',
      userToken: 'anonymous-1',
      sessionID: 's',
      widgets: [{}],
    };
    const headers = { 'X-Algolia-Application-Id': 'app', 'X-Algolia-API-Key': 'key' };
    expect(await aa('sendEvents', [{ ...start, timestamp }] as never, { headers })).toBe(true);
    expect(sent.events).toEqual([start]);
    expect(sent.timestamps).toEqual([timestamp]);
  });

  it.each([
    ['brand:A & B', 'brand%3AA%20%26%20B'],
    ['discount:10%', 'discount%3A10%25'],
    ['brand%3AA%20%26%20B', 'brand%3AA%20%26%20B'],
    ['discount:10%25', 'discount:10%25'],
    [7, '7'],
  ])('has its filter %s encoded once', async (filter, encoded) => {
    const { aa, sent } = await openShop();
    await aa('clickedFilters', { ...filters, filters: [filter as string] });
    expect(sent.events[0]?.filters).toEqual([encoded]);
  });

  // DL-10 of the test cases.
  it('of 45 objects becomes three, positions in step; one without objects is not sent', async () => {
    const { aa, sent } = await openShop();
    const objectIDs = Array.from({ length: 45 }, (_, at) => `o${at}`);
    const positions = objectIDs.map((_, at) => at + 1);
    expect(await aa('clickedObjectIDsAfterSearch', { ...click, objectIDs, positions })).toBe(true);
    expect(sent.events.map((event) => (event.objectIDs as string[]).length)).toEqual([20, 20, 5]);
    expect(sent.events.flatMap((event) => event.objectIDs)).toEqual(objectIDs);
    expect(sent.events.flatMap((event) => event.positions)).toEqual(positions);
    expect(await aa('viewedObjectIDs', { ...view, objectIDs: [] })).toBe(false);
    expect(sent.events).toHaveLength(3);
  });

  // DL-10 of the test cases.
  it('whose positions do not match is warned of', async () => {
    const { aa, warnings } = await openShop();
    await aa('clickedObjectIDsAfterSearch', { ...click, objectIDs: ['a', 'b', 'c'], positions: [1, 2] });
    expect(warnings().join('\n')).toContain('"positions" may be rejected');
  });

  // DL-09 of the test cases.
  it('is a view once for each object, search and visitor; clicks and views without a search are not counted', async () => {
    const { aa, sent } = await openShop();
    const list = { ...view, objectIDs: ['a', 'b', 'c'], queryID };
    const seen = async (...events: (typeof list)[]) => {
      sent.events.length = 0;
      expect(await aa('viewedObjectIDs', ...events)).toBe(true);
      return sent.events.map(({ objectIDs }) => objectIDs);
    };
    expect(await seen(list, list, { ...list, objectIDs: ['c', 'd'] })).toEqual([['a', 'b', 'c'], ['d']]);
    expect(await seen(list)).toEqual([]);
    expect(await seen({ ...list, queryID: 'f'.repeat(32) })).toEqual([['a', 'b', 'c']]);
    aa('setUserToken', 'another');
    expect(await seen({ ...list, queryID: 'f'.repeat(32) })).toEqual([['a', 'b', 'c']]);
    sent.events.length = 0;
    await Promise.all([aa('clickedObjectIDsAfterSearch', click, click), aa('viewedObjectIDs', view, view)]);
    expect(sent.events).toHaveLength(4);
  });
});

describe('what is counted or stored for an event', () => {
  // DL-09 of the test cases.
  it('a view that was refused or dropped has not been seen', async () => {
    const { aa, sent } = await openShop();
    const list = { ...view, queryID };
    expect(await aa('viewedObjectIDs', { ...list, authenticatedUserToken: 'user:42' })).toBe(false);
    expect(await aa('viewedObjectIDs', list)).toBe(true);
    expect(sent.events).toHaveLength(1);
    const dropped = aa('viewedObjectIDs', { ...list, objectIDs: ['b'] });
    aa('init', { userHasOptedOut: true, partial: true });
    expect(await dropped).toBe(false);
    aa('init', { userHasOptedOut: false, partial: true });
    expect(await aa('viewedObjectIDs', { ...list, objectIDs: ['a', 'b'] })).toBe(true);
    expect(sent.events.slice(1).map(({ objectIDs }) => objectIDs)).toEqual([['b']]);
  });

  // DL-09 of the test cases.
  it('a click that was refused leaves the views as they are', async () => {
    const { aa, sent } = await openShop();
    const found = { ...view, queryID };
    await aa('viewedObjectIDs', found);
    await aa('clickedObjectIDsAfterSearch', { ...click, authenticatedUserToken: 'user:42' });
    await aa('viewedObjectIDs', found);
    expect(sent.events.map(({ eventType }) => eventType)).toEqual(['view']);
  });

  // CO-01 of the test cases.
  it('of an event before an init that opts out nothing is stored; of one before any other the search is', async () => {
    const out = await openPage();
    out.aa('clickedObjectIDsAfterSearch', click);
    out.aa('init', { ...credentials, userHasOptedOut: true });
    await Promise.resolve();
    expect(out.localStorage.length).toBe(0);
    const { aa, localStorage } = await openPage();
    aa('clickedObjectIDsAfterSearch', click);
    aa('init', { ...credentials, userToken: 'visitor' });
    await Promise.resolve();
    expect(localStorage.getItem('AlgoliaObjectQueryCache')).toContain(queryID);
  });

  it('an init that takes useCookie back ends storing, and leaves what is stored to later pages', async () => {
    const { aa, localStorage, sent, answerWith } = await openPage();
    const chunks = () =>
      Object.keys(
        Object.fromEntries([...Array(localStorage.length).keys()].map((at) => [localStorage.key(at), 1])),
      ).filter((key) => /:outbox:app:.+:\d+$/.test(key));
    answerWith(() => Promise.resolve(false));
    aa('init', { ...credentials, userToken: 'visitor', useCookie: true });
    void aa('viewedObjectIDs', view);
    await expect.poll(() => sent.events.length).toBe(1);
    await expect.poll(chunks).toHaveLength(1);
    const before = chunks();
    answerWith(() => Promise.resolve(true));
    aa('init', { ...credentials, useCookie: false });
    const late = aa('viewedObjectIDs', { ...view, objectIDs: ['b'] });
    await Promise.resolve();
    expect(chunks()).toEqual(before);
    expect(await late).toBe(true);
    expect(sent.events).toContainEqual(expect.objectContaining({ objectIDs: ['b'], userToken: 'visitor' }));
  });
});

describe('where events go', () => {
  // CM-07 of the test cases.
  it('those before init wait for it, with the token of their moment; a second init merges', async () => {
    const { aa, sent } = await openPage();
    aa('setUserToken', 'early');
    const early = aa('viewedObjectIDs', view);
    aa('init', { appId: 'app' });
    aa('setUserToken', 'later');
    aa('init', { apiKey: 'key', partial: true });
    expect(await early).toBe(true);
    expect(sent.events.map(({ userToken }) => userToken)).toEqual(['early']);
    expect(sent.urls[0]?.searchParams.get('X-Algolia-Application-Id')).toBe('app');
  });

  // CM-07 of the test cases.
  it('an early event without a token takes the one that init finds in the cookie', async () => {
    const { aa, sent } = await openPage({ cookie: '_ALGOLIA=anonymous-1' });
    const early = aa('viewedObjectIDs', view);
    aa('init', { ...credentials, useCookie: true });
    await early;
    expect(sent.events[0]?.userToken).toBe('anonymous-1');
  });

  // CM-07 of the test cases.
  it('a callback hears that all is set, or after a while what is missing, once', async () => {
    const { aa } = await openPage();
    vi.useFakeTimers();
    const [early, late] = [vi.fn(), vi.fn()];
    aa('onReady', early);
    const waiting = aa('viewedObjectIDs', view);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(early.mock.calls).toEqual([[new Error('init has not been called with appId and apiKey')]]);
    expect(await waiting).toBe(false);
    aa('onReady', late);
    aa('init', credentials);
    aa('onReady', late);
    expect(early).toHaveBeenCalledTimes(1);
    expect(late.mock.calls).toEqual([[null], [null]]);
    vi.useRealTimers();
  });

  // CM-07 of the test cases.
  it('on Node no timer of those before init is left after it, which would keep a process from its end', async () => {
    const { aa } = await loadClient();
    vi.useFakeTimers();
    // In this order: spies are put back over what they found, and that is fake here.
    onTestFinished(() => void vi.restoreAllMocks().useRealTimers());
    const [made, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')];
    aa('onReady', vi.fn());
    const early = aa('viewedObjectIDs', view);
    const timers = made.mock.results.map(({ value }) => value);
    expect(timers.map((timer) => timer.hasRef())).toEqual([true, true]);
    aa('init', credentials);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await early).toBe(true);
    expect(cleared.mock.calls.map(([timer]) => timer)).toEqual(expect.arrayContaining(timers));
  });

  it('follows the credentials of each call, with other headers as parameters, beside those of init', async () => {
    const { aa, sent } = await openShop({ region: 'us' });
    const headers = { 'X-Algolia-Application-Id': 'other', 'X-Algolia-API-Key': 'other key', 'X-More': 'a b' };
    await Promise.all([aa('viewedObjectIDs', view), aa('viewedObjectIDs', { ...view, objectIDs: ['b'] }, { headers })]);
    expect(sent.urls.map(({ origin, pathname }) => origin + pathname)).toEqual(
      Array(2).fill('https://insights.us.algolia.io/1/events'),
    );
    expect(sent.urls.map(({ searchParams }) => Object.fromEntries(searchParams))).toMatchObject([
      { 'X-Algolia-Application-Id': 'app', 'X-Algolia-API-Key': 'key' },
      headers,
    ]);
    expect(sent.events.map(({ objectIDs }) => objectIDs)).toEqual([['a'], ['b']]);
  });

  it('sends a burst of 1000 calls in one request', async () => {
    const { aa, sent } = await openShop();
    const results = Array.from({ length: 1000 }, (_, at) => aa('viewedObjectIDs', { ...view, objectIDs: [`o${at}`] }));
    expect(new Set(await Promise.all(results))).toEqual(new Set([true]));
    expect(new Set(sent.events.flatMap(({ objectIDs }) => objectIDs)).size).toBe(1000);
    expect(sent.urls).toHaveLength(1);
  });

  it('tries again when a request function says no or rejects, and resolves to true in the end', async () => {
    const { aa, sent, answerWith } = await openShop();
    vi.useFakeTimers();
    let asked = 0;
    answerWith(async () => {
      asked += 1;
      if (asked === 1) throw new Error('no network');
      return asked > 2;
    });
    const result = aa('viewedObjectIDs', view);
    await vi.advanceTimersByTimeAsync(9_000);
    expect(await result).toBe(true);
    expect(sent.urls).toHaveLength(3);
    vi.useRealTimers();
  });
});

// DL-12 of the test cases.
describe('the promise of a send', () => {
  async function answered(status: number) {
    const fetch = vi.fn(async () => new Response('{"message":"told"}', { status }));
    vi.stubGlobal('fetch', fetch);
    const { library } = await loadClient();
    const aa = library.createInsightsClient();
    aa('init', { ...credentials, userToken: 'visitor' });
    return { result: aa('viewedObjectIDs', view), fetch };
  }

  it('is true when the API accepts', async () => {
    const { result, fetch } = await answered(200);
    expect(await result).toBe(true);
    expect(fetch).toHaveBeenCalledTimes(1);
  });

  it('is false when the API refuses', async () => {
    expect(await (await answered(422)).result).toBe(false);
  });

  it('is true after 10 seconds without an answer: the event is kept and tried again', async () => {
    vi.useFakeTimers();
    const { result } = await answered(503);
    let isSettled = false;
    void result.then(() => (isSettled = true));
    await vi.advanceTimersByTimeAsync(9_000);
    expect(isSettled).toBe(false);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await result).toBe(true);
    vi.useRealTimers();
  });
});

describe('a function of its own', () => {
  it('warns of an unknown method and returns undefined', async () => {
    const { aa, warnings } = await openPage();
    const call = aa as (method: string) => unknown;
    expect([call('nonsense'), call('version')]).toEqual([undefined, undefined]);
    expect(warnings()).toEqual(["The method `nonsense` doesn't exist.", "The method `version` doesn't exist."]);
  });

  it('counts bytes in Node: what a requester sends arrives whole', async () => {
    const { createCollector } = await import('../../src/testing/index.js');
    const collector = await createCollector();
    const { library } = await loadClient();
    const events = [{ ...view, eventType: 'view', userToken: 'u', objectIDs: ['café-1', '日本', '🛒'] }];
    const url = `${collector.origin}/1/events?X-Algolia-Application-Id=app&X-Algolia-API-Key=key`;
    for (const request of [library.getRequesterForNode(), library.getRequesterForBrowser()]) {
      expect(await request(url, { events })).toBe(true);
      expect(await request(url, { events: [{}] })).toBe(false);
      expect(await request('http://127.0.0.1:1/', { events })).toBe(false);
    }
    expect(collector.events.map(({ event }) => event.objectIDs)).toEqual(Array(2).fill(events[0]!.objectIDs));
    const aa = library.createInsightsClient(library.getRequesterForNode());
    aa('init', { ...credentials, host: collector.origin });
    expect(await aa('sendEvents', events as never)).toBe(true);
    await collector.close();
  });
});
