import { createInsightsClient, LocalStorage } from 'search-insights';
import { describe, expect, it } from 'vitest';
import { checkEventsBody } from '../../src/testing/index.js';
import { click, credentials, openPage, queryID, view } from './support/open-page.js';

const other = 'f'.repeat(32);
const key = 'AlgoliaObjectQueryCache';
const infer = { inferQueryID: true };

async function openShop(items?: Record<string, string>) {
  const page = await openPage(items ? { items } : {});
  page.aa('init', { ...credentials, userToken: 'visitor' });
  return { ...page, cached: () => JSON.parse(page.localStorage.getItem(key) ?? 'null') };
}

describe('the searches that conversions come from', () => {
  it('are inferred from a click, for the objects that say nothing themselves', async () => {
    const { aa, sent } = await openShop();
    void aa('clickedObjectIDsAfterSearch', { ...click, objectIDs: ['a', 'b'], positions: [1, 2] });
    sent.events.length = 0;
    await aa(
      'convertedObjectIDs',
      { ...view, objectIDs: ['a', 'b', 'c'], objectData: [{ quantity: 1 }, { queryID: other }, { quantity: 3 }] },
      infer,
    );
    expect(sent.events.find(({ eventType }) => eventType === 'conversion')).toMatchObject({
      objectData: [{ quantity: 1, queryID }, { queryID: other }, { quantity: 3 }],
      objectIDsWithInferredQueryID: ['a'],
    });
  });

  // F06
  it('are inferred for an addition to the cart, which goes out in the order of the calls and without a warning', async () => {
    const { aa, sent, warnings } = await openShop();
    const inCart = { ...view, objectData: [{ quantity: 1 }] };
    const results = await Promise.all([
      aa('clickedObjectIDsAfterSearch', click),
      aa('addedToCartObjectIDs', inCart, infer),
      aa('viewedObjectIDs', { ...view, objectIDs: ['z'] }),
    ]);
    expect(results).toEqual([true, true, true]);
    expect(sent.events.map(({ eventType }) => eventType)).toEqual(['click', 'conversion', 'view']);
    expect(sent.events[1]).toMatchObject({
      objectData: [{ quantity: 1, queryID }],
      objectIDsWithInferredQueryID: ['a'],
    });
    expect(sent.urls).toHaveLength(1);
    expect(warnings()).toEqual([]);
    expect(checkEventsBody({ events: sent.events }, Date.now())).toEqual({ status: 200 });
  });

  it('are not looked up without inferQueryID, for clicks, nor where the event has a queryID', async () => {
    const { aa, sent } = await openShop({ [key]: JSON.stringify({ products_a: [queryID, 1] }) });
    await Promise.all([
      aa('convertedObjectIDs', view),
      aa('clickedObjectIDs', view, infer),
      aa('convertedObjectIDsAfterSearch', { ...view, queryID: other }, infer),
    ]);
    expect(sent.events.filter((event) => 'objectIDsWithInferredQueryID' in event)).toEqual([]);
  });

  it('are kept as search-insights keeps them, in one write for all calls of a task', async () => {
    const { aa, localStorage, cached } = await openShop();
    let writes = 0;
    const { setItem } = localStorage;
    localStorage.setItem = (name, value) => {
      if (name === key) writes += 1;
      setItem(name, value);
    };
    for (const objectID of ['a', 'b', 'c']) void aa('clickedObjectIDsAfterSearch', { ...click, objectIDs: [objectID] });
    void aa('addedToCartObjectIDs', { ...view, objectIDs: ['d'], objectData: [{ queryID: other }] });
    void aa('addedToCartObjectIDsAfterSearch', { ...view, objectIDs: ['e'], queryID });
    await Promise.resolve();
    expect(writes).toBe(1);
    const now = expect.closeTo(Date.now(), -4);
    expect(cached()).toEqual({
      products_a: [queryID, now],
      products_b: [queryID, now],
      products_c: [queryID, now],
      products_d: [other, now],
      products_e: [queryID, now],
    });
  });

  it('are forgotten once the objects are bought', async () => {
    const { aa, cached } = await openShop({
      [key]: JSON.stringify({ products_a: [queryID, 1], products_b: [other, 1] }),
    });
    expect(await aa('purchasedObjectIDs', view, infer)).toBe(true);
    await Promise.resolve();
    expect(cached()).toEqual({ products_b: [other, 1] });
  });

  it('are read when search-insights wrote them, at any time, and the other way round', async () => {
    const { aa, sent, library, localStorage } = await openShop();
    const peerSent: unknown[] = [];
    // It looked for a storage when it was loaded.
    LocalStorage.store = localStorage;
    const peer = createInsightsClient(async (_, data) => peerSent.push(data) > 0);
    peer('init', { ...credentials, userToken: 'visitor' });
    for (const objectID of ['a', 'b']) {
      peer('clickedObjectIDsAfterSearch', { ...click, objectIDs: [objectID] });
      sent.events.length = 0;
      await aa('convertedObjectIDs', { ...view, objectIDs: [objectID] }, infer);
      expect(sent.events[0]).toMatchObject({ objectData: [{ queryID }] });
    }
    void aa('clickedObjectIDsAfterSearch', { ...click, objectIDs: ['c'] });
    await Promise.resolve();
    peer('convertedObjectIDs', { ...view, objectIDs: ['c'] }, infer);
    expect(peerSent.at(-1)).toMatchObject({ events: [{ objectData: [{ queryID }] }] });
    expect(library.LocalStorage.get(key)).toHaveProperty('products_c');
  });

  it('are at most 5000: one more, and the newest 4000 stay', async () => {
    const entries = Array.from({ length: 5000 }, (_, at) => [`products_o${at}`, [queryID, at + 1]]);
    const { aa, cached } = await openShop({ [key]: JSON.stringify(Object.fromEntries(entries)) });
    void aa('clickedObjectIDsAfterSearch', click);
    await Promise.resolve();
    const names = Object.keys(cached());
    expect(names).toHaveLength(4000);
    expect(names).toContain('products_a');
    expect(names).toContain('products_o4999');
    expect(names).not.toContain('products_o1000');
  });

  it.each(['no JSON', '5', 'null', '[]', '{"products_a":7}'])('survive %s in their place', async (text) => {
    const { aa, sent, cached } = await openShop({ [key]: text });
    await aa('convertedObjectIDs', view, infer);
    void aa('clickedObjectIDsAfterSearch', { ...click, objectIDs: ['z'] });
    await Promise.resolve();
    expect(sent.events).toHaveLength(1);
    if (text !== '5' && text !== '[]') expect(cached()).toHaveProperty('products_z');
  });

  it('are kept in whatever storage takes the place of localStorage, and a full one does no harm', async () => {
    const { aa, library, warnings } = await openShop();
    const kept = new Map<string, string>();
    const getItem = (name: string) => kept.get(name) ?? null;
    library.LocalStorage.store = { getItem, setItem: (name: string, text: string) => kept.set(name, text) } as never;
    void aa('clickedObjectIDsAfterSearch', click);
    await Promise.resolve();
    expect([...kept.keys()]).toEqual([key]);
    library.LocalStorage.store = {
      getItem,
      setItem() {
        throw new DOMException('full', 'QuotaExceededError');
      },
    } as never;
    void aa('clickedObjectIDsAfterSearch', click);
    await Promise.resolve();
    expect(warnings()).toEqual([`Unable to set ${key} in localStorage, storage may be full.`]);
  });
});
