import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OutboxLimits } from '../../src/adapters/memory-outbox.js';
import { storageOutbox } from '../../src/adapters/storage-outbox.js';
import type { UserTokenOptions } from '../../src/index.js';
import { type FakeRequest, fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { click, ids, setup } from '../support/setup.js';

const minute = 60_000;
const day = 24 * 60 * minute;
const year = 365 * day;

const rejections: unknown[] = [];
const noteRejection = (reason: unknown) => void rejections.push(reason);
beforeAll(() => void process.on('unhandledRejection', noteRejection));
afterAll(() => {
  process.off('unhandledRejection', noteRejection);
  expect(rejections).toEqual([]);
});

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** A browser whose pages keep their events in one storage. */
function browser(storage = memoryStorage()) {
  const clock = fakeClock();
  const locks = fakeLocks();
  const channel = fakeTabs();
  const keys = () => Array.from({ length: storage.length }, (_, index) => storage.key(index)!);
  return {
    clock,
    storage,
    chunks: () => keys().filter((key) => /:\d+$/.test(key)),
    characters: () => keys().reduce((sum, key) => sum + key.length + storage.getItem(key)!.length, 0),
    open(options: Partial<UserTokenOptions> = {}, limits: OutboxLimits = {}) {
      const outbox = storageOutbox({ ...limits, appId: 'APP', storage, locks, clock, tabs: channel() });
      return { ...setup({ clock, outbox, ...options }), outbox };
    },
  };
}

/** The API's answer by its own clock, which is right. */
const judgingAge = (serverNow: () => number) => (request: FakeRequest) =>
  request.events.some(({ timestamp }) => timestamp !== undefined && serverNow() - (timestamp as number) > 30 * day)
    ? { status: 422, message: 'timestamp is too old' }
    : { status: 200 };

describe('an endpoint that is dead for a week', () => {
  const maxEvents = 20;

  it.each([0, 503])(
    // ST-04 of the test cases.
    'status %i: requests, memory and storage stay bounded, and what is kept is delivered once',
    async (status) => {
      const { clock, open, characters, chunks } = browser();
      const { user, transport, warnings, outbox } = open({}, { maxEvents });
      const dropped: unknown[] = [];
      user.on('eventDropped', ({ reason }) => dropped.push(reason));
      transport.answerWith({ status });
      const tracked = (7 * day) / (10 * minute);
      let most = 0;
      for (let n = 0; n < tracked; n += 1) {
        void user.track(click(`o${n}`));
        await clock.advance(10 * minute);
        most = Math.max(most, characters());
      }
      // One each five minutes, and some more at first.
      expect(transport.requests.length).toBeLessThanOrEqual((7 * day) / (5 * minute) + 10);
      expect(outbox.size).toBe(maxEvents);
      // A chunk of its own for each event, with 300 characters beside what is sent.
      expect(most).toBeLessThan(maxEvents * 600);
      expect(warnings.map(({ code }) => code)).toEqual(status === 0 ? ['api-unreachable'] : []);
      expect(dropped).toEqual(Array.from({ length: tracked - maxEvents }, () => 'outbox-full'));

      transport.answerWith({ status: 200 });
      await clock.advance(6 * minute);
      expect(ids(transport.accepted).sort()).toEqual(names('o', tracked).slice(-maxEvents).sort());
      expect([outbox.size, chunks()]).toEqual([0, []]);
    },
  );

  // ST-04, DL-05 of the test cases.
  it('5000 events in a burst and 1000 more: the oldest make room, and each try is one request', async () => {
    const { clock, open, chunks } = browser();
    const { user, transport, outbox } = open();
    transport.answerWith({ status: 0 });
    for (let n = 0; n < 6000; n += 1) void user.track(click(`o${n}`));
    await clock.advance(10 * minute);
    expect(outbox.size).toBe(5000);
    expect(transport.requests.length).toBeLessThanOrEqual(10);
    transport.answerWith({ status: 200 });
    await clock.advance(6 * minute);
    expect(ids(transport.accepted).sort()).toEqual(names('o', 6000).slice(1000).sort());
    expect(chunks()).toEqual([]);
  });
});

describe('a device clock that is wrong', () => {
  const wrong = [
    ['a year behind', -year],
    ['a year ahead', year],
  ] as const;

  // DL-07 of the test cases.
  it.each(wrong)('%s: nothing fresh is lost, and it costs one request more', async (_, offset) => {
    const { clock, open } = browser();
    const real = clock.now();
    const serverNow = () => real + clock.monotonicNow();
    clock.setNow(real + offset);
    const { user, transport } = open();
    transport.answerWith(judgingAge(serverNow));
    for (const name of names('o', 100)) void user.track(click(name));
    await clock.advance(minute);
    void user.track(click('later'));
    await clock.advance(minute);
    expect(ids(transport.accepted)).toEqual([...names('o', 100), 'later']);
    expect(transport.requests.length).toBeLessThanOrEqual(3);
  });

  // DL-07 of the test cases.
  it.each(wrong)('%s: nor is what an earlier page left a minute ago', async (_, offset) => {
    const { clock, open } = browser();
    const real = clock.now();
    const serverNow = () => real + clock.monotonicNow();
    clock.setNow(real + offset);
    const first = open();
    first.transport.answerWith({ status: 503 });
    for (const name of names('o', 100)) void first.user.track(click(name));
    await clock.advance(1_000);
    first.page.say('exit');
    const next = open();
    next.transport.answerWith(judgingAge(serverNow));
    await clock.advance(minute);
    expect(ids(next.transport.accepted)).toEqual(names('o', 100));
    expect(next.transport.requests.length).toBeLessThanOrEqual(3);
  });
});

describe('credentials', () => {
  it('refused on one page: the next one with good ones delivers what was kept', async () => {
    const { clock, open, chunks } = browser();
    const first = open({ apiKey: 'OLD' });
    first.transport.answerWith({ status: 401 });
    for (const name of names('a', 50)) void first.user.track(click(name));
    await clock.advance(1_000);
    for (const name of names('b', 50)) void first.user.track(click(name));
    await clock.advance(10 * minute);
    expect(first.transport.requests).toHaveLength(1);
    first.page.say('hidden');
    first.page.say('exit');
    const next = open({ apiKey: 'NEW' });
    await clock.advance(minute);
    expect(ids(next.transport.accepted).sort()).toEqual([...names('a', 50), ...names('b', 50)].sort());
    expect(first.transport.accepted).toEqual([]);
    expect(chunks()).toEqual([]);
    expect([...first.warnings, ...next.warnings].map(({ code }) => code)).toEqual(['credentials-refused']);
  });
});

describe('events that the server may refuse', () => {
  const suspect = [
    { eventName: 'x'.repeat(65) },
    { index: '' },
    { queryID: 'short', positions: [1] },
    { value: 'x'.repeat(17) },
    { eventType: 'unheard-of' },
  ];

  it('1000 suspect ones of five kinds cost a request a kind, and only the kinds it minds are lost', async () => {
    const { clock, open, chunks } = browser();
    const { user, transport, warnings } = open();
    transport.answerWith(({ events }) =>
      events.some(({ index }) => index === '') ? { status: 422, message: 'index is empty' } : { status: 200 },
    );
    const receipts = names('o', 1000).map((name, n) => user.track({ ...click(name), ...suspect[n % 5] } as never));
    for (const name of names('good', 10)) void user.track(click(name));
    await clock.advance(minute);
    const wanted = [...names('o', 1000).filter((_, n) => n % 5 !== 1), ...names('good', 10)];
    expect(ids(transport.accepted).sort()).toEqual(wanted.sort());
    const ends = (await Promise.all(receipts)).map((receipt) =>
      'message' in receipt ? receipt.message : receipt.status,
    );
    expect(ends).toEqual(ends.map((_, n) => (n % 5 === 1 ? 'index is empty' : 'delivered')));
    expect(transport.requests.length).toBeLessThanOrEqual(2 * suspect.length + 2);
    expect(warnings.length).toBeLessThanOrEqual(suspect.length + 1);
    expect(chunks()).toEqual([]);
  });

  // DL-07 of the test cases.
  it('a poison event among 1000 is found within two pages, no other is lost, none is sent twice', async () => {
    const { clock, open, chunks } = browser();
    const isPoisoned = ({ events }: FakeRequest) => ids(events).includes('o500');
    const first = open();
    first.transport.answerWith({ status: 503 });
    for (const name of names('o', 1000)) void first.user.track(click(name));
    await clock.advance(1_000);
    first.page.say('exit');
    const next = open();
    const dropped: unknown[] = [];
    next.user.on('eventDropped', ({ event, ...end }) => dropped.push([ids([event as never])[0], end.message]));
    next.transport.answerWith((request) =>
      isPoisoned(request) ? { status: 422, message: 'no good' } : { status: 200 },
    );
    await clock.advance(minute);
    expect(ids(next.transport.accepted).sort()).toEqual(
      names('o', 1000)
        .filter((name) => name !== 'o500')
        .sort(),
    );
    expect(dropped).toEqual([['o500', 'no good']]);
    expect(next.transport.requests.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(1000)) + 2);
    expect(chunks()).toEqual([]);
  });
});

