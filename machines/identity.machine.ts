import { and, assign, emit, not, or, setup, stateIn } from 'xstate';
import * as logic from './identity.logic.js';
import type { IdentityContext, IdentityEmitted, IdentityEvent, IdentityInput } from './identity.types.js';

/**
 * Who is acting on a page (region `visitor`) and whether that may be stored and sent (region `consent`).
 *
 * Pure: no storage, clock or randomness. Fill `remember` and `erase` with `provide` to keep tokens somewhere; replace the
 * guard `isUserToken` to let other tokens in. Works alone with `createActor`, or invoked in a machine of your own.
 * `context.token` and `context.authenticatedToken` are the tokens in force.
 */
export const identityMachine = setup({
  types: {} as {
    context: IdentityContext;
    events: IdentityEvent;
    input: IdentityInput;
    emitted: IdentityEmitted;
  },
  guards: {
    /** The pattern of user tokens, and no recognisably personal data. */
    isUserToken: logic.isUserToken,
    isCurrentUser: logic.isCurrentUser,
    isOtherUser: and(['isUserToken', not('isCurrentUser')]),
    isNobody: logic.isNobody,
    isIdentified: stateIn({ visitor: 'identified' }),
    endsLogin: and(['isNobody', 'isIdentified']),
    hasUser: logic.hasUser,
    isGranted: stateIn({ consent: 'granted' }),
    isNotGranted: not('isGranted'),
    hasStoredUser: logic.hasStoredUser,
    resumesUser: and(['isNotGranted', 'hasStoredUser']),
    startsWith: logic.startsWith,
    isTabVisitor: logic.isTabVisitor,
    isAsInTab: logic.isAsInTab,
    ignoresTab: or(['isNotGranted', 'isAsInTab']),
    haveTokensChanged: logic.haveTokensChanged,
  },
  actions: {
    changeUser: assign(logic.changeUser),
    noteNobody: assign(logic.noteNobody),
    takeStored: assign(logic.takeStored),
    takeStoredUser: assign(logic.takeStoredUser),
    takeTabTokens: assign(logic.takeTabTokens),
    forgetAnonymousToken: assign(logic.forgetAnonymousToken),
    updateTokens: assign(logic.updateTokens),
    emitTokenChanged: emit(logic.tokenChanged),
    emitTokenRejected: emit(logic.tokenRejected),
    /** Filled by the application: keep both tokens where the next page finds them. Reached only with consent. */
    remember: () => {},
    /** Filled by the application: remove everything stored. Reached whenever consent becomes denied. */
    erase: () => {},
  },
}).createMachine({
  id: 'identity',
  context: logic.startingContext,
  type: 'parallel',
  states: {
    visitor: {
      initial: 'anonymous',
      always: { guard: 'haveTokensChanged', actions: ['updateTokens', 'emitTokenChanged'] },
      on: {
        'identity.login': [
          { guard: 'isUserToken', target: '.identified', actions: 'changeUser' },
          { actions: 'emitTokenRejected' },
        ],
        'identity.logout': { actions: 'noteNobody' },
        'identity.sync': [
          { guard: 'isNobody', actions: 'noteNobody' },
          { guard: 'isUserToken', target: '.identified', actions: 'changeUser' },
          { actions: 'emitTokenRejected' },
        ],
        'tabs.changed': [
          { guard: 'ignoresTab' },
          {
            guard: { type: 'isTabVisitor', params: { visitor: 'identified' } },
            target: '.identified',
            actions: 'takeTabTokens',
          },
          {
            guard: { type: 'isTabVisitor', params: { visitor: 'loggedOut' } },
            target: '.loggedOut',
            actions: 'takeTabTokens',
          },
          {
            guard: { type: 'isTabVisitor', params: { visitor: 'anonymous' } },
            target: '.anonymous',
            actions: 'takeTabTokens',
          },
        ],
        'consent.grant': [{ guard: 'isGranted' }, { actions: 'takeStored' }],
        'consent.deny': { actions: 'forgetAnonymousToken' },
      },
      states: {
        anonymous: {
          always: { guard: 'hasUser', target: 'identified' },
          on: {
            'consent.grant': {
              guard: 'resumesUser',
              target: 'identified',
              actions: ['takeStored', 'takeStoredUser'],
            },
          },
        },
        identified: {
          on: {
            'identity.login': { guard: 'isCurrentUser' },
            'identity.logout': { target: 'loggedOut', actions: 'changeUser' },
            'identity.sync': [
              { guard: 'isNobody', target: 'loggedOut', actions: 'changeUser' },
              { guard: 'isCurrentUser' },
            ],
          },
        },
        loggedOut: {},
      },
    },
    consent: {
      initial: 'pending',
      states: {
        pending: {
          always: [
            { guard: { type: 'startsWith', params: { consent: 'granted' } }, target: 'granted' },
            { guard: { type: 'startsWith', params: { consent: 'denied' } }, target: 'denied' },
          ],
          on: { 'consent.grant': 'granted', 'consent.deny': 'denied' },
        },
        granted: {
          entry: 'remember',
          on: {
            'identity.login': { guard: 'isOtherUser', actions: 'remember' },
            'identity.logout': { guard: 'isIdentified', actions: 'remember' },
            'identity.sync': [
              { guard: 'endsLogin', actions: 'remember' },
              { guard: 'isNobody' },
              { guard: 'isOtherUser', actions: 'remember' },
            ],
            'consent.deny': 'denied',
          },
        },
        denied: {
          entry: 'erase',
          on: { 'consent.grant': 'granted' },
        },
      },
    },
  },
});
