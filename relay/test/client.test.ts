import { createUserToken, fetchTransport, memoryTokenStore, storageOutbox, type UserTokenClient } from 'usertoken';
import { createCollector, fakeClock, fakePage, fakeTabs, settled } from 'usertoken/testing';
import { expect, it } from 'vitest';
import { apiKey, appId, setup } from './setup.js';

/** What a browser keeps between pages. */
function browser() {
  const kept = new Map<string, string>();
  const storage = {
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
    removeItem: (key: string) => void kept.delete(key),
  };
  return { storage, clock: fakeClock(Date.now()), tabs: fakeTabs(), tokenStore: memoryTokenStore() };
}

/** How the way to the relay is: each request arrives, none does, or the answers get lost. */
type Way = 'whole' | 'broken' | 'loses answers';

/** A relay in front of a stand-in for the API, and pages that send to it. */
async function shop() {
  const collector = await createCollector({ appId, apiKey });
  const { relay } = await setup({ collector, eventsPerMinute: 1e9 });
  const { storage, clock, tabs, tokenStore } = browser();
  let way: Way = 'whole';
  const sent: { url: string; body: { events: { id: string }[] } }[] = [];

  function openPage() {
    const end = new AbortController();
    const isGone = () => end.signal.aborted;
    const never = () => new Promise<never>(() => {});
    const page = fakePage();
    const port = tabs();
    async function send(input: unknown, init: RequestInit = {}): Promise<Response> {
      if (isGone()) return never();
      const url = new URL(String(input), 'http://shop.example');
      if (way === 'broken') throw new TypeError('Failed to fetch');
      sent.push({ url: String(input), body: JSON.parse(String(init.body)) });
      const response = await relay.handle(new Request(url, { method: 'POST', body: String(init.body) }));
      if (isGone()) return never();
      if (way === 'loses answers') throw new TypeError('Failed to fetch');
      return response;
    }
    // What a page that is gone writes does not arrive.
    const own = new Proxy(storage, {
      get: (_, name) => (isGone() && name !== 'length' ? () => null : Reflect.get(storage, name)),
    });
    const client = createUserToken({
      appId,
      relay: '/t',
      consent: 'granted',
      onWarning: () => {},
      clock,
      page,
      tokenStore,
      tabs: tabs(),
      transport: fetchTransport({ fetch: send as typeof fetch, keepalive: true, now: clock.now }),
      outbox: storageOutbox({ appId, clock, storage: own as never, locks: undefined, tabs: port }),
    });
    return {
      client,
      page,
      /** The page ends, with or without the browser's saying so. */
      leave(isCrash: boolean) {
        if (!isCrash) page.say('exit');
        end.abort();
        port.close();
      },
    };
  }
  function setWay(next: Way): void {
    way = next;
  }
  return { collector, clock, openPage, sent, setWay };
}

const click = (client: UserTokenClient, objectID: string, fields: object = {}) =>
  client.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs: [objectID], ...fields });

it('sends events with ids and without a key, and reports what the relay confirmed', async () => {
  const { clock, openPage, sent, collector } = await shop();
  const { client } = openPage();
  const receipt = click(client, 'kettle');
  await clock.advance(1_000);
  expect(await receipt).toEqual({ status: 'delivered' });
  expect(sent).toMatchObject([
    { url: `/t/events?X-Algolia-Application-Id=${appId}`, body: { events: [{ id: expect.any(String) }] } },
  ]);
  const [{ event } = Object()] = await collector.waitForEvents(1);
  expect(event).toMatchObject({ objectIDs: ['kettle'], userToken: client.token });
  client.dispose();
});

it('tells which event of a batch the relay rejected, and delivers the others once', async () => {
  const { clock, openPage, collector } = await shop();
  const { client } = openPage();
  const good = ['a', 'b', 'c'].map((objectID) => click(client, objectID));
  // Only the relay's own guard knows it: the page lets each token of an event through that fits the pattern.
  const bad = click(client, 'd', { index: 'x'.repeat(300_000) });
  for (let second = 0; second < 10; second += 1) await clock.advance(1_000);
  expect(await bad).toMatchObject({ status: 'dropped', reason: 'refused', message: expect.stringContaining('bytes') });
  expect(await Promise.all(good)).toEqual(good.map(() => ({ status: 'delivered' })));
  await collector.waitForEvents(3);
  expect(collector.events).toHaveLength(3);
  client.dispose();
});

it('hands a copy to the browser at page exit, and counts it once when the next page sends it again', async () => {
  const { clock, openPage, sent, collector } = await shop();
  const first = openPage();
  void click(first.client, 'kettle');
  first.leave(false);
  await settled();
  expect(sent).toHaveLength(1);
  const second = openPage();
  // Without Web Locks a page takes over what is half a minute old.
  for (let second = 0; second < 60; second += 1) await clock.advance(1_000);
  expect(sent).toHaveLength(2);
  expect(sent[1]!.body.events[0]!.id).toBe(sent[0]!.body.events[0]!.id);
  await collector.waitForEvents(1);
  void click(second.client, 'pot');
  await clock.advance(1_000);
  await collector.waitForEvents(2);
  expect(collector.events.map(({ event }) => event.objectIDs)).toEqual([['kettle'], ['pot']]);
  second.client.dispose();
});

/** Numbers from 0 up to 1 that are the same for a seed. */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_769;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const walks = Number(process.env.WALKS ?? 20);
it.each(Array.from({ length: walks }, (_, index) => index + 1))(
  'loses nothing, sends nothing twice and nothing under a wrong token over closings, crashes and outages (walk %i)',
  async (seed) => {
    const random = randomFrom(seed);
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
    const { collector, clock, openPage, setWay } = await shop();
    const expected = new Map<string, string | undefined>();
    let pages = [openPage()];
    for (let step = 0; step < 80; step += 1) {
      const page = pick(pages);
      const action = random();
      if (action < 0.45) {
        const objectID = `object-${expected.size}`;
        // Tracking looks at the stored tokens first, since another page may have changed them.
        void click(page.client, objectID);
        expected.set(objectID, page.client.token);
        // An event is stored in a microtask: before that a crash takes it.
        await Promise.resolve();
      } else if (action < 0.55 && pages.length < 4) pages.push(openPage());
      else if (action < 0.68) {
        page.leave(random() < 0.4);
        pages = pages.filter((each) => each !== page);
        if (pages.length === 0) pages.push(openPage());
      } else if (action < 0.76) setWay(pick<Way>(['whole', 'whole', 'broken', 'loses answers']));
      else if (action < 0.8) collector.setFault({ status: 503, times: 1 });
      else if (action < 0.85) page.client.login(pick(['account-1', 'account-2']));
      else if (action < 0.88) page.client.logout();
      else if (action < 0.9) page.page.say('hidden');
      else await clock.advance(pick([10, 300, 2_000, 15_000]));
    }
    setWay('whole');
    collector.setFault(null);
    for (const page of pages.splice(1)) page.leave(false);
    // A crashed page's events are taken over once it has been silent for long, and the pause of an outage is over.
    for (let minute = 0; minute < 12; minute += 1) await clock.advance(60_000);
    await collector.waitForEvents(expected.size, { timeoutMs: 30_000 }).catch(() => {});
    const arrived = collector.events.map(({ event }) => [(event.objectIDs as string[])[0], event.userToken]);
    const byName = (list: unknown[][]) => list.map((pair) => pair.join(' ')).sort();
    expect(byName(arrived)).toEqual(byName([...expected]));
    for (const page of pages) page.client.dispose();
  },
);
