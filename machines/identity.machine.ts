import { and, assign, emit, not, or, setup, stateIn } from 'xstate';
import { startingContext, syncedIn, tokensOf, userIn, withStored, withUser } from './identity.tokens.js';
import type {
  Consent,
  IdentityContext,
  IdentityEmitted,
  IdentityEvent,
  IdentityInput,
  VisitorState,
} from './identity.types.js';
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
      isCurrentUser: ({ context, event }) => userIn(event) === context.identifiedToken,
      isOtherUser: and(['isUserToken', not('isCurrentUser')]),
      isNobody: ({ event }) => fieldOf(event, 'token') === null,
      isIdentified: stateIn({ visitor: 'identified' }),
      endsLogin: and(['isNobody', 'isIdentified']),
      hasUser: ({ context }) => context.identifiedToken !== undefined,
      isGranted: stateIn({ consent: 'granted' }),
      isNotGranted: not('isGranted'),
      hasStoredUser: ({ context, event }) => !context.isKnownNobody && userIn(event, stored) !== undefined,
      resumesUser: and(['isNotGranted', 'hasStoredUser']),
      isDenied: stateIn({ consent: 'denied' }),
      startsWith: ({ context }, { consent }: { readonly consent: Consent }) => context.startConsent === consent,
      isSynced: ({ event }, { state }: { readonly state: VisitorState }) => !!syncedIn(event, state),
      isAsSynced: ({ context, event }) => {
        const synced = syncedIn(event, fieldOf(event, 'state'));
        return synced?.anonymousToken === context.anonymousToken && synced?.identifiedToken === context.identifiedToken;
      },
      isNotSynced: or(['isNotGranted', 'isAsSynced']),
    },
    actions: {
      setUser: assign(({ context, event }) => withUser(context, event, userIn(event))),
      clearUser: assign(({ context, event }) => withUser(context, event, undefined)),
      noteNobody: assign({ isKnownNobody: true }),
      takeStored: assign(({ context, event }) => withStored(context, event)),
      takeStoredUser: assign({ identifiedToken: ({ event }) => userIn(event, stored) }),
      takeSynced: assign(({ event }) => syncedIn(event, fieldOf(event, 'state')) ?? {}),
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
        initial: 'anonymous',
        on: {
          'identity.login': [
            { guard: 'isUserToken', target: '.identified', actions: ['setUser', 'emitTokenChanged'] },
            { actions: 'emitTokenRejected' },
          ],
          'identity.logout': { actions: 'noteNobody' },
          'identity.sync': [
            { guard: 'isNobody', actions: 'noteNobody' },
            { guard: 'isUserToken', target: '.identified', actions: ['setUser', 'emitTokenChanged'] },
            { actions: 'emitTokenRejected' },
          ],
          'tabs.changed': [
            { guard: 'isNotSynced' },
            {
              guard: { type: 'isSynced', params: { state: 'identified' } },
              target: '.identified',
              actions: ['takeSynced', 'emitTokenChanged'],
            },
            {
              guard: { type: 'isSynced', params: { state: 'loggedOut' } },
              target: '.loggedOut',
              actions: ['takeSynced', 'emitTokenChanged'],
            },
            {
              guard: { type: 'isSynced', params: { state: 'anonymous' } },
              target: '.anonymous',
              actions: ['takeSynced', 'emitTokenChanged'],
            },
          ],
          'consent.grant': [{ guard: 'isGranted' }, { actions: ['takeStored', 'emitTokenChanged'] }],
          'consent.deny': [{ guard: 'isDenied' }, { actions: ['forgetAnonymousToken', 'emitTokenChanged'] }],
        },
        states: {
          anonymous: {
            always: { guard: 'hasUser', target: 'identified' },
            on: {
              'consent.grant': {
                guard: 'resumesUser',
                target: 'identified',
                actions: ['takeStored', 'takeStoredUser', 'emitTokenChanged'],
              },
            },
          },
          identified: {
            on: {
              'identity.login': { guard: 'isCurrentUser' },
              'identity.logout': { target: 'loggedOut', actions: ['clearUser', 'emitTokenChanged'] },
              'identity.sync': [
                { guard: 'isNobody', target: 'loggedOut', actions: ['clearUser', 'emitTokenChanged'] },
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
