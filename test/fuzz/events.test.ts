import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Receipt } from '../../src/index.js';
import { isUserToken } from '../../src/index.js';
import { click, setup } from '../support/setup.js';
import { fuzz, watchProcess } from './support/fuzz.js';
import { anything, made, nearly } from './support/nasty.js';

watchProcess();

const methods = [
  'track',
  'clickedObjectIDsAfterSearch',
  'clickedFilters',
  'purchasedObjectIDsAfterSearch',
  'viewedObjectIDs',
] as const;

const right = {
  eventType: 'conversion',
  eventSubtype: 'purchase',
  eventName: 'Bought',
  index: 'products',
  objectIDs: ['a', 'b'],
  objectData: [{ price: 1, quantity: 2 }, { price: '3' }],
  filters: ['brand:x'],
  positions: [1, 2],
  queryID: '0123456789abcdef0123456789abcdef',
  value: 4,
  currency: 'EUR',
  timestamp: 1_800_000_000_000,
};
/** Lists too long for one event, and lists that don't match. */
const lists = fc.record({ objectIDs: fc.array(anything, { maxLength: 50 }), objectData: fc.array(anything) });
const event = fc.oneof(
  anything,
  nearly(right, anything),
  lists.map((given) => ({ ...right, ...given })),
);

describe('whatever is tracked', () => {
  fuzz(
    'it ends in a receipt, travels under a token in force or one of its own that is valid, and harms no other event',
    500,
    [fc.array(fc.tuple(fc.constantFrom(...methods), event), { minLength: 1, maxLength: 8 })],
    async (generated) => {
      const calls = generated.map(([method, given]) => [method, made(given)] as const);
      const { user, transport, clock } = setup();
      const owns = calls.map(([, given]) => {
        try {
          return (given as { userToken?: unknown }).userToken;
        } catch {
          return undefined;
        }
      });
      user.login('u1');
      const before = user.track(click('before'));
      const receipts = calls.map(([method, given]) => (user[method] as (given: unknown) => Promise<Receipt>)(given));
      user.login('u2');
      const after = user.track(click('after'));
      await clock.advance(400_000);

      for (const receipt of await Promise.all(receipts)) {
        expect(['delivered', 'dropped']).toContain(receipt.status);
        if (receipt.status === 'dropped') expect(receipt.reason).toEqual(expect.any(String));
      }
      expect(await Promise.all([before, after])).toEqual([{ status: 'delivered' }, { status: 'delivered' }]);
      const tokens = new Set<unknown>(['u1', ...owns.filter(isUserToken).map(String)]);
      for (const sent of transport.accepted) {
        if (sent.objectIDs && (sent.objectIDs as string[])[0] === 'after') expect(sent.userToken).toBe('u2');
        else expect(tokens).toContain(sent.userToken);
        expect(Object.getPrototypeOf(sent)).toBe(Object.prototype);
      }
      user.dispose();
    },
  );

  fuzz('a nonsense login or sync changes no token and ends no actor', 500, [fc.array(anything)], (given) => {
    const { user } = setup();
    user.login('u1');
    for (const value of given.map(made)) {
      const isToken = isUserToken(value);
      if (!isToken) expect(user.login(value as never).ok).toBe(false);
      if (!isToken && value != null) expect(user.sync(value as never).ok).toBe(false);
      for (const { getSnapshot } of [user.identity, user.delivery]) expect(getSnapshot().status).toBe('active');
      expect(user.token).toBe('u1');
    }
    user.dispose();
  });
});
