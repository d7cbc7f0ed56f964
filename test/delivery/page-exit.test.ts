import { describe, expect, it } from 'vitest';
import { storageOutbox } from '../../src/index.js';
import { type FakeClock, fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { click, ids, type Setup, setup } from '../support/setup.js';

const minute = 60_000;
/** The channel of a page that is too busy to answer, or frozen. */
const deaf = { post() {}, open() {}, close() {} };

/** A browser whose pages share a storage, in which what one leaves behind is another's to send. */
function browser(clock: FakeClock = fakeClock()) {
  const storage = memoryStorage();
  const locks = fakeLocks();
  const channel = fakeTabs();
  const { setItem } = storage;
  /** Messages take a moment, as on a real channel. */
  const slowly = () => {
    const tabs = channel();
    const open = (listener: (message: unknown) => void) =>
      tabs.open((message) => void clock.setTimeout(() => listener(message), 5));
    return { ...tabs, open };
  };
  return {
    clock,
    open: (outbox: object = {}) =>
      setup({ clock, outbox: storageOutbox({ appId: 'APP', storage, locks, clock, tabs: slowly(), ...outbox }) }),
    /** From now on nothing that is stored may grow. */
    fill() {
      storage.setItem = (key, value) => {
        if (value.length > (storage.getItem(key)?.length ?? 0)) throw new DOMException('', 'QuotaExceededError');
        setItem(key, value);
      };
    },
  };
}

const trackMany = ({ user }: Setup, count: number) => {
  for (let n = 0; n < count; n += 1) void user.track(click(`o${n}`));
};
/** A request that is answered when the returned function is called. */
function holdAnswer({ transport }: Setup, answer = { status: 200 }) {
  let release = () => {};
  transport.answerWith(
    () =>
      new Promise((resolve) => {
        release = () => resolve(answer);
      }),
  );
  return () => release();
}
const received = (...pages: Setup[]) => pages.flatMap(({ transport }) => ids(transport.accepted)).sort();

describe('what earlier pages left, in an outage that goes on', () => {
  it('outlives a page that is left before its first answer', async () => {
    const { open, clock } = browser();
    const one = open();
    one.transport.answerWith({ status: 503 });
    trackMany(one, 50);
    await clock.advance(250);
    one.page.say('exit');
    const two = open();
    const answer = holdAnswer(two, { status: 503 });
    // It goes on with the backoff of the page before.
    await clock.advance(1_000);
    expect(two.transport.requests).toHaveLength(0);
    await clock.advance(2_000);
    expect(two.transport.requests).toHaveLength(1);
    two.page.say('exit');
    answer();
    const three = open();
    await clock.advance(60_000);
    expect(received(two, three)).toHaveLength(50);
  });

  it('waits on the next page as long as the server asked for on the one before', async () => {
    const { open, clock } = browser();
    const one = open();
    one.transport.answerWith({ status: 429, retryAfterMs: minute });
    trackMany(one, 2);
    await clock.advance(250);
    one.page.say('exit');
    const two = open();
    await clock.advance(minute - 1);
    expect(two.transport.requests).toHaveLength(0);
    await clock.advance(5_000);
    expect(received(two)).toHaveLength(2);
  });

  it('no longer waits on a page after one that got through', async () => {
    const { open, clock } = browser();
    const one = open();
    one.transport.answerWith({ status: 503 });
    trackMany(one, 1);
    await clock.advance(250);
    one.transport.answerWith({ status: 200 });
    await clock.advance(minute);
    expect(received(one)).toHaveLength(1);
    one.page.say('exit');
    const two = open();
    trackMany(two, 1);
    await clock.advance(250);
    expect(received(two)).toHaveLength(1);
  });

  it('is given to no browser at the exit of a page that knows of the outage from another', async () => {
    const { open, clock } = browser();
    const one = open();
    one.transport.answerWith({ status: 503 });
    trackMany(one, 1);
    await clock.advance(250);
    const two = open();
    void two.user.track(click('b'));
    await clock.advance(250);
    one.page.say('exit');
    await clock.advance(100);
    two.page.say('exit');
    expect(two.transport.requests).toEqual([]);
    const three = open();
    await clock.advance(30_000);
    expect(received(three)).toEqual(['b', 'o0']);
  });

  it('is kept with a request that nobody answers for long', async () => {
    const { open, clock } = browser();
    const one = open();
    holdAnswer(one);
    trackMany(one, 50);
    await clock.advance(29_000);
    one.page.say('exit');
    const two = open();
    await clock.advance(30_000);
    expect(received(two)).toHaveLength(50);
  });
});

describe('what the browser was given at the end of a visit', () => {
  /** A page whose exit the API fails to take, unheard. */
  async function endUnheard({ open, clock }: ReturnType<typeof browser>): Promise<Setup> {
    const page = open();
    void page.user.track(click('left'));
    await clock.advance(0);
    page.page.say('exit');
    expect(page.transport.requests.map(({ handedOver }) => handedOver)).toEqual([true]);
    return page;
  }

  it('is sent again though the page that hears of the outage ends right then', async () => {
    const shop = browser();
    await endUnheard(shop);
    // Nothing that takes time comes to an end on this page.
    const two = shop.open({ locks: { request: () => new Promise(() => {}) } });
    two.transport.answerWith({ status: 503 });
    void two.user.track(click('two'));
    await shop.clock.advance(250);
    two.page.say('exit');
    const three = shop.open();
    await shop.clock.advance(minute);
    expect(received(two, three)).toEqual(['left', 'two']);
  });

  it('is all that is at risk: a second page that ends unheard within ten seconds keeps its events', async () => {
    const shop = browser();
    await endUnheard(shop);
    const two = shop.open();
    void two.user.track(click('two'));
    await shop.clock.advance(0);
    two.page.say('hidden');
    two.page.say('exit');
    expect(two.transport.requests).toEqual([]);
    await shop.clock.advance(10_000);
    const three = shop.open();
    void three.user.track(click('three'));
    await shop.clock.advance(0);
    three.page.say('exit');
    expect(received(three)).toEqual(['three']);
  });

  it('arrives once while another page sends a batch once more that was refused for the limit of keepalive', async () => {
    const shop = browser();
    const two = shop.open({ tabs: deaf });
    const late = holdAnswer(two);
    void two.user.track(click('two'));
    await shop.clock.advance(250);
    const one = shop.open();
    let answer = () => {};
    const answers = [
      { status: 0 },
      new Promise<{ status: number }>((resolve) => {
        answer = () => resolve({ status: 200 });
      }),
    ];
    one.transport.answerWith(() => answers.shift() ?? { status: 200 });
    trackMany(one, 3);
    await shop.clock.advance(250);
    expect(one.transport.requests).toHaveLength(2);
    two.page.say('exit');
    answer();
    await shop.clock.advance(minute);
    expect(received(one)).toEqual(['o0', 'o1', 'o2']);
    late();
    await shop.clock.advance(minute);
    expect(received(one, two)).toEqual(['o0', 'o1', 'o2', 'two']);
  });
});

describe('a page that ends with a retry under way', () => {
  it('by dispose() cancels it, and the next page alone delivers', async () => {
    const { open, clock } = browser();
    const one = open();
    one.transport.answerWith({ status: 503 });
    void one.user.track(click('a'));
    await clock.advance(250);
    const answer = holdAnswer(one);
    await clock.advance(2_000);
    expect(one.transport.requests).toHaveLength(2);
    one.user.dispose();
    const two = open();
    await clock.advance(1_000);
    answer();
    await clock.advance(1_000);
    expect(received(one, two)).toEqual(['a']);
  });
});

describe('a storage that is full in an outage', () => {
  it.each(['exit', 'dispose'] as const)(
    'costs by %s the event that did not fit, and none that is stored',
    async (end) => {
      const { open, clock, fill } = browser();
      const one = open();
      const dropped: unknown[] = [];
      one.user.on('eventDropped', ({ event, reason }) => dropped.push([...ids([{ ...event }]), reason]));
      one.transport.answerWith({ status: 503 });
      trackMany(one, 100);
      await clock.advance(250);
      fill();
      void one.user.track(click('late'));
      await clock.advance(0);
      if (end === 'exit') one.page.say('exit');
      else one.user.dispose();
      const handedOver = one.transport.requests
        .filter((request) => request.handedOver)
        .map(({ events }) => ids(events));
      expect(handedOver).toEqual([['late']]);
      expect(dropped).toEqual([]);
      const two = open();
      await clock.advance(30_000);
      expect(received(two)).toHaveLength(100);
    },
  );
});

describe('a page whose events another has taken over, since it did not answer', () => {
  it('does not leave them behind once more', async () => {
    const { open, clock } = browser();
    const frozen = open({ tabs: deaf });
    frozen.transport.answerWith({ status: 503, retryAfterMs: 5 * minute });
    void frozen.user.track(click('a'));
    await clock.advance(12_250);
    const other = open();
    await clock.advance(6 * minute);
    expect(received(other)).toEqual(['a']);
    frozen.page.say('exit');
    const third = open();
    await clock.advance(15_000);
    expect(received(other, third)).toEqual(['a']);
  });

  it('sends no more of them than were under way', async () => {
    const { open, clock } = browser();
    const frozen = open({ tabs: deaf });
    const answer = holdAnswer(frozen);
    trackMany(frozen, 600);
    await clock.advance(12_250);
    const other = open();
    await clock.advance(15_000);
    const underWay = frozen.transport.requests[0]!.events.length;
    expect(underWay).toBeLessThan(600);
    frozen.transport.answerWith({ status: 200 });
    answer();
    await clock.advance(15_000);
    const all = received(frozen, other);
    expect(new Set(all).size).toBe(600);
    expect(all.length).toBeLessThanOrEqual(600 + underWay);
  });

  it('learns of it without locks too', async () => {
    const { open, clock } = browser();
    const frozen = open({ tabs: deaf, locks: undefined });
    frozen.transport.answerWith({ status: 503, retryAfterMs: minute });
    void frozen.user.track(click('a'));
    await clock.advance(35_000);
    const other = open({ locks: undefined });
    await clock.advance(15_000);
    frozen.transport.answerWith({ status: 200 });
    await clock.advance(minute);
    expect(received(frozen, other)).toEqual(['a']);
  });
});

describe('a page whose credentials are refused', () => {
  it('takes nothing over, and leaves what it has to pages with better ones', async () => {
    const { open, clock } = browser();
    const old = open();
    old.transport.answerWith({ status: 401 });
    void old.user.track(click('old'));
    await clock.advance(250);
    expect(old.user.delivery.getSnapshot().value).toBe('unauthorized');
    expect(await old.user.flush()).toBe(false);
    const two = open();
    two.transport.answerWith({ status: 503 });
    void two.user.track(click('two'));
    await clock.advance(250);
    two.page.say('exit');
    old.page.say('exit');
    old.page.say('restored');
    void old.user.track(click('later'));
    const three = open();
    await clock.advance(minute);
    expect(received(three)).toEqual(['later', 'old', 'two']);
    expect(received(old, two)).toEqual([]);
  });
});

describe('surroundings that are odd', () => {
  it('a clock with fractions: the next page finds what was stored', async () => {
    const clock = fakeClock();
    const { now } = clock;
    const { open } = browser(Object.assign(clock, { now: () => now() + 0.5 }));
    const one = open();
    one.transport.answerWith({ status: 503 });
    void one.user.track(click('a'));
    await clock.advance(250);
    one.page.say('exit');
    const two = open();
    await clock.advance(30_000);
    expect(received(two)).toEqual(['a']);
  });

  it('locks that are refused: the page keeps its events, and what it leaves is found as without locks', async () => {
    const locks = { request: () => Promise.reject(new DOMException('', 'SecurityError')) };
    const { open, clock } = browser();
    const one = open({ locks });
    one.transport.answerWith({ status: 503, retryAfterMs: 6_000 });
    void one.user.track(click('a'));
    await clock.advance(1_000);
    one.transport.answerWith({ status: 200 });
    await clock.advance(minute);
    expect(received(one)).toEqual(['a']);
    one.transport.answerWith({ status: 503 });
    void one.user.track(click('b'));
    await clock.advance(250);
    one.page.say('exit');
    const two = open({ locks });
    await clock.advance(minute);
    expect(received(two)).toEqual(['b']);
  });

  it('back from the cache within a look around: an owner that lives is not robbed', async () => {
    const { open, clock } = browser();
    const owner = open();
    owner.transport.answerWith({ status: 503, retryAfterMs: minute });
    void owner.user.track(click('a'));
    await clock.advance(20_000);
    const two = open();
    await clock.advance(499);
    two.page.say('exit');
    two.page.say('restored');
    await clock.advance(3_000);
    expect(two.transport.requests).toEqual([]);
  });

  it('an exit while a refused batch waits for a lock loses nothing', async () => {
    const { open, clock } = browser();
    const locks = fakeLocks();
    const slow = {
      request: async (...args: unknown[]) => {
        await new Promise((resolve) => clock.setTimeout(resolve, 5));
        return Reflect.apply(locks.request, locks, args);
      },
    };
    const one = open({ locks: slow });
    const answer = holdAnswer(one, { status: 422, message: 'one of them' } as never);
    void one.user.track(click('a'));
    void one.user.track(click('b'));
    await clock.advance(6_250);
    answer();
    await clock.advance(1);
    one.page.say('exit');
    await clock.advance(10);
    one.user.dispose();
    const two = open();
    await clock.advance(30_000);
    expect(received(one, two)).toEqual(['a', 'b']);
  });
});
