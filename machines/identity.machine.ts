import { and, assign, emit, not, or, setup, stateIn } from 'xstate';
import {
  differ,
  isSameAsSynced,
  startingContext,
  syncedIn,
  tokensOf,
  userIn,
  withStored,
  withUser,
} from './identity.tokens.js';
import type { IdentityContext, IdentityEmitted, IdentityEvent, IdentityInput } from './identity.types.js';
import { fieldOf, tolerant } from './tolerant.js';
import { checkUserToken, isUserToken, refuseToken } from './user-token.js';

const stored = 'storedIdentifiedToken';

/**
 * Who is acting on a page (region `visitor`) and whether that may be stored and sent (region `consent`).
 *
 * Pure: no storage, clock or randomness. Fill `remember` and `erase` with `provide` to keep tokens somewhere; replace the
 * guard `isUserToken` to let other tokens in. Works alone with `createActor`, or invoked in a machine of your own.
 * The tokens in force are `tokensOf(snapshot.context)`.
 */
export const identityMachine = tolerant(
  setup({
    types: {} as {
      context: IdentityContext;
      events: IdentityEvent;
      input: IdentityInput;
      emitted: IdentityEmitted;
    },
    guards: {
      isUserToken: ({ event }) => isUserToken(fieldOf(event, 'token')),
      isNotUserToken: not('isUserToken'),
      isCurrentUser: ({ context, event }) => userIn(event) === context.identifiedToken,
      isNobody: ({ event }) => fieldOf(event, 'token') === null,
      isOtherUser: and(['isUserToken', not('isCurrentUser')]),
      endsLogin: and(['isNobody', 'isIdentified']),

      startsIdentified: ({ context }) => context.start.visitor === 'identified',
      startsLoggedOut: ({ context }) => context.start.visitor === 'loggedOut',
      startsGranted: ({ context }) => context.start.consent === 'granted',
      startsDenied: ({ context }) => context.start.consent === 'denied',

      isGranted: stateIn({ consent: 'granted' }),
      isDenied: stateIn({ consent: 'denied' }),
      isNotGranted: not('isGranted'),
      isAnonymous: stateIn({ visitor: 'anonymous' }),
      isIdentified: stateIn({ visitor: 'identified' }),
      isLoggedOut: stateIn({ visitor: 'loggedOut' }),
      hasStoredUser: ({ event }) => userIn(event, stored) !== undefined,
      grantChangesTokens: ({ context, event }) =>
        differ(tokensOf(context), tokensOf({ ...context, ...withStored(context, event) })),
      resumesUser: and(['isNotGranted', 'hasStoredUser']),

      hasSyncedTokens: ({ context, event }) => isSameAsSynced(context, event),
      isInSyncedState: or([
        and(['isSyncedAnonymous', 'isAnonymous']),
        and(['isSyncedIdentified', 'isIdentified']),
        and(['isSyncedLoggedOut', 'isLoggedOut']),
      ]),
      isNotSynced: or(['isNotGranted', and(['hasSyncedTokens', 'isInSyncedState'])]),
      isSyncedAnonymous: ({ event }) => syncedIn(event)?.state === 'anonymous',
      isSyncedIdentified: ({ event }) => syncedIn(event)?.state === 'identified',
      isSyncedLoggedOut: ({ event }) => syncedIn(event)?.state === 'loggedOut',
    },
    actions: {
      setUser: assign(({ context, event }) => withUser(context, event, userIn(event))),
      clearUser: assign(({ context, event }) => withUser(context, event, undefined)),
      takeStored: assign(({ context, event }) => withStored(context, event)),
      takeStoredUser: assign(({ event }) => ({ identifiedToken: userIn(event, stored) })),
      takeSynced: assign(({ event }) => {
        const synced = syncedIn(event);
        return synced ? { anonymousToken: synced.anonymousToken, identifiedToken: synced.identifiedToken } : {};
      }),
      forgetAnonymousToken: assign({ anonymousToken: undefined }),
      emitTokenChanged: emit(({ context }) => ({ type: 'tokenChanged' as const, ...tokensOf(context) })),
      emitTokenRejected: emit(({ event }) => {
        const check = checkUserToken(fieldOf(event, 'token'));
        const { ok, ...refusal } = check.ok ? refuseToken('refused-by-check') : check;
        return { type: 'tokenRejected' as const, ...refusal };
      }),
      /** Keep both tokens of the context where the next page finds them. Reached only while consent is granted. */
      remember: () => {},
      /** Remove whatever this library has stored. Reached whenever consent becomes denied. */
      erase: () => {},
    },
  }).createMachine({
    id: 'identity',
    context: ({ input }) => startingContext(input),
    type: 'parallel',
    states: {
      visitor: {
        initial: 'starting',
        on: {
          'identity.synced': [
            { guard: 'isNotSynced' },
            { guard: 'isSyncedIdentified', target: '.identified', actions: ['takeSynced', 'emitTokenChanged'] },
            { guard: 'isSyncedLoggedOut', target: '.loggedOut', actions: ['takeSynced', 'emitTokenChanged'] },
            { guard: 'isSyncedAnonymous', target: '.anonymous', actions: ['takeSynced', 'emitTokenChanged'] },
          ],
          'consent.grant': [
            { guard: 'isGranted' },
            { guard: 'grantChangesTokens', actions: ['takeStored', 'emitTokenChanged'] },
            { actions: 'takeStored' },
          ],
          'consent.deny': [{ guard: 'isDenied' }, { actions: ['forgetAnonymousToken', 'emitTokenChanged'] }],
        },
        states: {
          starting: {
            always: [
              { guard: 'startsIdentified', target: 'identified' },
              { guard: 'startsLoggedOut', target: 'loggedOut' },
              { target: 'anonymous' },
            ],
          },
          anonymous: {
            on: {
              'identity.login': [
                { guard: 'isUserToken', target: 'identified', actions: ['setUser', 'emitTokenChanged'] },
                { actions: 'emitTokenRejected' },
              ],
              'identity.sync': [
                { guard: 'isNobody' },
                { guard: 'isUserToken', target: 'identified', actions: ['setUser', 'emitTokenChanged'] },
                { actions: 'emitTokenRejected' },
              ],
              'consent.grant': {
                guard: 'resumesUser',
                target: 'identified',
                actions: ['takeStored', 'takeStoredUser', 'emitTokenChanged'],
              },
            },
          },
          identified: {
            on: {
              'identity.login': [
                { guard: 'isOtherUser', actions: ['setUser', 'emitTokenChanged'] },
                { guard: 'isNotUserToken', actions: 'emitTokenRejected' },
              ],
              'identity.logout': { target: 'loggedOut', actions: ['clearUser', 'emitTokenChanged'] },
              'identity.sync': [
                { guard: 'isNobody', target: 'loggedOut', actions: ['clearUser', 'emitTokenChanged'] },
                { guard: 'isOtherUser', actions: ['setUser', 'emitTokenChanged'] },
                { guard: 'isNotUserToken', actions: 'emitTokenRejected' },
              ],
            },
          },
          loggedOut: {
            on: {
              'identity.login': [
                { guard: 'isUserToken', target: 'identified', actions: ['setUser', 'emitTokenChanged'] },
                { actions: 'emitTokenRejected' },
              ],
              'identity.sync': [
                { guard: 'isNobody' },
                { guard: 'isUserToken', target: 'identified', actions: ['setUser', 'emitTokenChanged'] },
                { actions: 'emitTokenRejected' },
              ],
            },
          },
        },
      },
      consent: {
        initial: 'starting',
        states: {
          starting: {
            always: [
              { guard: 'startsGranted', target: 'granted' },
              { guard: 'startsDenied', target: 'denied' },
              { target: 'pending' },
            ],
          },
          pending: {
            on: { 'consent.grant': 'granted', 'consent.deny': 'denied' },
          },
          granted: {
            entry: 'remember',
            on: {
              'identity.login': { guard: 'isOtherUser', actions: 'remember' },
              'identity.logout': { guard: 'isIdentified', actions: 'remember' },
              'identity.sync': [
                { guard: 'endsLogin', actions: 'remember' },
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
  }),
);
