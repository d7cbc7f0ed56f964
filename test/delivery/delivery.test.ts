import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../src/index.js';
import { memoryOutbox, storageOutbox } from '../../src/index.js';
import {
  type FakeAnswer,
  type FakeRequest,
  fakeClock,
  fakePage,
  fakeTabs,
  fakeTransport,
} from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { click, ids, setup } from '../support/setup.js';

/** Looks at a promise without waiting for it. */
function peek(promise: Promise<Receipt>): { readonly receipt: Receipt | undefined } {
  const seen: { receipt: Receipt | undefined } = { receipt: undefined };
  void promise.then((receipt) => {
    seen.receipt = receipt;
  });
  return seen;
}

const minute = 60_000;
const hour = 60 * minute;

describe('batches', () => {
  it('a burst of 1000 events is one request, and every receipt says delivered', async () => {
    const { user, transport, send } = setup();
    const receipts = Array.from({ length: 1000 }, (_, i) => user.track(click(`o${i}`)));
    await send();
    expect(transport.requests).toHaveLength(1);
    expect(ids(transport.accepted)).toEqual(Array.from({ length: 1000 }, (_, i) => `o${i}`));
    expect(new Set((await Promise.all(receipts)).map(({ status }) => status))).toEqual(new Set(['delivered']));
  });

  it('1001 events are two requests', async () => {
    const { user, transport, send } = setup();
    for (let i = 0; i < 1001; i += 1) void user.track(click(`o${i}`));
    await send();
    expect(transport.requests.map(({ events }) => events.length)).toEqual([1000, 1]);
  });

  it('no body reaches 2 MB, in bytes', async () => {
    const { user, transport, send } = setup();
    const long = '日'.repeat(10_000);
    for (let i = 0; i < 100; i += 1) void user.track(click(`${long}${i}`));
    await send();
    expect(transport.accepted).toHaveLength(100);
    for (const { body, bytes } of transport.requests) {
      expect(bytes).toBe(Buffer.byteLength(body));
      expect(bytes).toBeLessThan(2_000_000);
    }
  });

  it('costs the machine one event for each window, not one for each track', async () => {
    const { user, send } = setup();
    let events = 0;
    user.delivery.subscribe(() => {
      events += 1;
    });
    for (const window of [1, 2]) {
      events = 0;
      for (let i = 0; i < 100; i += 1) void user.track(click());
      expect({ window, events }).toEqual({ window, events: 1 });
      await send();
    }
  });

  it('events tracked while a request is under way follow it', async () => {
    const { user, transport, clock, send } = setup();
    let answer = () => {};
    transport.answerWith(
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ status: 200 });
        }),
    );
    void user.track(click('a'));
    await send();
    const late = user.track(click('b'));
    answer();
    await clock.advance(0);
    await clock.advance(250);
    answer();
    await clock.advance(0);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
    expect(await late).toEqual({ status: 'delivered' });
  });

  it('an event is frozen when it is tracked: later changes of the object or the login do not reach it', async () => {
    const { user, transport, send } = setup();
    const event = { ...click('a'), objectIDs: ['a'] };
    void user.track(event);
    event.objectIDs[0] = 'changed';
    user.login('u1');
    void user.track(click('b'));
    await send();
    expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['anonymous-1', 'u1']);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
  });
});

describe('what the server refuses', () => {
  const refusing = (isBad: (id: string) => boolean) => (request: FakeRequest) =>
    ids(request.events).some((id) => isBad(id!)) ? { status: 422, message: 'no good' } : { status: 200 };

  // DL-07 of the test cases.
  it('one poison event costs no other, and a logarithm of requests', async () => {
    const { user, transport, send } = setup();
    transport.answerWith(refusing((id) => id === 'o500'));
    const receipts = Array.from({ length: 1000 }, (_, i) => user.track(click(`o${i}`)));
    await send();
    expect(transport.accepted).toHaveLength(999);
    expect(await receipts[500]).toMatchObject({ status: 'dropped', reason: 'refused', message: 'no good' });
    expect(await receipts[501]).toEqual({ status: 'delivered' });
    expect(transport.requests.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1000)) + 1);
  });

  it('several poison events are all found, and nothing is sent twice with success', async () => {
    const { user, transport, send } = setup();
    const bad = new Set(['o0', 'o7', 'o8', 'o99']);
    transport.answerWith(refusing((id) => bad.has(id)));
    for (let i = 0; i < 100; i += 1) void user.track(click(`o${i}`));
    await send();
    const accepted = ids(transport.accepted);
    expect(accepted).toHaveLength(96);
    expect(new Set(accepted).size).toBe(96);
  });

  it('who refuses everything gets one request a second', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith({ status: 400 });
    for (let n = 0; n < 1000; n += 1) void user.track(click(`o${n}`));
    await clock.advance(10_250);
    expect(transport.requests.length).toBeGreaterThan(20);
    expect(transport.requests.length).toBeLessThanOrEqual(35);
    transport.answerWith({ status: 200 });
    await clock.advance(2_000);
    const answered = transport.requests.length;
    await clock.advance(250);
    expect(transport.requests.length).toBe(answered);
    expect(transport.accepted.length).toBeGreaterThan(900);
  });

  it('a body that is too large for the server is halved too', async () => {
    const { user, transport, send } = setup();
    transport.answerWith(({ events }) => ({ status: events.length > 10 ? 413 : 200 }));
    for (let i = 0; i < 40; i += 1) void user.track(click(`o${i}`));
    await send();
    expect(new Set(ids(transport.accepted)).size).toBe(40);
  });

  it('another 4xx ends the batch with its reason, and later events are tried', async () => {
    const { user, transport, send } = setup();
    transport.answerWith({ status: 404 });
    const lost = user.track(click());
    await send();
    expect(await lost).toEqual({ status: 'dropped', reason: 'refused', message: 'HTTP 404' });
    transport.answerWith({ status: 200 });
    void user.track(click());
    await send();
    expect(transport.accepted).toHaveLength(1);
  });

  it('401 stops and keeps: nothing more is sent, the warning is posted once, without the key', async () => {
    const { user, transport, clock, warnings, send } = setup();
    transport.answerWith({ status: 401, message: 'Invalid Application-ID or API key' });
    const receipt = user.track(click());
    await send();
    void user.track(click());
    await clock.advance(hour);
    expect(transport.requests).toHaveLength(1);
    expect(user.delivery.getSnapshot().value).toBe('unauthorized');
    expect(await receipt).toEqual({ status: 'stored' });
    expect(warnings.map(({ code }) => code)).toEqual(['credentials-refused']);
    expect(JSON.stringify(warnings)).not.toContain('KEY');
  });

  it("the server's text reaches the receipt, and no warning", async () => {
    const { user, transport, warnings, send } = setup();
    transport.answerWith({ status: 422, message: 'bad userToken' });
    const receipt = user.track(click());
    await send();
    expect(await receipt).toMatchObject({ status: 'dropped', reason: 'refused', message: 'bad userToken' });
    expect(warnings).toEqual([]);
  });
});

