import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { IdentityActor, UserTokenClient } from '../src/index.js';
import { fakeClock, fakePage } from '../src/testing/index.js';
import { click, setup } from './support/setup.js';

const circular: Record<string, unknown> = { eventType: 'click' };
circular.self = circular;
const throwing = new Proxy(
  {},
  {
    get() {
      throw new Error('getter');
    },
    ownKeys() {
      throw new Error('ownKeys');
    },
  },
);
const nonsense: [string, unknown][] = [
  ['undefined', undefined],
  ['null', null],
  ['an object', {}],
  ['an array', [click()]],
  ['a symbol', Symbol('x')],
  ['a function', () => 1],
  ['NaN', Number.NaN],
  ['a boolean', true],
  ['a string of 10 MB', 'x'.repeat(10_000_000)],
  ['a circular object', circular],
  ['a lone surrogate', '\ud800'],
  ['an object whose getters throw', throwing],
  ['an object whose toJSON throws', { toJSON: () => throwing }],
  ['a bigint inside', { eventType: 'click', n: 1n }],
  ['a prototype key', JSON.parse('{"__proto__":{"eventType":"click"}}')],
];

describe.each(nonsense)('every method given %s', (_, value) => {
  const uncaught = vi.fn();
  beforeEach(() => {
    process.on('uncaughtException', uncaught);
    process.on('unhandledRejection', uncaught);
  });
  afterEach(() => {
    process.off('uncaughtException', uncaught);
    process.off('unhandledRejection', uncaught);
  });

  it('answers with a reason, stays where it was, throws nothing and loses nothing', async () => {
    const { user, transport, clock } = setup();
    user.login('u1');
    const good = user.track(click('good'));
    const before = user.getSnapshot();

    expect(user.login(value as never)).toMatchObject({ ok: false, reason: expect.any(String) });
    if (value != null) expect(user.sync(value as never)).toMatchObject({ ok: false, reason: expect.any(String) });
    if (value === undefined) expect(user.sync(value)).toEqual({ ok: true, token: 'u1' });

    const calls = [
      user.track,
      user.clickedObjectIDsAfterSearch,
      user.clickedObjectIDs,
      user.clickedFilters,
      user.convertedObjectIDsAfterSearch,
      user.convertedObjectIDs,
      user.convertedFilters,
      user.addedToCartObjectIDsAfterSearch,
      user.addedToCartObjectIDs,
      user.purchasedObjectIDsAfterSearch,
      user.purchasedObjectIDs,
      user.viewedObjectIDs,
      user.viewedFilters,
    ] as ((event: unknown) => ReturnType<UserTokenClient['track']>)[];
    const receipts = calls.map((call) => call(value));

    for (const leave of [user.subscribe(value as never), user.on('tokenChanged', value as never)]) leave();
    user.on(value as never, () => {});
    for (const actor of [user.identity, user.delivery] as IdentityActor[]) {
      actor.subscribe(value as never).unsubscribe();
      actor.on(value as never, () => {}).unsubscribe();
      expect(actor.getSnapshot().status).toBe('active');
    }
    const flushed = user.flush(value as never);
    await clock.advance(20_000);
    await flushed;
    for (const receipt of await Promise.all(receipts)) {
      expect(['delivered', 'stored', 'dropped']).toContain(receipt.status);
      if (receipt.status === 'dropped') expect(receipt.reason).toEqual(expect.any(String));
    }
    expect(user.getSnapshot()).toBe(before);
    expect(await good).toEqual({ status: 'delivered' });
    expect(transport.accepted.some(({ objectIDs }) => (objectIDs as string[])?.[0] === 'good')).toBe(true);
    expect(uncaught).not.toHaveBeenCalled();
    expect(({} as Record<string, unknown>).eventType).toBeUndefined();
    user.dispose();
  });
});

