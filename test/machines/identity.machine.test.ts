import { describe, expect, it } from 'vitest';
import { initialTransition, transition } from 'xstate';
import {
  type IdentityEvent,
  type IdentityInput,
  identityMachine,
  type StoredTokens,
  type TabState,
} from '../../machines/index.js';

const anon = 'anonymous-1';
const fresh = 'anonymous-2';
const stored = 'anonymous-3';

type Input = Partial<IdentityInput>;

/** Starts the machine and sends it events. The effects are those of the last event, in order. */
function run(input: Input, ...events: IdentityEvent[]) {
  let [snapshot, actions] = initialTransition(identityMachine, { anonymousToken: anon, consent: 'granted', ...input });
  for (const event of events) [snapshot, actions] = transition(identityMachine, snapshot, event);
  const { token, authenticatedToken } = snapshot.context;
  const effects = actions.map(({ type, params }: { type: string; params: unknown }) =>
    type === 'xstate.emit' ? (params as { event: { type: string } }).event.type : type,
  );
  return { ...snapshot.value, token, authenticatedToken, effects };
}

const login = (token: string): IdentityEvent => ({ type: 'identity.login', token, freshAnonymousToken: fresh });
const logout: IdentityEvent = { type: 'identity.logout', freshAnonymousToken: fresh };
const sync = (token: string | null): IdentityEvent => ({ type: 'identity.sync', token, freshAnonymousToken: fresh });
const grant = (found?: StoredTokens): IdentityEvent => ({
  type: 'consent.grant',
  stored: found,
  freshAnonymousToken: fresh,
});
const deny: IdentityEvent = { type: 'consent.deny' };
const tab = (visitor: TabState['visitor'], anonymousToken: string, identifiedToken?: string): IdentityEvent => ({
  type: 'tabs.changed',
  state: { visitor, anonymousToken, identifiedToken },
});

const stays = { effects: [] };
const changes = { effects: ['remember', 'tokenChanged'] };
const refuses = { effects: ['tokenRejected'] };

type Row = [title: string, input: Input, events: IdentityEvent[], expected: Partial<ReturnType<typeof run>>];

describe('at the start, the visitor', () => {
  it.each<[string, Input, Partial<ReturnType<typeof run>>]>([
    ['is anonymous when no user is stored', {}, { visitor: 'anonymous', token: anon }],
    ['is the stored user', { identifiedToken: 'u1' }, { visitor: 'identified', token: 'u1' }],
    [
      'is the user that the application knows',
      { identifiedToken: 'u1', user: 'u2' },
      { visitor: 'identified', token: 'u2' },
    ],
    [
      'is the stored user when the application knows the same one',
      { identifiedToken: 'u1', user: 'u1', onLogout: 'renew', strategy: 'link', freshAnonymousToken: fresh },
      { token: anon, authenticatedToken: 'u1' },
    ],
    ['is anonymous when the application knows nobody', { user: null }, { visitor: 'anonymous', token: anon }],
    [
      'is anonymous when the application knows nobody and a login is stored',
      { identifiedToken: 'u1', user: null },
      { visitor: 'anonymous', token: anon },
    ],
    [
      'gets a fresh token when the application ends a stored login and a logout renews',
      { identifiedToken: 'u1', user: null, onLogout: 'renew', freshAnonymousToken: fresh },
      { visitor: 'anonymous', token: fresh },
    ],
    [
      'gets a fresh token when the application knows another user and a logout renews',
      { identifiedToken: 'u1', user: 'u2', onLogout: 'renew', strategy: 'link', freshAnonymousToken: fresh },
      { token: fresh, authenticatedToken: 'u2' },
    ],
    [
      'keeps the stored token when the application knows nobody, as nothing was stored to end',
      { user: null, onLogout: 'renew', freshAnonymousToken: fresh },
      { token: anon },
    ],
    [
      'keeps the stored token when the application knows a user and no login was stored to end',
      { user: 'u1', onLogout: 'renew', strategy: 'link', freshAnonymousToken: fresh },
      { token: anon, authenticatedToken: 'u1' },
    ],
    [
      'keeps the stored token when the stored user is resumed and a logout renews',
      { identifiedToken: 'u1', onLogout: 'renew', strategy: 'link', freshAnonymousToken: fresh },
      { token: anon, authenticatedToken: 'u1' },
    ],
    [
      'gets the fresh token when none is stored',
      { anonymousToken: undefined, freshAnonymousToken: fresh },
      { visitor: 'anonymous', token: fresh },
    ],
    ['has no token when none is given', { anonymousToken: undefined }, { visitor: 'anonymous', token: undefined }],
    [
      'has both tokens with strategy link',
      { strategy: 'link', identifiedToken: 'u1' },
      { token: anon, authenticatedToken: 'u1' },
    ],
    [
      'has no token while consent is denied',
      { consent: 'denied', identifiedToken: 'u1', strategy: 'link', freshAnonymousToken: fresh },
      { visitor: 'identified', token: undefined, authenticatedToken: undefined },
    ],
  ])('%s', (_, input, expected) => {
    expect(run(input)).toMatchObject(expected);
  });

  it.each([
    ['granted', ['remember']],
    ['denied', ['erase']],
    ['pending', []],
  ] as const)('consent %s leads to the effects %j, and tokens are not announced', (consent, effects) => {
    expect(run({ consent, identifiedToken: 'u1' })).toMatchObject({ consent, effects });
  });

  it('consent is pending when it is given as anything else', () => {
    expect(run({ consent: 'yes' as never })).toMatchObject({ consent: 'pending', effects: [] });
  });
});