describe('suspect events', () => {
  const suspect = (objectID: string) => ({ ...click(objectID), eventName: 'x'.repeat(65) });

  // CM-08 of the test cases.
  it('a rule that seems broken is warned of once and the event is sent, alone', async () => {
    const { user, transport, warnings, send } = setup();
    void user.track(click('a'));
    void user.track(suspect('b'));
    void user.track(click('c'));
    await send();
    expect(transport.requests.map(({ events }) => ids(events))).toEqual([['a', 'c'], ['b']]);
    expect(warnings).toMatchObject([{ code: 'event-suspect', message: expect.stringContaining('eventName') }]);
  });

  it('a doubt that the server does not share is batched from then on', async () => {
    const { user, transport, send } = setup();
    for (let i = 0; i < 1000; i += 1) void user.track(suspect(`o${i}`));
    await send();
    expect(transport.accepted).toHaveLength(1000);
    expect(transport.requests.length).toBeLessThanOrEqual(2);
  });

  it('one that it shares is dropped here from then on, with its reason', async () => {
    const { user, transport, send } = setup();
    transport.answerWith(({ events }) =>
      events.some(({ eventName }) => (eventName as string).length > 64)
        ? { status: 422, message: 'eventName too long' }
        : { status: 200 },
    );
    const receipts = Array.from({ length: 1000 }, (_, i) => user.track(suspect(`o${i}`)));
    void user.track(click('good'));
    await send();
    expect(ids(transport.accepted)).toEqual(['good']);
    expect(transport.requests).toHaveLength(2);
    for (const receipt of await Promise.all(receipts)) {
      expect(receipt).toEqual({ status: 'dropped', reason: 'refused', message: 'eventName too long' });
    }
  });

  it('a refusal for something else settles no doubt', async () => {
    const { user, transport, send } = setup();
    const answers = [
      { status: 422, message: 'timestamp is too old' },
      { status: 400, message: '' },
      { status: 200, message: '' },
    ];
    transport.answerWith(() => answers.shift()!);
    const statuses: unknown[] = [];
    for (const id of ['a', 'b', 'c']) {
      const receipt = user.track({ ...suspect(id), timestamp: 1_700_000_000_000 + Date.now() });
      await send();
      statuses.push((await receipt).status);
    }
    expect(statuses).toEqual(['dropped', 'dropped', 'delivered']);
  });

  it('wait for no more than one batch, however many others keep coming', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith(async () => {
      await new Promise((resolve) => clock.setTimeout(resolve, 200));
      return { status: 200 };
    });
    for (let n = 0; n < 100; n += 1) {
      void user.track(n % 25 ? click(`o${n}`) : { ...click(`suspect${n}`), eventName: `${n}`.padEnd(65, 'x') });
      await clock.advance(100);
    }
    const requests = transport.requests.map(({ events }) => ids(events));
    const first = requests.findIndex((batch) => batch[0] === 'suspect0');
    expect(first).toBe(1);
    await clock.advance(1_000);
    expect(new Set(ids(transport.accepted)).size).toBe(100);
    expect(transport.accepted).toHaveLength(100);
  });

  it("InstantSearch's own telemetry passes untouched with the others, and nobody is told", async () => {
    const { user, transport, warnings, send } = setup();
    const telemetry = { eventType: 'instantsearch', eventName: '__start__', filters: ['a:b c'], agentID: 'x', n: 1 };
    void user.track(telemetry as never);
    void user.track(click('b'));
    await send();
    expect(transport.requests.map(({ events }) => events.length)).toEqual([2]);
    expect(transport.accepted[0]).toMatchObject(telemetry);
    expect(warnings).toEqual([]);
  });

  // CM-08 of the test cases.
  it('an unknown extra field is no doubt; an unknown type passes untouched, on its own', async () => {
    const { user, transport, send } = setup();
    void user.track({ ...click('a'), algoliaSource: ['instantsearch'] } as never);
    void user.track({ eventType: 'unheard-of', eventName: '__start__', filters: ['a:b c'], n: 1 } as never);
    void user.track(click('b'));
    await send();
    expect(transport.requests.map(({ events }) => events.length)).toEqual([2, 1]);
    expect(transport.requests[0]!.events[0]).toMatchObject({ algoliaSource: ['instantsearch'] });
    expect(transport.requests[1]!.events[0]).toMatchObject({
      eventName: '__start__',
      filters: ['a:b c'],
      n: 1,
      userToken: 'anonymous-1',
    });
  });
});

