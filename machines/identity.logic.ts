import type {
  Consent,
  IdentityContext,
  IdentityEmitted,
  IdentityEvent,
  IdentityInput,
  Tokens,
  VisitorState,
} from './identity.types.js';
import { checkUserToken, isUserToken as isToken, refuseToken } from './user-token.js';

// The guards, context changes and emitted events of the identity chart, each under the name that the chart gives it.

interface Args {
  readonly context: IdentityContext;
  readonly event: IdentityEvent;
}

const tokenIn = (event: IdentityEvent) => ('token' in event ? event.token : undefined);
const freshIn = (event: IdentityEvent) => ('freshAnonymousToken' in event ? event.freshAnonymousToken : undefined);
const storedIn = (event: IdentityEvent) => ('stored' in event && event.stored) || {};
const stateIn = (event: IdentityEvent) => ('state' in event ? event.state : undefined);

/** The tokens in force in a context of the identity machine. */
export function tokensOf({
  anonymousToken,
  identifiedToken,
  strategy,
}: Pick<IdentityContext, 'anonymousToken' | 'identifiedToken' | 'strategy'>): Tokens {
  const isLinked = strategy === 'link';
  return {
    token: anonymousToken && ((!isLinked && identifiedToken) || anonymousToken),
    authenticatedToken: anonymousToken && isLinked ? identifiedToken : undefined,
  };
}

/** Where a machine with this input begins. */
export function startingContext({ input }: { readonly input: IdentityInput }): IdentityContext {
  const { user, consent, strategy = 'replace', onLogout = 'restore', freshAnonymousToken } = input;
  const identifiedToken = user === null ? undefined : (user ?? input.identifiedToken);
  const renewed =
    onLogout === 'renew' && input.identifiedToken !== undefined && input.identifiedToken !== identifiedToken;
  const stored = renewed ? undefined : input.anonymousToken;
  const tokens = {
    anonymousToken: consent === 'denied' ? undefined : (stored ?? freshAnonymousToken),
    identifiedToken,
    strategy,
  };
  return {
    ...tokens,
    ...tokensOf(tokens),
    renewed,
    isKnownNobody: user === null,
    onLogout,
    startConsent: consent,
  };
}

/** Whether an event must bring a `freshAnonymousToken` now: the end of a login renews, or there is no token to act. */
export function needsFreshToken({ anonymousToken, identifiedToken, onLogout }: IdentityContext): boolean {
  return !anonymousToken || (onLogout === 'renew' && identifiedToken !== undefined);
}

// Guards

export const isUserToken = ({ event }: Args): boolean => isToken(tokenIn(event));
export const isCurrentUser = ({ context, event }: Args): boolean => tokenIn(event) === context.identifiedToken;
export const isNobody = ({ event }: Args): boolean => tokenIn(event) === null;
export const hasUser = ({ context }: Args): boolean => context.identifiedToken !== undefined;
export const hasStoredUser = ({ context, event }: Args): boolean =>
  !context.isKnownNobody && storedIn(event).identifiedToken !== undefined;
export const startsWith = ({ context }: Args, { consent }: { readonly consent: Consent }): boolean =>
  context.startConsent === consent;
export const isTabVisitor = ({ event }: Args, { visitor }: { readonly visitor: VisitorState }): boolean =>
  stateIn(event)?.visitor === visitor;
export const isAsInTab = ({ context, event }: Args): boolean => {
  const state = stateIn(event);
  return state?.anonymousToken === context.anonymousToken && state?.identifiedToken === context.identifiedToken;
};
export const haveTokensChanged = ({ context }: Args): boolean => {
  const { token, authenticatedToken } = tokensOf(context);
  return token !== context.token || authenticatedToken !== context.authenticatedToken;
};

// Context changes

/** Only the end of a login renews the anonymous token, not its beginning. */
function withUser(context: IdentityContext, event: IdentityEvent, identifiedToken: string | undefined) {
  const renews = context.onLogout === 'renew' && context.identifiedToken !== undefined;
  if (!renews) return { identifiedToken };
  // A denial has left no token to renew, and a later grant must not bring back the stored one.
  return { identifiedToken, anonymousToken: context.anonymousToken && freshIn(event), renewed: true };
}
export const setUser = ({ context, event }: Args): Partial<IdentityContext> =>
  withUser(context, event, `${tokenIn(event)}`);
export const clearUser = ({ context, event }: Args): Partial<IdentityContext> => withUser(context, event, undefined);
export const noteNobody = (): Partial<IdentityContext> => ({ isKnownNobody: true });

/** The stored anonymous token first, then the one in memory, then a fresh one. The stored one does not come back after a
 * renewal, nor when it belongs to a login that has ended and `onLogout` is `renew`. */
export const takeStored = ({ context, event }: Args): Partial<IdentityContext> => {
  const { anonymousToken, identifiedToken } = storedIn(event);
  const isEnded =
    identifiedToken !== undefined &&
    (context.isKnownNobody || (context.identifiedToken ?? identifiedToken) !== identifiedToken);
  const renewed = context.renewed || (context.onLogout === 'renew' && isEnded);
  const stored = renewed ? undefined : anonymousToken;
  return { renewed, anonymousToken: stored ?? context.anonymousToken ?? freshIn(event) };
};
export const takeStoredUser = ({ event }: Args): Partial<IdentityContext> => ({
  identifiedToken: storedIn(event).identifiedToken,
});
export const takeTabTokens = ({ event }: Args): Partial<IdentityContext> => ({
  anonymousToken: stateIn(event)?.anonymousToken,
  identifiedToken: stateIn(event)?.identifiedToken,
});
export const forgetAnonymousToken = (): Partial<IdentityContext> => ({ anonymousToken: undefined });
export const updateTokens = ({ context }: Args): Partial<IdentityContext> => tokensOf(context);

// Emitted events

export const tokenChanged = ({ context }: Args): IdentityEmitted => ({
  type: 'tokenChanged',
  token: context.token,
  authenticatedToken: context.authenticatedToken,
});
export const tokenRejected = ({ event }: Args): IdentityEmitted => {
  const check = checkUserToken(tokenIn(event));
  const { ok, ...refusal } = check.ok ? refuseToken('refused-by-check') : check;
  return { type: 'tokenRejected', ...refusal };
};