describe('a login', () => {
  it.each<Row>([
    ['identifies an anonymous visitor', {}, [login('u1')], { visitor: 'identified', token: 'u1', ...changes }],
    [
      'identifies after a logout',
      {},
      [login('u1'), logout, login('u2')],
      { visitor: 'identified', token: 'u2', ...changes },
    ],
    [
      'of another user switches to them',
      {},
      [login('u1'), login('u2')],
      { visitor: 'identified', token: 'u2', ...changes },
    ],
    [
      'of the same user changes nothing',
      {},
      [login('u1'), login('u1')],
      { visitor: 'identified', token: 'u1', ...stays },
    ],
    [
      // ID-09
      'with strategy link adds the account next to the anonymous token',
      { strategy: 'link' },
      [login('u1')],
      { token: anon, authenticatedToken: 'u1', ...changes },
    ],
    [
      'renews nothing when nobody was logged in',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1')],
      { token: anon, authenticatedToken: 'u1' },
    ],
    [
      'of another user renews the anonymous token',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1'), login('u2')],
      { token: fresh, authenticatedToken: 'u2' },
    ],
    [
      // ID-04
      'after a logout shares no token with the login before it',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1'), logout, login('u2')],
      { token: fresh, authenticatedToken: 'u2' },
    ],
    [
      'is known but not stored while consent is pending',
      { consent: 'pending' },
      [login('u1')],
      { visitor: 'identified', consent: 'pending', token: 'u1', effects: ['tokenChanged'] },
    ],
    [
      'puts no token in force while consent is denied',
      {},
      [deny, login('u1')],
      { visitor: 'identified', consent: 'denied', token: undefined, ...stays },
    ],
    [
      'with a bad token leaves the visitor anonymous',
      {},
      [login('a b')],
      { visitor: 'anonymous', token: anon, ...refuses },
    ],
    [
      // ID-02
      'with a bad token leaves the user logged in',
      {},
      [login('u1'), login('')],
      { visitor: 'identified', token: 'u1', ...refuses },
    ],
    [
      'with a bad token leaves the visitor logged out',
      {},
      [login('u1'), logout, login('null')],
      { visitor: 'loggedOut', ...refuses },
    ],
    [
      'with a bad token renews nothing',
      { onLogout: 'renew', strategy: 'link' },
      [login('u1'), login('a b')],
      { token: anon },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});

describe('a logout', () => {
  it.each<Row>([
    ['brings the anonymous token back', {}, [login('u1'), logout], { visitor: 'loggedOut', token: anon, ...changes }],
    [
      // ID-01
      'with strategy link removes the account and leaves the anonymous token',
      { strategy: 'link' },
      [login('u1'), logout],
      { visitor: 'loggedOut', token: anon, authenticatedToken: undefined, ...changes },
    ],
    [
      'renews the anonymous token',
      { onLogout: 'renew' },
      [login('u1'), logout],
      { visitor: 'loggedOut', token: fresh, ...changes },
    ],
    [
      'leaves no token rather than the old one when none came to renew it',
      { onLogout: 'renew' },
      [login('u1'), { type: 'identity.logout' }],
      { visitor: 'loggedOut', token: undefined },
    ],
    [
      'changes nothing for an anonymous visitor',
      { onLogout: 'renew' },
      [logout],
      { visitor: 'anonymous', token: anon, ...stays },
    ],
    [
      'changes nothing when it comes twice',
      { onLogout: 'renew' },
      [login('u1'), logout, { ...logout, freshAnonymousToken: 'anonymous-4' } as IdentityEvent],
      { visitor: 'loggedOut', token: fresh, ...stays },
    ],
    [
      'is not stored while consent is pending',
      { consent: 'pending' },
      [login('u1'), logout],
      { visitor: 'loggedOut', token: anon, effects: ['tokenChanged'] },
    ],
    [
      'puts no token in force while consent is denied',
      {},
      [login('u1'), deny, logout],
      { visitor: 'loggedOut', token: undefined, ...stays },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});

// ID-11
describe('a sync', () => {
  it.each<Row>([
    ['to nobody logs the user out', {}, [login('u1'), sync(null)], { visitor: 'loggedOut', token: anon, ...changes }],
    [
      'to nobody renews the anonymous token',
      { onLogout: 'renew' },
      [login('u1'), sync(null)],
      { visitor: 'loggedOut', token: fresh, ...changes },
    ],
    [
      'to the same user changes nothing',
      { onLogout: 'renew' },
      [login('u1'), sync('u1')],
      { visitor: 'identified', token: 'u1', ...stays },
    ],
    [
      'to another user switches to them',
      {},
      [login('u1'), sync('u2')],
      { visitor: 'identified', token: 'u2', ...changes },
    ],
    ['to a user identifies an anonymous visitor', {}, [sync('u1')], { visitor: 'identified', token: 'u1', ...changes }],
    [
      'to a user identifies after a logout',
      {},
      [login('u1'), logout, sync('u1')],
      { visitor: 'identified', token: 'u1', ...changes },
    ],
    [
      'to nobody changes nothing for an anonymous visitor',
      { onLogout: 'renew' },
      [sync(null)],
      { visitor: 'anonymous', token: anon, ...stays },
    ],
    [
      'to nobody changes nothing after a logout',
      { onLogout: 'renew' },
      [login('u1'), logout, sync(null)],
      { visitor: 'loggedOut', token: fresh, ...stays },
    ],
    [
      'to a bad token leaves the user logged in',
      {},
      [login('u1'), sync('a b')],
      { visitor: 'identified', token: 'u1', ...refuses },
    ],
    ['to a bad token leaves the visitor anonymous', {}, [sync('')], { visitor: 'anonymous', token: anon, ...refuses }],
    [
      'is not stored while consent is pending',
      { consent: 'pending' },
      [sync('u1')],
      { token: 'u1', effects: ['tokenChanged'] },
    ],
    [
      'to nobody is not stored while consent is pending',
      { consent: 'pending' },
      [login('u1'), sync(null)],
      { token: anon, effects: ['tokenChanged'] },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});

it('a sync to nobody is never taken for a user, whatever the check of the application accepts', () => {
  const machine = identityMachine.provide({ guards: { isUserToken: () => true } });
  const [start] = initialTransition(machine, { anonymousToken: anon, consent: 'granted' });
  const [next, effects] = transition(machine, start, sync(null));
  expect([next.value, effects]).toEqual([start.value, []]);
});

describe('another tab', () => {
  const follows = { effects: ['tokenChanged'] };

  it.each<Row>([
    ['logs this one in', {}, [tab('identified', stored, 'u1')], { visitor: 'identified', token: 'u1', ...follows }],
    ['logs this one out', {}, [login('u1'), tab('loggedOut', anon)], { visitor: 'loggedOut', token: anon, ...follows }],
    [
      'makes this one anonymous',
      {},
      [login('u1'), tab('anonymous', stored)],
      { visitor: 'anonymous', token: stored, ...follows },
    ],
    [
      'switches the user',
      {},
      [login('u1'), tab('identified', anon, 'u2')],
      { visitor: 'identified', token: 'u2', ...follows },
    ],
    [
      'brings both its tokens with strategy link',
      { strategy: 'link' },
      [tab('identified', stored, 'u1')],
      { token: stored, authenticatedToken: 'u1', ...follows },
    ],
    [
      'brings its anonymous token though the token in force stays',
      {},
      [login('u1'), tab('identified', stored, 'u1'), logout],
      { visitor: 'loggedOut', token: stored },
    ],
    [
      'renews the token of a logout',
      { onLogout: 'renew' },
      [login('u1'), tab('loggedOut', stored)],
      { visitor: 'loggedOut', token: stored, ...follows },
    ],
    [
      'changes nothing with the same tokens',
      {},
      [login('u1'), tab('identified', anon, 'u1')],
      { visitor: 'identified', ...stays },
    ],
    [
      'changes nothing with the same tokens, whatever it calls the visitor',
      {},
      [login('u1'), logout, tab('anonymous', anon)],
      { visitor: 'loggedOut', token: anon, ...stays },
    ],
    [
      'is ignored while consent is pending',
      { consent: 'pending' },
      [tab('identified', stored, 'u1')],
      { visitor: 'anonymous', token: anon, ...stays },
    ],
    [
      'is ignored while consent is denied',
      { consent: 'denied' },
      [tab('identified', stored, 'u1')],
      { visitor: 'anonymous', token: undefined, ...stays },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});

describe('a grant', () => {
  const pending = { consent: 'pending' } as const;
  const renewing = { consent: 'pending', onLogout: 'renew', strategy: 'link' } as const;

  it.each<Row>([
    // CO-02
    [
      'keeps the token in use and stores it',
      pending,
      [grant()],
      { consent: 'granted', token: anon, effects: ['remember'] },
    ],
    // CO-02
    [
      'prefers the stored token to the one in use',
      pending,
      [grant({ anonymousToken: stored })],
      { token: stored, ...changes },
    ],
    [
      'resumes the stored user',
      pending,
      [grant({ identifiedToken: 'u9' })],
      { visitor: 'identified', token: 'u9', ...changes },
    ],
    [
      'resumes the stored user with the stored token',
      renewing,
      [grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { visitor: 'identified', token: stored, authenticatedToken: 'u9', ...changes },
    ],
    [
      'keeps a user who logged in while consent was pending',
      pending,
      [login('u1'), grant({ identifiedToken: 'u9' })],
      { visitor: 'identified', token: 'u1', effects: ['remember'] },
    ],
    [
      'does not resume a user after the application said nobody is logged in',
      pending,
      [sync(null), grant({ identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: anon },
    ],
    [
      'does not resume a user after a logout of nobody',
      pending,
      [logout, grant({ identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: anon },
    ],
    [
      'does not resume a user when the application started with nobody',
      { ...pending, user: null },
      [grant({ identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: anon },
    ],
    [
      'does not resume a user after a logout',
      pending,
      [login('u1'), logout, grant({ identifiedToken: 'u9' })],
      { visitor: 'loggedOut', token: anon },
    ],
    [
      'does not bring back the token that a logout renewed',
      renewing,
      [login('u1'), logout, grant({ anonymousToken: stored })],
      { token: fresh },
    ],
    [
      'does not bring back the token of a login that the application ended',
      { ...renewing, user: null },
      [grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: anon },
    ],
    [
      'prefers the stored token when no login was stored that the application could have ended',
      { ...renewing, user: null },
      [grant({ anonymousToken: stored })],
      { visitor: 'anonymous', token: stored },
    ],
    [
      "does not bring back another user's token",
      renewing,
      [login('u1'), grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { token: anon, authenticatedToken: 'u1' },
    ],
    [
      "brings back the same user's token",
      renewing,
      [login('u9'), grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { token: stored, authenticatedToken: 'u9' },
    ],
    [
      'brings back the token of an ended login when a logout restores',
      { ...pending, user: null },
      [grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: stored },
    ],
    [
      'changes nothing when consent is granted already',
      {},
      [grant({ anonymousToken: stored, identifiedToken: 'u9' })],
      { visitor: 'anonymous', token: anon, ...stays },
    ],
    ['after a denial begins with a fresh token', {}, [deny, grant()], { consent: 'granted', token: fresh, ...changes }],
    [
      'after a denial knows who logged in meanwhile',
      { strategy: 'link' },
      [deny, login('u1'), grant()],
      { visitor: 'identified', token: fresh, authenticatedToken: 'u1', ...changes },
    ],
    [
      'after a denial knows who logged out meanwhile',
      {},
      [login('u1'), deny, logout, grant()],
      { visitor: 'loggedOut', token: fresh, ...changes },
    ],
    [
      'after a denied start uses the stored token',
      { consent: 'denied' },
      [grant({ anonymousToken: stored })],
      { consent: 'granted', token: stored, ...changes },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});

describe('a denial', () => {
  it.each<Row>([
    [
      'erases everything stored and leaves no token in force',
      { strategy: 'link' },
      [login('u1'), deny],
      { consent: 'denied', token: undefined, authenticatedToken: undefined, effects: ['erase', 'tokenChanged'] },
    ],
    [
      'does so while consent is pending too',
      { consent: 'pending' },
      [deny],
      { consent: 'denied', token: undefined, effects: ['erase', 'tokenChanged'] },
    ],
    ['changes nothing when it comes twice', {}, [deny, deny], { consent: 'denied', token: undefined, ...stays }],
    ['keeps the account in memory', {}, [login('u1'), deny], { visitor: 'identified' }],
    // CO-04
    [
      'can follow a grant, and a grant a denial, any number of times',
      { consent: 'pending' },
      [grant(), deny, grant(), deny, grant()],
      { consent: 'granted', token: fresh },
    ],
  ])('%s', (_, input, events, expected) => {
    expect(run(input, ...events)).toMatchObject(expected);
  });
});