describe('splitting', () => {
  // DL-10 of the test cases.
  it('45 objects with 45 positions are three events, positions in step; one receipt', async () => {
    const { user, transport, send } = setup();
    const objectIDs = Array.from({ length: 45 }, (_, i) => `o${i}`);
    const receipt = user.clickedObjectIDsAfterSearch({
      eventName: 'Clicked',
      index: 'products',
      queryID: 'a'.repeat(32),
      objectIDs,
      positions: objectIDs.map((_, i) => i + 1),
    });
    await send();
    expect(transport.accepted.map((e) => (e.objectIDs as string[]).length)).toEqual([20, 20, 5]);
    expect(transport.accepted.flatMap((e) => e.objectIDs)).toEqual(objectIDs);
    expect(transport.accepted.flatMap((e) => e.positions)).toEqual(objectIDs.map((_, i) => i + 1));
    expect(await receipt).toEqual({ status: 'delivered' });
  });

  it('names in each part only its own objects as found by the query cache', async () => {
    const { user, transport, send } = setup();
    const objectIDs = Array.from({ length: 25 }, (_, n) => `o${n}`);
    const inferred = objectIDs.filter((_, n) => n % 2);
    void user.track({ ...click(), objectIDs, objectIDsWithInferredQueryID: inferred } as never);
    const filters = { ...click(), objectIDs: undefined, filters: objectIDs.map((id) => `brand:${id}`) };
    void user.track({ ...filters, objectIDsWithInferredQueryID: inferred } as never);
    await send();
    const parts = transport.accepted.filter(({ objectIDs }) => objectIDs);
    expect(parts.map((part) => part.objectIDsWithInferredQueryID)).toEqual([
      inferred.filter((id) => objectIDs.indexOf(id) < 20),
      inferred.filter((id) => objectIDs.indexOf(id) >= 20),
    ]);
    expect(transport.accepted).toHaveLength(4);
  });

  it('null is no event, for a method that names its type either', async () => {
    const { user, transport, send } = setup();
    expect(await user.clickedObjectIDs(null as never)).toMatchObject({ status: 'dropped', reason: 'not-an-event' });
    await send();
    expect(transport.requests).toEqual([]);
  });

  // DL-10 of the test cases.
  it('no object is nothing to send', async () => {
    const { user, transport, send } = setup();
    const receipt = user.viewedObjectIDs({ eventName: 'Viewed', index: 'products', objectIDs: [] });
    await send();
    expect(await receipt).toMatchObject({ status: 'dropped', reason: 'nothing-to-send', field: 'objectIDs' });
    expect(transport.requests).toEqual([]);
  });

  // DL-10 of the test cases.
  it('positions that do not match are reported, and left to the server', async () => {
    const { user, transport, warnings, send } = setup();
    const mismatched = { ...click(), queryID: 'a'.repeat(32), objectIDs: ['1', '2', '3'], positions: [1, 2] };
    void user.track(mismatched as never);
    void user.track({ ...mismatched, objectIDs: Array.from({ length: 45 }, String) } as never);
    await send();
    expect(transport.accepted.map((e) => (e.objectIDs as string[]).length)).toEqual([3, 45]);
    expect(warnings.every(({ code }) => code === 'event-suspect')).toBe(true);
    expect(warnings.some(({ message }) => message.includes('positions'))).toBe(true);
  });

  it('the value of a split purchase is not multiplied', async () => {
    const { user, transport, send } = setup();
    const objectIDs = Array.from({ length: 30 }, (_, i) => `o${i}`);
    const purchase = { eventName: 'Purchased', index: 'products', objectIDs, value: 60, currency: 'EUR' };
    void user.purchasedObjectIDs({ ...purchase, objectData: objectIDs.map(() => ({ price: 1, quantity: 2 })) });
    void user.purchasedObjectIDs(purchase);
    await send();
    expect(transport.accepted.map(({ value }) => value)).toEqual([40, 20, 60, undefined]);
  });

  it('filters are encoded once', async () => {
    const { user, transport, send } = setup();
    const filters = ['brand:A & B%', 'brand:A%20%26%20B%25', 'plain', 'a:b:c'];
    void user.clickedFilters({ eventName: 'Clicked', index: 'products', filters });
    await send();
    expect(transport.accepted[0]!.filters).toEqual([
      'brand:A%20%26%20B%25',
      'brand:A%20%26%20B%25',
      'plain',
      'a:b%3Ac',
    ]);
  });
});

