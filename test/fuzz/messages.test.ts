import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { storageOutbox } from '../../src/index.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { click, setup } from '../support/setup.js';
import { fuzz, watchProcess } from './support/fuzz.js';
import { anyJson, nearly } from './support/nasty.js';

watchProcess();

const now = 1_800_000_000_000;
const other = fc.oneof(
  anyJson,
  fc.constantFrom<unknown>(now, now + 5, now + 1e12, Number.NaN, 'denied', 'loggedOut', { toString: 1, valueOf: 1 }),
);
const whole = {
  v: 1,
  at: now + 1,
  consent: 'granted',
  state: 'identified',
  anonymousToken: 'anonymous-m',
  identifiedToken: 'mallory',
};
const ofIdentity = fc.oneof(nearly(whole, other), anyJson, fc.constant(new Map([[{}, new Set([1])]])));
const ofOutbox = fc.oneof(
  anyJson,
  nearly({ lives: 'x', ask: 'x', leaves: 'x' }, other),
  fc.constantFrom<unknown>({ ask: {} }, { lives: ['x'] }, { leaves: true }),
);

describe('whatever another script of the origin posts', () => {
  fuzz(
    'each event is delivered once, under the token that was in force when it was tracked, and each message has at most one answer',
    300,
    [fc.array(fc.oneof(fc.tuple(fc.constant('identity'), ofIdentity), fc.tuple(fc.constant('outbox'), ofOutbox)))],
    async (messages) => {
      const clock = fakeClock(now);
      const [identity, outboxes] = [fakeTabs(), fakeTabs()];
      const forger = { identity: identity(), outbox: outboxes() };
      let answers = 0;
      const count = () => {
        answers += 1;
      };
      for (const tabs of Object.values(forger)) tabs.open(count);
      const storage = memoryStorage();
      const outbox = storageOutbox({ appId: 'APP', storage, locks: fakeLocks(), clock, tabs: outboxes() });
      const { user, transport } = setup({ clock, outbox, tabs: identity() });
      const expected: string[] = [];
      const receipts: Promise<unknown>[] = [];
      user.login('u1');
      const told = answers;

      for (const [index, [channel, message]] of messages.entries()) {
        forger[channel as 'identity' | 'outbox'].post(message as object);
        if (user.consent.state === 'denied') continue;
        expected.push(`o${index} ${user.token}`);
        receipts.push(user.track(click(`o${index}`)));
      }
      const isDenied = user.consent.state === 'denied';
      expect(answers - told).toBeLessThanOrEqual(messages.length);
      await clock.advance(60_000);
      const sent = transport.accepted.map(({ objectIDs, userToken }) => `${objectIDs} ${userToken}`);
      expect(sent.sort()).toEqual(isDenied ? [] : expected.sort());
      for (const receipt of await Promise.all(receipts)) {
        expect(receipt).toEqual(isDenied ? { status: 'dropped', reason: 'opted-out' } : { status: 'delivered' });
      }

      // Nothing that was forged keeps the page from its own decisions.
      user.consent.grant();
      user.login('u2');
      expect(user.token).toBe('u2');
      expect(await Promise.all([user.track(click('last')), clock.advance(60_000)])).toMatchObject([
        { status: 'delivered' },
        undefined,
      ]);
      user.dispose();
      await clock.advance(1_000);
      expect(clock.timers).toBe(0);
    },
  );
});
