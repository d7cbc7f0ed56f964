import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { type IdentityEvent, type IdentityInput, identityMachine, tokensOf } from '../../machines/index.js';

const anon = 'anonymous-1';
const fresh = 'anonymous-2';
const stored = 'anonymous-3';

function start(input: Partial<IdentityInput> = {}) {
  return initialTransition(identityMachine, { anonymousToken: anon, consent: 'granted', ...input })[0];
}

/** Sends events one by one; what the outside is asked to do comes from the last. */
function sendAll(snapshot: ReturnType<typeof start>, ...events: IdentityEvent[]) {
  let current = snapshot;
  let effects: string[] = [];
  for (const event of events) {
    const [next, actions] = transition(identityMachine, current, event);
    current = next;
    effects = actions.map((action: { type: string; params: unknown }) =>
      action.type === 'xstate.emit' ? (action.params as { event: { type: string } }).event.type : action.type,
    );
  }
  const { userToken, authenticatedUserToken } = tokensOf(current.context);
  return { ...(current.value as object), userToken, authenticatedUserToken, effects };
}

const login = (token: unknown): IdentityEvent => ({ type: 'identity.login', token, freshAnonymousToken: fresh });
const logout: IdentityEvent = { type: 'identity.logout', freshAnonymousToken: fresh };
const sync = (token: unknown): IdentityEvent => ({ type: 'identity.sync', token, freshAnonymousToken: fresh });
const grant: IdentityEvent = { type: 'consent.grant', freshAnonymousToken: fresh };
const deny: IdentityEvent = { type: 'consent.deny' };
const changed = { effects: ['tokenChanged', 'remember'] };
const nothing = { effects: [] };

describe('the start', () => {
  it.each<[string, Partial<IdentityInput>, object]>([
    ['anonymous without a stored user', {}, { visitor: 'anonymous', userToken: anon }],
    ['identified with a stored user', { identifiedToken: 'u1' }, { visitor: 'identified', userToken: 'u1' }],
    ['anonymous with a tampered stored user', { identifiedToken: 'u 1' }, { visitor: 'anonymous', userToken: anon }],
    [
      'what the application knows wins over what was stored',
      { identifiedToken: 'u1', user: 'u2' },
      { visitor: 'identified', userToken: 'u2' },
    ],
    ['a number is known by its decimals', { user: 42 }, { visitor: 'identified', userToken: '42' }],
    ['nobody known, nobody stored', { user: null }, { visitor: 'anonymous', userToken: anon }],
    [
      'nobody known ends a stored login',
      { identifiedToken: 'u1', user: null },
      { visitor: 'anonymous', userToken: anon },
    ],
    [
      'a refused user changes nothing',
      { identifiedToken: 'u1', user: 'a b' },
      { visitor: 'identified', userToken: 'u1' },
    ],
    [
      'ending a stored login renews where that is wanted',
      { identifiedToken: 'u1', user: null, onLogout: 'renew', freshAnonymousToken: fresh },
      { visitor: 'anonymous', userToken: fresh },
    ],
    [
      'denied: no token at all',
      { consent: 'denied', identifiedToken: 'u1' },
      { consent: 'denied', userToken: undefined },
    ],
    [
      'link: both tokens',
      { strategy: 'link', identifiedToken: 'u1' },
      { userToken: anon, authenticatedUserToken: 'u1' },
    ],
    [
      'an invalid anonymous token counts as none',
      { anonymousToken: 'x y' },
      { visitor: 'anonymous', userToken: undefined },
    ],
  ])('%s', (_, input, expected) => {
    expect(sendAll(start(input))).toMatchObject(expected);
  });

  it('survives an input that is no input', () => {
    for (const input of [undefined, null, 5, 'x', { consent: 'yes', strategy: 7, identifiedToken: {} }]) {
      const [snapshot] = initialTransition(identityMachine, input as never);
      expect(snapshot.value).toEqual({ visitor: 'anonymous', consent: 'pending' });
    }
  });
});