describe('failures', () => {
  it('an outage loses and duplicates nothing, in few requests', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith({ status: 503 });
    for (let i = 0; i < 100; i += 1) {
      void user.track(click(`o${i}`));
      await clock.advance(300);
    }
    transport.answerWith({ status: 200 });
    await clock.advance(5 * minute);
    expect(ids(transport.accepted)).toEqual(Array.from({ length: 100 }, (_, i) => `o${i}`));
    expect(transport.requests.length).toBeLessThanOrEqual(10);
  });

  // DL-05 of the test cases.
  it('a dead endpoint is tried ever more rarely, and success resumes at once', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith({ status: 0 });
    const delivered = user.track(click('a'));
    await clock.advance(10 * minute);
    expect(transport.requests.length).toBeLessThanOrEqual(10);
    const before = transport.requests.length;
    await clock.advance(24 * hour);
    expect(transport.requests.length - before).toBeLessThanOrEqual((24 * 60) / 5);
    transport.answerWith({ status: 200 });
    await clock.advance(5 * minute);
    expect(ids(transport.accepted)).toEqual(['a']);
    expect(await delivered).toEqual({ status: 'stored' });
    void user.track(click('b'));
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
  });

  // PK-07 of the test cases.
  it('an endpoint that never answers is reported once, and not before the third time', async () => {
    const { user, transport, clock, warnings } = setup();
    transport.answerWith({ status: 0 });
    void user.track(click('a'));
    await clock.advance(3_000);
    expect([transport.requests.length, warnings]).toEqual([2, []]);
    await clock.advance(hour);
    expect(warnings.map(({ code }) => code)).toEqual(['api-unreachable']);
  });

  it('Retry-After is kept, and neither flush nor new events cut it short', async () => {
    const { user, transport, clock, send } = setup({ random: () => 0 });
    transport.answerWith({ status: 429, retryAfterMs: 60_000 });
    void user.track(click('a'));
    await send();
    transport.answerWith({ status: 200 });
    void user.flush({ timeoutMs: 1 });
    void user.track(click('b'));
    await clock.advance(59_999);
    expect(transport.requests).toHaveLength(1);
    await clock.advance(1);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
  });

  it('a request that hangs is given up and tried again', async () => {
    const { user, transport, clock, send } = setup();
    transport.answerWith(() => new Promise(() => {}));
    void user.track(click('a'));
    await send();
    transport.answerWith({ status: 200 });
    await clock.advance(30_000 + 2_000);
    expect(ids(transport.accepted)).toEqual(['a']);
    expect(transport.requests).toHaveLength(2);
  });

  describe('a browser that takes no more keepalive requests', () => {
    /** A page whose requests are answered in turn, and which of them outlive the page. */
    function refusing(...answers: FakeAnswer[]) {
      const transport = fakeTransport();
      transport.answerWith(() => answers.shift() ?? { status: 200 });
      const outlives: boolean[] = [];
      const noting = {
        ...transport,
        send(...[request, options]: Parameters<typeof transport.send>) {
          outlives.push(options.outlives);
          return transport.send(request, options);
        },
      };
      return { ...setup({ transport: noting }), transport, outlives };
    }

    it('gets a first batch of several events once more at once, without keepalive', async () => {
      const { user, transport, outlives, send } = refusing({ status: 0 });
      const receipts = ['a', 'b'].map((id) => user.track(click(id)));
      await send();
      expect(outlives).toEqual([true, false]);
      expect(transport.requests.map(({ events }) => ids(events))).toEqual([
        ['a', 'b'],
        ['a', 'b'],
      ]);
      expect(await Promise.all(receipts)).toEqual([{ status: 'delivered' }, { status: 'delivered' }]);
    });

    it('gets a single event again only after the pause', async () => {
      const { user, transport, outlives, clock, send } = refusing({ status: 0 });
      void user.track(click('a'));
      await send();
      expect(outlives).toEqual([true]);
      await clock.advance(2_000);
      expect([outlives, ids(transport.accepted)]).toEqual([[true, true], ['a']]);
    });

    it('gets a batch once and no more after a failure, or an answer of any kind', async () => {
      const { user, outlives, clock, send } = refusing({ status: 0 }, { status: 0 }, { status: 0 }, { status: 503 });
      for (const id of ['a', 'b']) void user.track(click(id));
      await send();
      expect(outlives).toEqual([true, false]);
      await clock.advance(2_000);
      expect(outlives).toEqual([true, false, true]);
      const answered = refusing({ status: 503 });
      for (const id of ['a', 'b']) void answered.user.track(click(id));
      await answered.send();
      expect(answered.outlives).toEqual([true]);
    });

    it('gets nothing more while it says that it is offline', async () => {
      const { user, transport, page, outlives, send } = refusing();
      transport.answerWith(() => {
        page.say('offline');
        return { status: 0 };
      });
      for (const id of ['a', 'b']) void user.track(click(id));
      await send();
      expect(outlives).toEqual([true]);
    });

    it('gets a batch that is too large for keepalive no second time', async () => {
      const { user, outlives, send } = refusing({ status: 0 });
      for (const id of ['a', 'b']) void user.track(click(id.repeat(30_000)));
      await send();
      expect(outlives).toEqual([false]);
    });
  });

  it('an answer of any kind in between puts off the warning that none comes', async () => {
    const { user, transport, clock, warnings } = setup();
    const statuses = [0, 0, 503, 0, 0];
    transport.answerWith(() => ({ status: statuses.shift() ?? 200 }));
    void user.track(click('a'));
    await clock.advance(hour);
    expect([ids(transport.accepted), warnings]).toEqual([['a'], []]);
  });

  it('a browser that was wrong about being offline is believed the next time', async () => {
    const { user, transport, clock, page } = setup();
    page.say('offline');
    void user.track(click('a'));
    await clock.advance(minute);
    expect(ids(transport.accepted)).toEqual(['a']);
    page.say('offline');
    void user.track(click('b'));
    await clock.advance(29_000);
    expect(ids(transport.accepted)).toEqual(['a']);
    page.say('online');
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
  });

  it('waits while the browser is offline, and sends everything as soon as it is online', async () => {
    const { user, transport, clock, page } = setup();
    page.say('offline');
    for (let i = 0; i < 10; i += 1) void user.track(click(`o${i}`));
    await clock.advance(29_000);
    expect(transport.requests).toEqual([]);
    page.say('online');
    await clock.advance(250);
    expect(transport.requests.map(({ events }) => events.length)).toEqual([10]);
  });

  // cases-2, S03: some VPNs make browsers say that they are offline.
  it('tries now and then while the browser says it is offline, and believes a request that works', async () => {
    const { user, transport, clock, page } = setup();
    transport.answerWith({ status: 0 });
    page.say('offline');
    void user.track(click('o0'));
    await clock.advance(hour);
    const tries = transport.requests.length;
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(20);
    transport.answerWith({ status: 200 });
    await clock.advance(5 * minute);
    expect(ids(transport.accepted)).toEqual(['o0']);
    void user.track(click('o1'));
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['o0', 'o1']);
  });

  it('a batch that never gets a readable answer while others pass is halved, and its culprit dropped', async () => {
    const { user, transport, clock } = setup();
    // An answer without CORS headers looks like a dead network.
    transport.answerWith(({ events }) => ({ status: ids(events).includes('poison') ? 0 : 200 }));
    const receipts = ['a', 'poison', 'b', 'c'].map((id) => user.track(click(id)));
    await clock.advance(250);
    for (let i = 0; i < 60; i += 1) {
      void user.track(click(`later${i}`));
      await clock.advance(minute);
    }
    const accepted = ids(transport.accepted);
    expect(accepted).toEqual(expect.arrayContaining(['a', 'b', 'c', 'later0', 'later59']));
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(accepted).not.toContain('poison');
    expect((await receipts[1])?.status).toBe('stored');
  });

  it('failures while nothing passed are held against no event', async () => {
    const { user, transport, clock } = setup();
    const dropped: unknown[] = [];
    user.on('eventDropped', ({ reason }) => dropped.push(reason));
    transport.answerWith({ status: 0 });
    void user.track(click('a'));
    await clock.advance(10 * minute);
    // One passes, one failure, then all is well.
    const statuses = [200, 0];
    transport.answerWith(() => ({ status: statuses.shift() ?? 200 }));
    void user.track(click('b'));
    await clock.advance(30 * minute);
    expect(dropped).toEqual([]);
    expect(ids(transport.accepted).sort()).toEqual(['a', 'b']);
  });

  it('a network that loses every third request costs no event', async () => {
    const { user, transport, clock } = setup();
    let requests = 0;
    transport.answerWith(() => {
      requests += 1;
      return { status: requests % 3 ? 200 : 0 };
    });
    for (let n = 0; n < 300; n += 1) {
      void user.track(click(`o${n}`));
      await clock.advance(5_000);
    }
    await clock.advance(10 * minute);
    expect(new Set(ids(transport.accepted)).size).toBe(300);
  });

  it('a page that is back from the cache warnings that the network is too, though nobody told it', async () => {
    let isOnline = true;
    const page = fakePage();
    const { user, transport, clock } = setup({ page: { ...page, isOnline: () => isOnline } });
    isOnline = false;
    page.say('offline');
    void user.track(click('a'));
    page.say('exit');
    isOnline = true;
    page.say('restored');
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['a']);
  });

  it('a dead network alone halves nothing: what failed goes out together when it is back', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith({ status: 0 });
    for (let i = 0; i < 50; i += 1) {
      void user.track(click(`o${i}`));
      await clock.advance(minute);
    }
    const attempts = transport.requests.length;
    transport.answerWith({ status: 200 });
    await clock.advance(6 * minute);
    expect(new Set(ids(transport.accepted)).size).toBe(50);
    expect(transport.accepted).toHaveLength(50);
    expect(transport.requests.length - attempts).toBeLessThanOrEqual(3);
  });
});