describe('a storage that is full', () => {
  /** A storage of which some writes fail, counted from 1. */
  const fullAt = (isFull: (write: number) => boolean) => {
    const storage = memoryStorage();
    let writes = 0;
    const setItem = (key: string, value: string) => {
      writes += 1;
      if (isFull(writes)) throw new DOMException('full', 'QuotaExceededError');
      storage.setItem(key, value);
    };
    return new Proxy(storage, { get: (target, name) => (name === 'setItem' ? setItem : Reflect.get(target, name)) });
  };

  it.each([
    ['all writes', () => true],
    ['all but the first', (write: number) => write > 1],
    ['the third', (write: number) => write === 3],
    ['all from the third on', (write: number) => write >= 3],
    // ST-01, ST-03 of the test cases.
  ] as const)('%s fail: track returns as ever, and each event is delivered once', async (_, isFull) => {
    const { clock, open, chunks } = browser(fullAt(isFull));
    const { user, transport, warnings } = open();
    transport.answerWith({ status: 503 });
    for (const name of names('o', 20)) {
      expect(user.track(click(name))).toBeInstanceOf(Promise);
      await clock.advance(1_000);
    }
    transport.answerWith({ status: 200 });
    await clock.advance(6 * minute);
    expect(ids(transport.accepted).sort()).toEqual(names('o', 20).sort());
    expect([warnings, chunks()]).toEqual([[], []]);
  });
});