describe('the visitor region', () => {
  it.each<[string, Partial<IdentityInput>, IdentityEvent[], object]>([
    ['anonymous + login', {}, [login('u1')], { visitor: 'identified', userToken: 'u1', ...changed }],
    [
      'loggedOut + login',
      {},
      [login('u1'), logout, login('u2')],
      { visitor: 'identified', userToken: 'u2', ...changed },
    ],
    [
      'identified + login of another',
      {},
      [login('u1'), login('u2')],
      { visitor: 'identified', userToken: 'u2', ...changed },
    ],
    [
      'identified + login of the same',
      {},
      [login('u1'), login('u1')],
      { visitor: 'identified', userToken: 'u1', ...nothing },
    ],
    ['the same as a number', {}, [login('42'), login(42)], { userToken: '42', ...nothing }],
    ['identified + logout restores', {}, [login('u1'), logout], { visitor: 'loggedOut', userToken: anon, ...changed }],
    [
      'identified + logout renews',
      { onLogout: 'renew' },
      [login('u1'), logout],
      { visitor: 'loggedOut', userToken: fresh, ...changed },
    ],
    [
      'switching users renews too',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1'), login('u2')],
      { userToken: fresh, authenticatedUserToken: 'u2' },
    ],
    [
      'a first login renews nothing',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1')],
      { userToken: anon, authenticatedUserToken: 'u1' },
    ],
    ['anonymous + logout', {}, [logout], { visitor: 'anonymous', userToken: anon, ...nothing }],
    ['loggedOut + logout', {}, [login('u1'), logout, logout], { visitor: 'loggedOut', userToken: anon, ...nothing }],
    [
      'anonymous + refused login',
      {},
      [login('a b')],
      { visitor: 'anonymous', userToken: anon, effects: ['tokenRejected'] },
    ],
    [
      'identified + refused login',
      {},
      [login('u1'), login('')],
      { visitor: 'identified', userToken: 'u1', effects: ['tokenRejected'] },
    ],
    [
      'loggedOut + refused login',
      {},
      [login('u1'), logout, login(undefined)],
      { visitor: 'loggedOut', effects: ['tokenRejected'] },
    ],
    [
      'ID-09: with link a login adds a token and replaces none',
      { strategy: 'link' },
      [login('u1')],
      { userToken: anon, authenticatedUserToken: 'u1', ...changed },
    ],
    [
      'ID-01: with link a logout clears the account and leaves the anonymous token',
      { strategy: 'link' },
      [login('u1'), logout],
      { userToken: anon, authenticatedUserToken: undefined, ...changed },
    ],
    [
      'ID-02: undefined is refused and changes nothing',
      {},
      [login('u1'), login(undefined)],
      { visitor: 'identified', userToken: 'u1', effects: ['tokenRejected'] },
    ],
    [
      'ID-11: sync to nobody while identified is a logout',
      {},
      [login('u1'), sync(null)],
      { visitor: 'loggedOut', userToken: anon, ...changed },
    ],
    ['ID-11: sync to the same user is nothing', {}, [login('u1'), sync('u1')], { visitor: 'identified', ...nothing }],
    ['ID-11: sync to another user switches', {}, [login('u1'), sync('u2')], { userToken: 'u2', ...changed }],
    [
      'sync to a user while anonymous is a login',
      {},
      [sync('u1')],
      { visitor: 'identified', userToken: 'u1', ...changed },
    ],
    [
      'sync to a user after a logout is a login',
      {},
      [login('u1'), logout, sync('u1')],
      { visitor: 'identified', ...changed },
    ],
    ['sync to nobody while anonymous is nothing', {}, [sync(null)], { visitor: 'anonymous', ...nothing }],
    [
      'sync to nobody after a logout is nothing',
      {},
      [login('u1'), logout, sync(null)],
      { visitor: 'loggedOut', ...nothing },
    ],
    [
      'sync to undefined is refused: it is no word for nobody',
      {},
      [login('u1'), sync(undefined)],
      { visitor: 'identified', effects: ['tokenRejected'] },
    ],
    [
      'ID-04: with renew nothing ties the second person to the first',
      { strategy: 'link', onLogout: 'renew' },
      [login('A'), logout, login('B')],
      { userToken: fresh, authenticatedUserToken: 'B' },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(sendAll(start(input), ...events)).toMatchObject(expected);
  });

  it('renews to no token rather than to the old one when none came with the event', () => {
    const result = sendAll(start({ onLogout: 'renew' }), login('u1'), { type: 'identity.logout' });
    expect(result).toMatchObject({ visitor: 'loggedOut', userToken: undefined });
  });
});

describe('what another tab says', () => {
  const synced = (state: unknown, anonymousToken: unknown, identifiedToken?: unknown) =>
    ({ type: 'tabs.changed', state, anonymousToken, identifiedToken }) as IdentityEvent;

  it.each<[string, Partial<IdentityInput>, IdentityEvent[], object]>([
    [
      'it logged in',
      {},
      [synced('identified', stored, 'u1')],
      { visitor: 'identified', userToken: 'u1', effects: ['tokenChanged'] },
    ],
    [
      'it logged out',
      {},
      [login('u1'), synced('loggedOut', anon)],
      { visitor: 'loggedOut', userToken: anon, effects: ['tokenChanged'] },
    ],
    ['it knows nobody', {}, [login('u1'), synced('anonymous', stored)], { visitor: 'anonymous', userToken: stored }],
    ['it switched users', {}, [login('u1'), synced('identified', anon, 'u2')], { userToken: 'u2' }],
    [
      'it says what is known',
      {},
      [login('u1'), synced('identified', anon, 'u1')],
      { visitor: 'identified', ...nothing },
    ],
    [
      'it says nothing whole',
      {},
      [synced('identified', stored)],
      { visitor: 'anonymous', userToken: anon, ...nothing },
    ],
    ['it says nonsense', {}, [synced('admin', stored, 'u1')], { visitor: 'anonymous', userToken: anon, ...nothing }],
    ['its token is tampered with', {}, [synced('anonymous', 'u 1')], { userToken: anon, ...nothing }],
    [
      'before consent it is not heard',
      { consent: 'pending' },
      [synced('identified', stored, 'u1')],
      { visitor: 'anonymous', ...nothing },
    ],
    [
      'after a denial it is not heard',
      { consent: 'denied' },
      [synced('identified', stored, 'u1')],
      { userToken: undefined, ...nothing },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(sendAll(start(input), ...events)).toMatchObject(expected);
  });
});

describe('the consent region', () => {
  const grantWith = (more: object) => ({ ...grant, ...more }) as IdentityEvent;

  it.each<[string, Partial<IdentityInput>, IdentityEvent[], object]>([
    [
      'pending remembers nothing',
      { consent: 'pending' },
      [login('u1')],
      { consent: 'pending', userToken: 'u1', effects: ['tokenChanged'] },
    ],
    [
      'CO-02: a grant keeps the token in use and remembers it',
      { consent: 'pending' },
      [grant],
      { consent: 'granted', userToken: anon, ...changed },
    ],
    [
      'CO-02: a valid stored token wins over the one in use',
      { consent: 'pending' },
      [grantWith({ storedAnonymousToken: stored })],
      { userToken: stored, ...changed },
    ],
    [
      'a tampered stored token does not',
      { consent: 'pending' },
      [grantWith({ storedAnonymousToken: 'x y' })],
      { userToken: anon },
    ],
    [
      'a grant resumes the stored user',
      { consent: 'pending' },
      [grantWith({ storedIdentifiedToken: 'u9' })],
      { visitor: 'identified', userToken: 'u9', ...changed },
    ],
    [
      'but not over one who logged in meanwhile',
      { consent: 'pending' },
      [login('u1'), grantWith({ storedIdentifiedToken: 'u9' })],
      { userToken: 'u1' },
    ],
    [
      'nor with renew the anonymous token of a login that ended',
      { consent: 'pending', user: null, onLogout: 'renew' },
      [grantWith({ storedAnonymousToken: stored, storedIdentifiedToken: 'u9' })],
      { userToken: anon },
    ],
    [
      'nor that of another user',
      { consent: 'pending', onLogout: 'renew', strategy: 'link' },
      [login('u1'), grantWith({ storedAnonymousToken: stored, storedIdentifiedToken: 'u9' })],
      { userToken: anon },
    ],
    [
      'but that of the same user',
      { consent: 'pending', onLogout: 'renew', strategy: 'link' },
      [login('u9'), grantWith({ storedAnonymousToken: stored, storedIdentifiedToken: 'u9' })],
      { userToken: stored },
    ],
    [
      'nor over nobody, as the application knows',
      { consent: 'pending' },
      [sync(null), grantWith({ storedIdentifiedToken: 'u9' })],
      { visitor: 'anonymous', userToken: anon },
    ],
    [
      'nor over a logout of whoever it was',
      { consent: 'pending' },
      [logout, grantWith({ storedIdentifiedToken: 'u9' })],
      { visitor: 'anonymous', userToken: anon },
    ],
    [
      'nor over nobody at the start',
      { consent: 'pending', user: null },
      [grantWith({ storedIdentifiedToken: 'u9' })],
      { visitor: 'anonymous', userToken: anon },
    ],
    [
      'nor over a logout',
      { consent: 'pending' },
      [login('u1'), logout, grantWith({ storedIdentifiedToken: 'u9' })],
      { visitor: 'loggedOut' },
    ],
    [
      'nor does it undo a renewal',
      { consent: 'pending', onLogout: 'renew' },
      [login('u1'), logout, grantWith({ storedAnonymousToken: stored })],
      { userToken: fresh },
    ],
    [
      'a second grant changes nothing',
      {},
      [grantWith({ storedAnonymousToken: stored, storedIdentifiedToken: 'u9' })],
      { visitor: 'anonymous', userToken: anon, ...nothing },
    ],
    [
      'a denial erases and leaves no token',
      {},
      [login('u1'), deny],
      { consent: 'denied', userToken: undefined, effects: ['tokenChanged', 'erase'] },
    ],
    [
      'a denial while pending too',
      { consent: 'pending' },
      [deny],
      { consent: 'denied', userToken: undefined, effects: ['tokenChanged', 'erase'] },
    ],
    ['a second denial changes nothing', {}, [deny, deny], { consent: 'denied', ...nothing }],
    [
      'denied, a login is not remembered',
      {},
      [deny, login('u1')],
      { visitor: 'identified', userToken: undefined, effects: ['tokenChanged'] },
    ],
    ['a later grant starts afresh', {}, [deny, grant], { consent: 'granted', userToken: fresh, ...changed }],
    [
      'and knows who logged in meanwhile',
      { strategy: 'link' },
      [deny, login('u1'), grant],
      { userToken: fresh, authenticatedUserToken: 'u1' },
    ],
    [
      'and who logged out meanwhile',
      {},
      [login('u1'), deny, logout, grant],
      { visitor: 'loggedOut', userToken: fresh },
    ],
    [
      'CO-04: pending, granted and denied follow in any order',
      { consent: 'pending' },
      [grant, deny, grant, deny, grant],
      { consent: 'granted', userToken: fresh },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(sendAll(start(input), ...events)).toMatchObject(expected);
  });

  it('erases at a denied start and remembers at a granted one', () => {
    const effects = (consent: IdentityInput['consent']) =>
      initialTransition(identityMachine, { anonymousToken: anon, consent })[1].map(({ type }) => type);
    expect(effects('denied')).toEqual(['erase']);
    expect(effects('granted')).toEqual(['remember']);
    expect(effects('pending')).toEqual([]);
  });
});