describe('age and clocks', () => {
  // DL-07 of the test cases.
  it('an event past the age limit is dropped before sending, fresh ones go', async () => {
    const { user, transport, clock, page } = setup({ maxEventAgeMs: 4 * 24 * hour });
    page.say('offline');
    transport.answerWith({ status: 0 });
    const old = user.track(click('old'));
    const dropped: unknown[] = [];
    user.on('eventDropped', (event) => dropped.push([event.reason, ...ids([event.event as never])]));
    await clock.advance(5 * 24 * hour);
    void user.track(click('new'));
    transport.answerWith({ status: 200 });
    page.say('online');
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['new']);
    expect(dropped).toEqual([['too-old', 'old']]);
    expect(await old).toEqual({ status: 'stored' });
  });

  // cases-2, S08: the API's time of receipt is right, whatever the device's clock says.
  it('leaves the timestamp of an event of the last minute to the API, and writes that of an older one', async () => {
    const { user, transport, clock, send } = setup();
    void user.track(click('live'));
    await send();
    transport.answerWith({ status: 503, retryAfterMs: 2 * minute });
    void user.track(click('late'));
    await send();
    transport.answerWith({ status: 200 });
    await clock.advance(3 * minute);
    expect(transport.accepted.map(({ timestamp }) => timestamp)).toEqual([undefined, 1_800_000_000_250]);
  });

  it('a wrong device clock costs late events one extra request, then they travel without timestamp', async () => {
    const { user, transport, clock } = setup();
    const real = clock.now();
    clock.setNow(real - 365 * 24 * hour);
    transport.answerWith({ status: 503, retryAfterMs: 2 * minute });
    for (let i = 0; i < 100; i += 1) void user.track(click(`o${i}`));
    await clock.advance(250);
    transport.answerWith(({ events }) =>
      events.some(({ timestamp }) => timestamp !== undefined && real - (timestamp as number) > 30 * 24 * hour)
        ? { status: 422, message: 'The timestamp is too old' }
        : { status: 200 },
    );
    await clock.advance(5 * minute);
    expect(transport.accepted).toHaveLength(100);
    expect(transport.requests).toHaveLength(3);
  });

  it("a late event has the server's time once an answer has told it", async () => {
    const { user, transport, clock, send } = setup();
    const real = clock.now() + 365 * 24 * hour;
    transport.answerWith(() => ({ status: 503, retryAfterMs: 2 * minute, serverNow: real + clock.monotonicNow() }));
    void user.track(click('a'));
    await send();
    transport.answerWith({ status: 200 });
    await clock.advance(3 * minute);
    expect(transport.accepted.map(({ timestamp }) => timestamp)).toEqual([real]);
  });

  it('a timestamp of hours ago that the application gave is kept, and its refusal is the end of the event', async () => {
    const { user, transport, send } = setup();
    transport.answerWith({ status: 422, message: 'The timestamp is too old' });
    const receipt = user.track({ ...click(), timestamp: 1_799_992_000_000 });
    await send();
    expect(transport.requests.map(({ events }) => events[0]!.timestamp)).toEqual([1_799_992_000_000]);
    expect(await receipt).toMatchObject({ status: 'dropped', reason: 'refused' });
  });

  it('a set clock does not make fresh events old', async () => {
    const { user, transport, clock, page } = setup();
    clock.setNow(0);
    page.say('offline');
    void user.track(click());
    clock.setNow(1_800_000_000_000);
    page.say('online');
    await clock.advance(250);
    expect(transport.requests).toHaveLength(1);
  });
});

