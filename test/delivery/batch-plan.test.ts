import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OutboxEntry } from '../../src/adapters/ports.js';
import { type BatchPlan, createBatchPlan } from '../../src/delivery/batch-plan.js';
import { fakeClock } from '../../src/testing/index.js';
import { entry, idsOf } from '../support/entry.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

function planOf() {
  const clock = fakeClock();
  return { clock, plan: createBatchPlan({ clock, maxEventAgeMs: 4 * day }) };
}
const entries = (...ids: string[]) => ids.map((id) => entry(id));
const suspect = (id: string, ...fields: string[]) => entry(id, { suspectFields: fields });
/** An event that an earlier page has stored. */
const stored = (id: string, timestamp: number) => entry(id, { trackedAt: undefined, timestamp });
/** The ids that would go out next. */
const goes = (plan: BatchPlan, waiting: readonly OutboxEntry[], maxBytes?: number, maxEvents?: number) =>
  idsOf(plan.next(waiting, maxBytes, maxEvents).batch?.entries);
const timestamps = (plan: BatchPlan, waiting: readonly OutboxEntry[]) =>
  JSON.parse(plan.next(waiting).batch!.body).events.map(({ timestamp }: { timestamp?: number }) => timestamp);

describe('a batch', () => {
  it('is missing where nothing waits', () => {
    expect(planOf().plan.next([])).toEqual({ batch: undefined, backlog: false, givenUp: [] });
  });

  it('has all that wait, in order, and the bytes of its body', () => {
    const waiting = [entry('a'), entry('é')];
    const { batch, backlog, givenUp } = planOf().plan.next(waiting);
    expect([batch!.entries, backlog, givenUp]).toEqual([waiting, false, []]);
    expect(JSON.parse(batch!.body)).toEqual({ events: waiting.map(({ json }) => JSON.parse(json)) });
    expect(batch!.bytes).toBe(Buffer.byteLength(batch!.body));
  });

  it('keeps to the most events, the rest is backlog', () => {
    const { plan } = planOf();
    const next = plan.next(entries('a', 'b', 'c'), undefined, 2);
    expect([idsOf(next.batch?.entries), next.backlog]).toEqual([['a', 'b'], true]);
    const many = Array.from({ length: 1001 }, (_, n) => entry(`${n}`));
    expect(goes(plan, many)).toHaveLength(1000);
  });

  it('passes over an event that does not fit for a smaller one', () => {
    const { plan } = planOf();
    const frame = '{"events":[]}'.length;
    const waiting = [entry('a'), entry('large', { bytes: 201 }), entry('b')];
    expect(goes(plan, waiting, frame + 200)).toEqual(['a', 'b']);
    expect(goes(plan, waiting, frame + 199)).toEqual(['a']);
    expect(plan.next(waiting, 1)).toEqual({ batch: undefined, backlog: true, givenUp: [] });
  });

  it('of one event may be asked for, from among several', () => {
    expect(goes(planOf().plan, entries('a', 'b'), undefined, 1)).toEqual(['a']);
  });
});

describe('an event with a suspect field', () => {
  it('travels alone, in turns with the others', () => {
    const { plan } = planOf();
    const waiting = [entry('a'), suspect('b', 'click.index'), entry('c'), suspect('d', 'click.value')];
    expect([1, 2, 3, 4].map(() => goes(plan, waiting))).toEqual([['a', 'c'], ['b'], ['a', 'c'], ['b']]);
    expect(plan.next(waiting).backlog).toBe(true);
  });

  it('goes at once where no others wait', () => {
    const { plan } = planOf();
    const waiting = [suspect('a', 'click.index')];
    expect([1, 2].map(() => goes(plan, waiting))).toEqual([['a'], ['a']]);
  });

  it('clears all of its fields when it is accepted', () => {
    const { plan } = planOf();
    plan.accepted([suspect('a', 'click.index', 'click.value')]);
    const waiting = [suspect('b', 'click.index'), suspect('c', 'click.value'), entry('d')];
    expect(goes(plan, waiting)).toEqual(['b', 'c', 'd']);
    expect(goes(plan, [suspect('e', 'view.index'), entry('f')])).toEqual(['f']);
  });

  it('has those like it given up when it is refused by name, with what the server said', () => {
    const { plan } = planOf();
    plan.refused(suspect('a', 'click.index'), 'The index is wrong');
    const like = suspect('b', 'click.value', 'click.index');
    const { batch, givenUp } = plan.next([like, suspect('c', 'view.index')]);
    expect(givenUp).toEqual([{ entry: like, reason: 'refused', message: 'The index is wrong' }]);
    expect(idsOf(batch?.entries)).toEqual(['c']);
  });

  it('tells nothing of those like it when it is refused for something else, or has several', () => {
    const { plan } = planOf();
    plan.refused(suspect('a', 'click.index'), 'Forbidden');
    plan.refused(suspect('b', 'click.index', 'click.value'), 'index and value are wrong');
    plan.refused(entry('c'), 'index');
    const waiting = [suspect('d', 'click.index'), suspect('e', 'click.value')];
    expect(plan.next(waiting).givenUp).toEqual([]);
    expect(goes(plan, waiting)).toEqual(['d']);
  });

  it('is judged by the one field that is still open', () => {
    const { plan } = planOf();
    plan.accepted([suspect('a', 'click.index')]);
    plan.refused(suspect('b', 'click.index', 'click.value'), 'value');
    expect(idsOf(plan.next([suspect('c', 'click.value')]).givenUp.map(({ entry }) => entry))).toEqual(['c']);
  });
});

