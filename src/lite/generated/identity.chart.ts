// Written by scripts/compile-charts.mjs from machines/identity.machine.ts. After a change there, run `npm run charts`.
import * as logic from '../../../machines/identity.logic.js';
import type { IdentityContext, IdentityEvent, IdentityInput } from '../../../machines/identity.types.js';
import type { IdentityParts } from '../../actor.types.js';
import type { Chart, GuardArgs } from '../chart.types.js';
import { assign, effect, emit } from '../runtime.js';

type Args = GuardArgs<IdentityContext, IdentityEvent>;

export function identityChart({
  guards,
  actions,
}: Pick<IdentityParts, 'guards' | 'actions'>): Chart<IdentityContext, IdentityEvent, IdentityInput> {
  const changeUser = assign(logic.changeUser);
  const emitTokenRejected = emit(logic.tokenRejected);
  const noteNobody = assign(logic.noteNobody);
  const isGranted = (args: Args): boolean => args.at.consent === 'granted';
  const isNotGranted = (args: Args): boolean => !isGranted(args);
  const ignoresTab = (args: Args): boolean => isNotGranted(args) || logic.isAsInTab(args);
  const takeTabTokens = assign(logic.takeTabTokens);
  const takeStored = assign(logic.takeStored);
  const forgetAnonymousToken = assign(logic.forgetAnonymousToken);
  const updateTokens = assign(logic.updateTokens);
  const emitTokenChanged = emit(logic.tokenChanged);
  const resumesUser = (args: Args): boolean => isNotGranted(args) && logic.hasStoredUser(args);
  const takeStoredUser = assign(logic.takeStoredUser);
  const isOtherUser = (args: Args): boolean => guards.isUserToken() && !logic.isCurrentUser(args);
  const remember = effect(actions.remember);
  const isIdentified = (args: Args): boolean => args.at.visitor === 'identified';
  const endsLogin = (args: Args): boolean => logic.isNobody(args) && isIdentified(args);
  const erase = effect(actions.erase);
  return {
    context: logic.startingContext,
    initial: { visitor: 'anonymous', consent: 'pending' },
    regions: {
      visitor: {
        on: {
          'identity.login': [
            [guards.isUserToken, 'identified', changeUser],
            [0, 0, emitTokenRejected],
          ],
          'identity.logout': [[0, 0, noteNobody]],
          'identity.sync': [
            [logic.isNobody, 0, noteNobody],
            [guards.isUserToken, 'identified', changeUser],
            [0, 0, emitTokenRejected],
          ],
          'tabs.changed': [
            [ignoresTab],
            [(args) => logic.isTabVisitor(args, { visitor: 'identified' }), 'identified', takeTabTokens],
            [(args) => logic.isTabVisitor(args, { visitor: 'loggedOut' }), 'loggedOut', takeTabTokens],
            [(args) => logic.isTabVisitor(args, { visitor: 'anonymous' }), 'anonymous', takeTabTokens],
          ],
          'consent.grant': [[isGranted], [0, 0, takeStored]],
          'consent.deny': [[0, 0, forgetAnonymousToken]],
        },
        always: [[logic.haveTokensChanged, 0, updateTokens, emitTokenChanged]],
        states: {
          anonymous: {
            on: { 'consent.grant': [[resumesUser, 'identified', takeStored, takeStoredUser]] },
            always: [[logic.hasUser, 'identified']],
          },
          identified: {
            on: {
              'identity.login': [[logic.isCurrentUser]],
              'identity.logout': [[0, 'loggedOut', changeUser]],
              'identity.sync': [[logic.isNobody, 'loggedOut', changeUser], [logic.isCurrentUser]],
            },
          },
          loggedOut: {},
        },
      },
      consent: {
        states: {
          pending: {
            on: { 'consent.grant': [[0, 'granted']], 'consent.deny': [[0, 'denied']] },
            always: [
              [(args) => logic.startsWith(args, { consent: 'granted' }), 'granted'],
              [(args) => logic.startsWith(args, { consent: 'denied' }), 'denied'],
            ],
          },
          granted: {
            on: {
              'identity.login': [[isOtherUser, 0, remember]],
              'identity.logout': [[isIdentified, 0, remember]],
              'identity.sync': [[endsLogin, 0, remember], [logic.isNobody], [isOtherUser, 0, remember]],
              'consent.deny': [[0, 'denied']],
            },
            entry: [remember],
          },
          denied: { on: { 'consent.grant': [[0, 'granted']] }, entry: [erase] },
        },
      },
    },
  };
}