describe('receipts', () => {
  // DL-12 of the test cases.
  it('every send settles to what became of it: delivered, stored, refused, dropped', async () => {
    const { user, transport, clock, send } = setup();
    const delivered = user.track(click());
    await send();
    transport.answerWith({ status: 422, message: 'no' });
    const refused = user.track(click());
    await send();
    transport.answerWith(() => new Promise(() => {}));
    const stored = user.track(click());
    await clock.advance(20_000);
    const dropped = user.track(undefined as never);
    const statuses = await Promise.all([delivered, refused, stored, dropped]);
    expect(statuses.map((receipt) => [receipt.status, 'reason' in receipt ? receipt.reason : ''])).toEqual([
      ['delivered', ''],
      ['dropped', 'refused'],
      ['stored', ''],
      ['dropped', 'not-an-event'],
    ]);
  });

  it('say stored after ten seconds without an answer, and the listener hears the rest', async () => {
    const { user, transport, clock } = setup();
    transport.answerWith({ status: 503 });
    const delivered: unknown[] = [];
    user.on('eventDelivered', ({ event }) => delivered.push(...ids([event as never])));
    const seen = peek(user.track(click('a')));
    await clock.advance(9_999);
    expect(seen.receipt).toBeUndefined();
    await clock.advance(1);
    expect(seen.receipt).toEqual({ status: 'stored' });
    transport.answerWith({ status: 200 });
    await clock.advance(5 * minute);
    expect(delivered).toEqual(['a']);
  });

  it.each([200, 422])(
    'an event that is evicted while it is under way has one end, whatever the answer: %i',
    async (status) => {
      const { user, transport, clock } = setup({ outbox: memoryOutbox({ maxEvents: 2 }) });
      const ends: string[] = [];
      user.on('eventDropped', ({ event, reason }) => ends.push(`${reason} ${ids([{ ...event }])}`));
      user.on('eventDelivered', ({ event }) => ends.push(`delivered ${ids([{ ...event }])}`));
      transport.answerWith(async () => {
        await new Promise((resolve) => clock.setTimeout(resolve, 100));
        return { status };
      });
      const receipt = user.track(click('a'));
      await clock.advance(250);
      void user.track(click('b'));
      void user.track(click('c'));
      await clock.advance(100);
      expect(ends).toEqual(['outbox-full a']);
      expect(await receipt).toMatchObject({ reason: 'outbox-full' });
    },
  );

  it('many that are over are dropped with one change of the outbox', async () => {
    const outbox = memoryOutbox();
    const { remove } = outbox;
    let removals = 0;
    Object.assign(outbox, {
      remove: (entries: Iterable<never>) => {
        if ([...entries].length > 0) removals += 1;
        remove(entries);
      },
    });
    const { user, page, clock, transport } = setup({ outbox, maxEventAgeMs: minute });
    transport.answerWith({ status: 0 });
    let dropped = 0;
    user.on('eventDropped', () => {
      dropped += 1;
    });
    const receipts = Array.from({ length: 500 }, (_, n) => user.track(click(`o${n}`)));
    page.say('offline');
    await clock.advance(2 * minute);
    page.say('online');
    await clock.advance(250);
    expect(removals).toBe(1);
    expect(new Set((await Promise.all(receipts)).map(({ status }) => status))).toEqual(new Set(['stored']));
    expect(dropped).toBe(500);
  });

  it('a full outbox lets the oldest go, and says so', async () => {
    const { user, transport, page, clock } = setup({ outbox: memoryOutbox({ maxEvents: 3 }) });
    page.say('offline');
    const receipts = ['a', 'b', 'c', 'd', 'e'].map((id) => user.track(click(id)));
    expect(await receipts[0]).toEqual({ status: 'dropped', reason: 'outbox-full' });
    page.say('online');
    await clock.advance(250);
    expect(ids(transport.accepted)).toEqual(['c', 'd', 'e']);
  });
});

