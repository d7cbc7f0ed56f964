import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { isUserToken, storageOutbox, type TrackedEvent } from '../../src/index.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { click, setup } from '../support/setup.js';
import { fuzz, watchProcess } from './support/fuzz.js';
import { anyJson, nearly } from './support/nasty.js';

watchProcess();

const now = 1_800_000_000_000;
const numbers = fc.constantFrom<unknown>(0, -1, now, now + 1e12, Number.MAX_SAFE_INTEGER, 1e308, 0.5, '7', null);
const other = fc.oneof(anyJson, numbers);

const event = { eventType: 'click', eventName: 'E', index: 'i', objectIDs: ['crafted'], userToken: 'u9' };
const eventText = fc.oneof(
  fc.constantFrom('{}', '{ }', '{"a":1}}{', '{"__proto__":{"x":1}}', '{"userToken":"a b","eventType":"click"}'),
  nearly(event, other).map((given) => JSON.stringify(given)),
  fc.string(),
);
const entry = fc
  .tuple(eventText, numbers)
  .chain(([json, bytes]) =>
    fc.oneof(
      fc.constant({ id: 'x', json, timestamp: now, bytes: json.length + 28, suspectFields: [] }),
      nearly({ id: 'x', json, timestamp: now, bytes, suspectFields: ['click.index'] }, other),
    ),
  );
const chunk = fc
  .array(entry, { maxLength: 5 })
  .chain((entries) => nearly({ v: 1, at: now - 60_000, isFree: true, entries }, other));
const text = fc.oneof(
  { weight: 4, arbitrary: chunk.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: anyJson.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.string() },
);
const key = fc.oneof(
  fc.integer({ min: 1, max: 9 }).map((n) => `usertoken:outbox:APP:page-${n}:${n}`),
  fc.constantFrom(
    'usertoken:outbox:APP:mark',
    'usertoken:outbox:APP:',
    'usertoken:outbox:APP:__proto__:1',
    'usertoken:outbox:OTHER:page-1:1',
    'usertoken:renewed:_ALGOLIA',
    '__proto__',
  ),
);

describe('whatever another script of the origin has put into localStorage', () => {
  fuzz(
    "each of the page's own events is delivered once under its own token, and no other app's items are touched",
    300,
    [fc.array(fc.tuple(key, text), { maxLength: 8 }), fc.boolean()],
    async (items, hasLocks) => {
      const clock = fakeClock(now);
      const storage = memoryStorage();
      for (const [key, text] of items) storage.setItem(key, text);
      const others = new Map(items.filter(([key]) => !key.startsWith('usertoken:outbox:APP:')));
      const locks = hasLocks ? fakeLocks() : undefined;
      const outbox = storageOutbox({ appId: 'APP', storage, locks, clock, tabs: fakeTabs()() });
      const { user, transport } = setup({ clock, outbox });
      const dropped: TrackedEvent[] = [];
      user.on('eventDropped', ({ event }) => dropped.push(event));
      transport.answerWith(({ events }) => {
        const isRefused = events.some((event) => !isUserToken(event.userToken));
        return isRefused ? { status: 422, message: 'userToken' } : { status: 200 };
      });
      user.login('u1');
      const first = user.track(click('first'));
      await clock.advance(100);
      user.login('u2');
      const second = user.track(click('second'));
      await clock.advance(120_000);

      expect(await Promise.all([first, second])).toEqual([{ status: 'delivered' }, { status: 'delivered' }]);
      const ours = transport.accepted.filter(({ eventName }) => eventName === 'Clicked');
      expect(ours.map(({ objectIDs, userToken }) => `${objectIDs} ${userToken}`).sort()).toEqual([
        'first u1',
        'second u2',
      ]);
      for (const { body, events } of transport.requests) {
        expect(JSON.parse(body).events).toEqual(events);
        for (const event of events) expect(isUserToken(event.userToken), 'an event without a user token').toBe(true);
      }
      expect(user.token).toBe('u2');
      for (const [key, text] of others)
        if (key !== 'usertoken:renewed:_ALGOLIA') expect(storage.getItem(key)).toBe(text);
      expect(outbox.size).toBe(0);
      expect(dropped.filter(({ eventName }) => eventName === 'Clicked')).toEqual([]);
      user.consent.deny();
      const left = Array.from({ length: storage.length }, (_, index) => storage.key(index)!);
      expect(left.filter((key) => key.startsWith('usertoken:outbox:'))).toEqual([]);
      user.dispose();
      await clock.advance(1_000);
      expect(clock.timers).toBe(0);
    },
  );
});