describe('the age of an event', () => {
  it('of this page is measured by the monotonic clock', async () => {
    const { plan, clock } = planOf();
    const event = entry('a');
    clock.setNow(0);
    expect(goes(plan, [event])).toEqual(['a']);
    clock.setNow(clock.now() + 400 * day);
    expect(goes(plan, [event])).toEqual(['a']);
    await clock.advance(4 * day);
    expect(goes(plan, [event])).toEqual(['a']);
    await clock.advance(1);
    expect(plan.next([event])).toEqual({
      batch: undefined,
      backlog: false,
      givenUp: [{ entry: event, reason: 'too-old', message: undefined }],
    });
  });

  describe("of an earlier page, too old by the device's clock alone", () => {
    const old = (id: string) => stored(id, 1_800_000_000_000 - 5 * day);

    it('is left to the server, which gets one of them alone', () => {
      const { plan } = planOf();
      const waiting = [old('a'), old('b'), entry('c')];
      expect(plan.next(waiting).givenUp).toEqual([]);
      expect(goes(plan, waiting)).toEqual(['a']);
    });

    it('is no question any more once the server has accepted one: the others travel together', () => {
      const { plan } = planOf();
      plan.accepted([old('a')]);
      expect(goes(plan, [old('b'), old('c'), entry('d')])).toEqual(['b', 'c', 'd']);
    });

    it('ends all of them once the server has refused one for its timestamp', () => {
      const { plan } = planOf();
      plan.refused(old('a'), 'The timestamp is too old');
      const like = old('b');
      const { batch, givenUp } = plan.next([like, stored('c', 1_800_000_000_000 - 3 * day)]);
      expect(givenUp).toEqual([{ entry: like, reason: 'too-old', message: 'The timestamp is too old' }]);
      expect(idsOf(batch?.entries)).toEqual(['c']);
    });

    it('stays open when the server refused one for something else', () => {
      const { plan } = planOf();
      plan.refused(old('a'), 'The index is wrong');
      expect(goes(plan, [old('b')])).toEqual(['b']);
    });
  });

  it('of an earlier page is sure once the server has told its time', () => {
    const { plan, clock } = planOf();
    const old = stored('old', clock.now() - 5 * day);
    plan.learnTime(clock.now());
    expect(plan.next([old]).givenUp).toEqual([{ entry: old, reason: 'too-old', message: undefined }]);
  });

  it("of an earlier page is judged by the server's time where the device's clock is ahead or behind", () => {
    const { plan, clock } = planOf();
    const stale = stored('stale', clock.now() - 3 * day);
    const old = stored('old', clock.now() - 5 * day);
    plan.learnTime(clock.now() - 2 * day);
    expect(goes(plan, [stale, old])).toEqual(['stale', 'old']);
    plan.learnTime(clock.now() + 2 * day);
    expect(idsOf(plan.next([stale, old]).givenUp.map(({ entry }) => entry))).toEqual(['stale', 'old']);
  });

  it('with a given timestamp counts from there, also on this page', () => {
    const { plan, clock } = planOf();
    const given = entry('a', { isGiven: true, timestamp: clock.now() - 5 * day });
    expect(goes(plan, [given, entry('b'), entry('c')])).toEqual(['b', 'c']);
    plan.learnTime(clock.now());
    expect(plan.next([given]).givenUp).toMatchObject([{ reason: 'too-old' }]);
  });
});