describe('consent', () => {
  it('pending: nothing is read, stored or sent; a grant lets the events go under their own tokens', async () => {
    const calls: string[] = [];
    const spying = {
      read: (slot: string) => void calls.push(`read ${slot}`) as undefined,
      write: (slot: string) => void calls.push(`write ${slot}`),
      remove: (slot: string) => void calls.push(`remove ${slot}`),
      erase: () => void calls.push('erase'),
    };
    const { user, transport, clock } = setup({ consent: 'pending', tokenStore: spying });
    const first = user.track(click('a'));
    user.login('u1');
    void user.track(click('b'));
    await clock.advance(hour);
    expect(calls).toEqual([]);
    expect(transport.requests).toEqual([]);
    expect(await first).toEqual({ status: 'stored' });
    user.consent.grant();
    await clock.advance(250);
    expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['anonymous-1', 'u1']);
    expect(calls).toContain('write identified');
  });

  // CO-01 of the test cases.
  it('denied: nothing is sent or kept, there is no token, and a later grant starts cleanly', async () => {
    const { user, transport, tokenStore, send } = setup({ consent: 'denied' });
    expect(user.token).toBeUndefined();
    expect(await user.track(click())).toEqual({ status: 'dropped', reason: 'opted-out' });
    await send();
    expect(transport.requests).toEqual([]);
    expect(tokenStore.read('anonymous')).toBeUndefined();
    user.consent.grant();
    expect(tokenStore.read('anonymous')).toBe(user.token);
  });

  it('a denial drops what waits with its reason, also what is under way, and erases the tokenStore', async () => {
    const { user, transport, clock, tokenStore, send } = setup();
    user.login('u1');
    transport.answerWith({ status: 503 });
    const ends: unknown[] = [];
    user.on('eventDropped', ({ reason }) => ends.push(reason));
    const receipt = user.track(click());
    await send();
    user.consent.deny();
    transport.answerWith({ status: 200 });
    await clock.advance(hour);
    expect(await receipt).toEqual({ status: 'dropped', reason: 'opted-out' });
    expect(ends).toEqual(['opted-out']);
    expect(transport.accepted).toEqual([]);
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([undefined, undefined]);
  });
});