describe('an event with a field of nonsense', () => {
  it.each(nonsense.filter(([name]) => !name.includes('10 MB')))(
    '%s in any field ends in a receipt',
    async (_, value) => {
      const { user, clock } = setup();
      const fields = [
        'eventType',
        'eventSubtype',
        'eventName',
        'index',
        'objectIDs',
        'filters',
        'positions',
        'queryID',
        'objectData',
        'value',
        'currency',
        'timestamp',
        'userToken',
        'authenticatedUserToken',
      ];
      const receipts = fields.map((field) => user.track({ ...click(), [field]: value } as never));
      await clock.advance(20_000);
      for (const receipt of await Promise.all(receipts)) expect(receipt.status).toEqual(expect.any(String));
      user.dispose();
    },
  );

  it('a token of its own is honoured when it is one, and refused by name when it is not', async () => {
    const { user, transport, send } = setup();
    void user.track({ ...click(), userToken: 'own', authenticatedUserToken: 'acc' });
    expect(await user.track({ ...click(), userToken: 'a b' })).toMatchObject({
      reason: 'invalid-token',
      field: 'userToken',
    });
    expect(await user.track({ ...click(), authenticatedUserToken: '' })).toMatchObject({
      reason: 'invalid-token',
      field: 'authenticatedUserToken',
    });
    await send();
    expect(transport.accepted).toMatchObject([{ userToken: 'own', authenticatedUserToken: 'acc' }]);
  });

  it('one of more bytes than a request may have is refused at once', async () => {
    const { user } = setup();
    expect(await user.track(click('x'.repeat(2_000_000)))).toMatchObject({ status: 'dropped', reason: 'too-large' });
  });
});

describe('ports of the application that throw', () => {
  const fail = () => {
    throw new Error('port');
  };

  it('a tokenStore: tokens live in memory, one warning', () => {
    const { user, warnings } = setup({ tokenStore: { read: fail, write: fail, remove: fail, erase: fail } });
    expect(user.token).toBe('anonymous-1');
    user.login('u1');
    expect(user.token).toBe('u1');
    user.consent.deny();
    user.consent.grant();
    expect(user.state).toBe('identified');
    expect(warnings).toHaveLength(1);
  });

  it('a transport: events wait', async () => {
    const { user, clock } = setup({ transport: { exitBudget: 0, send: fail, sendOnExit: fail } });
    const receipt = user.track(click());
    await clock.advance(20_000);
    expect(await receipt).toEqual({ status: 'stored' });
    expect(user.delivery.getSnapshot().status).toBe('active');
    user.dispose();
  });

  it('a transport that rejects is a transport that failed', async () => {
    const send = () => Promise.reject(new Error('no'));
    const { user, clock } = setup({ transport: { exitBudget: 0, send, sendOnExit: () => false } });
    void user.track(click());
    await clock.advance(500);
    expect(user.delivery.getSnapshot().value).toBe('backingOff');
    user.dispose();
  });

  it('an outbox: the receipt says so', async () => {
    const outbox = { persistent: false, size: 0, add: fail, entries: fail, remove: fail, clear: fail };
    const { user, clock } = setup({ outbox });
    const receipt = user.track(click());
    await clock.advance(20_000);
    expect((await receipt).status).toBe('dropped');
    user.consent.deny();
    user.dispose();
  });

  it('a page that knows neither its network nor whether it is visited is online and visited', async () => {
    const { user, clock, transport, warnings } = setup({
      page: { ...fakePage(), isOnline: fail, isPrerendering: fail },
      consent: 'pending',
    });
    user.consent.grant();
    void user.track(click());
    await clock.advance(500);
    expect(transport.accepted).toHaveLength(1);
    expect(warnings).toMatchObject([{ code: 'error-contained' }]);
    user.dispose();
  });

  it('a clock whose timers fail: a receipt does not reject', async () => {
    const clock = { ...fakeClock(), setTimeout: fail };
    const { user } = setup({ clock: clock as never, consent: 'pending' });
    expect(await user.track(click())).toEqual({ status: 'stored' });
    user.dispose();
  });

  it('a source of randomness, an inspector and a listener of warnings', async () => {
    const { user, clock, transport } = setup({ random: fail as never, inspect: fail, onWarning: fail });
    transport.answerWith({ status: 503 });
    void user.track(click());
    user.login('u1');
    await clock.advance(500);
    expect(user.token).toBe('u1');
    transport.answerWith({ status: 200 });
    await clock.advance(2_000);
    expect(transport.accepted).toHaveLength(1);
    user.dispose();
  });
});