describe('the timestamp', () => {
  it('of a live event is left to the API, that of one a minute old is written', async () => {
    const { plan, clock } = planOf();
    await clock.advance(minute - 1);
    expect(timestamps(plan, [entry('a')])).toEqual([undefined]);
    await clock.advance(1);
    expect(timestamps(plan, [entry('a'), entry('live', { trackedAt: minute })])).toEqual([
      1_800_000_000_000,
      undefined,
    ]);
  });

  it('that the application gave is always written', () => {
    const { plan, clock } = planOf();
    const timestamp = clock.now();
    expect(timestamps(plan, [entry('a', { isGiven: true, timestamp })])).toEqual([timestamp]);
  });

  it('of an event that an earlier page stored in the future is written', () => {
    const { plan, clock } = planOf();
    const ahead = clock.now() + hour;
    expect(timestamps(plan, [stored('a', ahead), stored('live', clock.now())])).toEqual([ahead, undefined]);
  });

  it("of a late event of this page is the server's time once that is known, in whole milliseconds", async () => {
    const { plan, clock } = planOf();
    const real = clock.now() + 365 * day;
    const late = entry('a', { trackedAt: 0.25 });
    await clock.advance(2 * minute);
    plan.learnTime(real);
    expect(timestamps(plan, [late])).toEqual([real - 2 * minute]);
  });

  it("of an earlier page's event, or one that the application gave, stays as it is when the server's time is known", () => {
    const { plan, clock } = planOf();
    const timestamp = clock.now() - 2 * hour;
    plan.learnTime(clock.now() + hour);
    expect(timestamps(plan, [stored('a', timestamp), entry('b', { isGiven: true, timestamp })])).toEqual([
      timestamp,
      timestamp,
    ]);
  });

  it("is left out of events of the last hour once the device's clock is known to be wrong", async () => {
    const { plan, clock } = planOf();
    plan.omitTimestamps();
    await clock.advance(hour - 1);
    expect(timestamps(plan, [entry('a')])).toEqual([undefined]);
    await clock.advance(1);
    expect(timestamps(plan, [entry('a')])).toEqual([1_800_000_000_000]);
  });
});

describe("the device's clock", () => {
  it('is to blame for a refused timestamp of an event that is fresh', async () => {
    const { plan, clock } = planOf();
    const given = entry('given', { isGiven: true });
    expect(plan.mayBlameClock(entries('live'))).toBe(false);
    await clock.advance(minute);
    expect(plan.mayBlameClock([entry('late'), entry('live', { trackedAt: minute })])).toBe(true);
    expect(plan.mayBlameClock([entry('late'), given])).toBe(false);
    expect(plan.mayBlameClock([entry('late'), stored('old', clock.now() - hour)])).toBe(false);
    await clock.advance(hour);
    expect(plan.mayBlameClock([entry('late')])).toBe(false);
  });

  it('is blamed once', async () => {
    const { plan, clock } = planOf();
    await clock.advance(minute);
    plan.omitTimestamps();
    expect(plan.mayBlameClock([entry('late')])).toBe(false);
  });
});

describe('a refused batch', () => {
  it('travels in halves, the larger first', () => {
    const { plan } = planOf();
    const waiting = entries('a', 'b', 'c', 'd', 'e');
    plan.halve(waiting);
    const { batch, backlog } = plan.next(waiting);
    expect([idsOf(batch?.entries), backlog]).toEqual([['a', 'b', 'c'], true]);
    plan.halve(batch!.entries);
    expect(goes(plan, waiting)).toEqual(['a', 'b']);
    plan.halve(waiting.slice(0, 2));
    expect([goes(plan, waiting.slice(0, 3)), goes(plan, waiting.slice(0, 2))]).toEqual([['c'], ['a']]);
  });

  it('limits the others that travel with it', () => {
    const { plan } = planOf();
    const halved = entries('a', 'b', 'c', 'd');
    plan.halve(halved);
    expect(goes(plan, [entry('new'), ...halved])).toEqual(['new', 'a']);
    expect(goes(plan, [halved[0]!, entry('new'), halved[1]!])).toEqual(['a', 'new']);
  });

  it('with any number of bad events delivers all others once, in a logarithm of requests for each', () => {
    const cases = fc
      .integer({ min: 1, max: 60 })
      .chain((count) => fc.tuple(fc.constant(count), fc.uniqueArray(fc.nat(count - 1), { maxLength: 4 })));
    fc.assert(
      fc.property(cases, ([count, bad]) => {
        const { plan } = planOf();
        const waiting = new Set(Array.from({ length: count }, (_, n) => entry(`${n}`)));
        const isBad = ({ id }: OutboxEntry) => bad.includes(Number(id));
        const delivered: OutboxEntry[] = [];
        const most = 1 + bad.length * (2 * Math.ceil(Math.log2(count)) + 2);
        for (let requests = 0; waiting.size > 0; requests += 1) {
          expect(requests).toBeLessThan(most);
          const { entries } = plan.next(waiting).batch!;
          if (!entries.some(isBad)) {
            plan.accepted(entries);
            delivered.push(...entries);
          } else if (entries.length > 1) {
            plan.halve(entries);
            continue;
          }
          for (const each of entries) waiting.delete(each);
        }
        expect(delivered).toHaveLength(count - bad.length);
      }),
    );
  });
});