describe('the end of the page', () => {
  // DL-01 of the test cases.
  it('hidden flushes; pagehide hands over what is left; nothing goes twice', async () => {
    const { user, transport, page, clock } = setup();
    void user.track(click('a'));
    page.say('hidden');
    await clock.advance(0);
    expect(ids(transport.accepted)).toEqual(['a']);
    const receipt = user.track(click('b'));
    page.say('exit');
    expect(transport.requests.at(-1)).toMatchObject({ handedOver: true });
    expect(await receipt).toEqual({ status: 'stored' });
    page.say('hidden');
    page.say('exit');
    await clock.advance(hour);
    expect(ids(transport.accepted)).toEqual(['a', 'b']);
  });

  // DL-02 of the test cases.
  it('what exceeds the budget stays, in bytes, and goes out when the page comes back', async () => {
    const { user, transport, page, clock } = setup();
    for (let i = 0; i < 60; i += 1) void user.track(click('é'.repeat(900) + i));
    page.say('exit');
    const [first] = transport.requests;
    expect(first!.bytes).toBeLessThanOrEqual(49_152);
    expect(first!.events.length).toBeGreaterThan(20);
    page.say('restored');
    await clock.advance(250);
    expect(new Set(ids(transport.accepted)).size).toBe(60);
    expect(transport.accepted).toHaveLength(60);
  });

  it('a page with stored events sends no more at once than outlives it, and what is larger on its own', async () => {
    const outbox = storageOutbox({
      appId: 'APP',
      storage: memoryStorage(),
      locks: fakeLocks(),
      clock: fakeClock(),
      tabs: fakeTabs()(),
    });
    const { user, transport, send } = setup({ outbox });
    void user.track(click('large'.repeat(10_000)));
    for (let n = 0; n < 60; n += 1) void user.track(click('é'.repeat(900) + n));
    await send();
    expect(transport.accepted).toHaveLength(61);
    const sizes = transport.requests.map(({ bytes }) => bytes > 49_152);
    expect(sizes.filter(Boolean)).toHaveLength(1);
    expect(transport.requests.find(({ bytes }) => bytes > 49_152)!.events).toHaveLength(1);
  });

  it('a suspect event travels alone at the end too', async () => {
    const { user, transport, page } = setup();
    void user.track(click('a'));
    void user.track({ ...click('b'), eventName: '' });
    page.say('exit');
    expect(transport.requests.map(({ events }) => ids(events))).toEqual([['a'], ['b']]);
  });

  it('what is under way by keepalive is not sent again', async () => {
    const { user, transport, page, clock, send } = setup();
    transport.answerWith(() => new Promise(() => {}));
    void user.track(click('a'));
    await send();
    void user.track(click('b'));
    page.say('exit');
    await clock.advance(hour);
    expect(transport.requests.map(({ events }) => ids(events))).toEqual([['a'], ['b']]);
  });

  it('back from the cache, the page does not wait for a request that died in it', async () => {
    const { user, transport, page, clock, send } = setup();
    transport.answerWith(() => new Promise(() => {}));
    void user.track(click('a'));
    await send();
    page.say('exit');
    page.say('restored');
    transport.answerWith(() => ({ status: 200 }));
    const receipt = user.track(click('b'));
    await clock.advance(250);
    expect(await receipt).toEqual({ status: 'delivered' });
  });

  it('hidden after an exit that was cut short sends nothing, and leaves all to the next page at once', async () => {
    const storage = memoryStorage();
    const clock = fakeClock();
    const locks = fakeLocks();
    const channel = fakeTabs();
    const outboxOf = () => storageOutbox({ appId: 'APP', storage, locks, clock, tabs: channel() });
    const whole = outboxOf();
    let cuts = 0;
    // As Firefox ends the listeners of pagehide when a tab is closed.
    const outbox = Object.create(whole, { release: { value: () => void (cuts++ > 0 && whole.release?.()) } });
    const { user, transport, page } = setup({ clock, outbox });
    transport.answerWith({ status: 503 });
    void user.track(click('a'));
    await clock.advance(250);
    page.say('exit');
    const requests = transport.requests.length;
    page.say('hidden');
    await clock.advance(0);
    expect(transport.requests).toHaveLength(requests);
    const next = setup({ clock, outbox: outboxOf() });
    await clock.advance(3_000);
    expect(ids(next.transport.accepted)).toEqual(['a']);
  });

  it('dispose hands over what waits and leaves no timer and no listener', async () => {
    const { user, transport, page, clock } = setup();
    const receipt = user.track(click('a'));
    user.dispose();
    user.dispose();
    expect(ids(transport.accepted)).toEqual(['a']);
    expect(await receipt).toEqual({ status: 'stored' });
    expect([clock.timers, page.listeners]).toEqual([0, 0]);
    expect(await user.track(click('b'))).toEqual({ status: 'dropped', reason: 'disposed' });
    expect(await user.flush()).toBe(false);
  });

  it("dispose before consent touches nothing of other pages'", () => {
    const storage = memoryStorage();
    storage.setItem('usertoken:outbox:APP:other:1', 'theirs');
    const outbox = storageOutbox({ appId: 'APP', storage, locks: undefined, tabs: fakeTabs()(), clock: fakeClock() });
    const { user } = setup({ consent: 'pending', outbox });
    void user.track(click());
    user.dispose();
    expect(storage.getItem('usertoken:outbox:APP:other:1')).toBe('theirs');
  });

  it('dispose before consent tells the end of what waited', async () => {
    const { user, transport } = setup({ consent: 'pending' });
    const ends: unknown[] = [];
    user.on('eventDropped', ({ reason }) => ends.push(reason));
    void user.track(click('a'));
    user.dispose();
    expect(ends).toEqual(['disposed']);
    expect(transport.requests).toEqual([]);
  });
});

describe('flush', () => {
  it('sends at once and resolves to whether nothing waits', async () => {
    const { user, transport, clock } = setup();
    void user.track(click('a'));
    const flushed = user.flush();
    await clock.advance(0);
    expect(await flushed).toBe(true);
    expect(ids(transport.accepted)).toEqual(['a']);
    expect(await user.flush()).toBe(true);
  });

  it('gives up at its time, and at once where nothing can be sent', async () => {
    const { user, transport, clock, send } = setup();
    transport.answerWith({ status: 503 });
    void user.track(click('a'));
    await send();
    expect(await user.flush({ timeoutMs: 1 })).toBe(false);
    const held = setup({ consent: 'pending' });
    void held.user.track(click('a'));
    expect(await held.user.flush()).toBe(false);
    await clock.advance(0);
  });
});