describe('a batch without an answer', () => {
  it('waits while others go, then goes apart from them', () => {
    const { plan } = planOf();
    const [a, b, c] = entries('a', 'b', 'c') as [OutboxEntry, OutboxEntry, OutboxEntry];
    expect(plan.suspect([a, b])).toBe(false);
    expect(goes(plan, [a, b, c])).toEqual(['c']);
    expect(plan.next([a, b, c]).backlog).toBe(true);
    plan.accepted([c]);
    expect(goes(plan, [a, b, entry('d')])).toEqual(['a', 'b']);
  });

  it('goes again where no others wait, also after a refusal', () => {
    const { plan } = planOf();
    const waiting = entries('a', 'b');
    plan.suspect(waiting);
    expect(goes(plan, waiting)).toEqual(['a', 'b']);
    plan.answered();
    expect(goes(plan, [...waiting, entry('c')])).toEqual(['a', 'b']);
  });

  it('is halved after three failures with others passing in between', () => {
    const { plan } = planOf();
    const waiting = entries('a', 'b', 'c', 'd');
    for (const failures of [1, 2, 3]) {
      expect(goes(plan, waiting), `${failures}`).toEqual(['a', 'b', 'c', 'd']);
      expect(plan.suspect(waiting)).toBe(false);
      plan.accepted(entries('other'));
    }
    expect(goes(plan, waiting)).toEqual(['a', 'b']);
    // Half of a suspected batch is nearly as suspicious.
    plan.suspect(waiting.slice(0, 2));
    plan.accepted(entries('other'));
    expect(goes(plan, waiting)).toEqual(['c', 'd']);
    expect(goes(plan, waiting.slice(0, 2))).toEqual(['a']);
  });

  it('is given up when it is one event that failed three times while others passed', () => {
    const { plan } = planOf();
    const [a] = entries('a') as [OutboxEntry];
    const failures = [1, 2, 3].map(() => {
      plan.accepted(entries('other'));
      return plan.suspect([a]);
    });
    expect(failures).toEqual([false, false, true]);
  });

  it('costs an event that was in a suspected pair two more failures of its own', () => {
    const { plan } = planOf();
    const pair = entries('a', 'b');
    for (let n = 0; n < 3; n += 1) {
      plan.accepted(entries('other'));
      plan.suspect(pair);
    }
    const failures = [1, 2].map(() => {
      plan.accepted(entries('other'));
      return plan.suspect(pair.slice(0, 1));
    });
    expect(failures).toEqual([false, true]);
  });

  it('is held against nobody while nothing passes', () => {
    const { plan } = planOf();
    const waiting = entries('a', 'b');
    for (let n = 0; n < 10; n += 1) expect(plan.suspect(waiting)).toBe(false);
    expect(goes(plan, waiting)).toEqual(['a', 'b']);
    for (let n = 0; n < 10; n += 1) expect(plan.suspect(waiting.slice(0, 1))).toBe(false);
  });

  it('is not suspicious for an event that failed less often than the others', () => {
    const { plan } = planOf();
    const [a, b] = entries('a', 'b') as [OutboxEntry, OutboxEntry];
    for (let n = 0; n < 3; n += 1) {
      plan.suspect([a]);
      plan.accepted(entries('other'));
    }
    expect(plan.suspect([a, b])).toBe(false);
    plan.answered();
    expect(goes(plan, [a, b])).toEqual(['a', 'b']);
  });

  it('without any event is nothing to give up', () => {
    expect(planOf().plan.suspect([])).toBe(false);
  });
});

it('knows whether the server has accepted anything on this page', () => {
  const { plan } = planOf();
  plan.suspect(entries('a'));
  plan.answered();
  plan.refused(entry('a'), 'no');
  expect(plan.hasPassed()).toBe(false);
  plan.accepted(entries('a'));
  expect(plan.hasPassed()).toBe(true);
});
