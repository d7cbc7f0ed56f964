import type {
  Consent,
  IdentityContext,
  IdentityEmitted,
  IdentityInput,
  StoredTokens,
  TabState,
  Tokens,
  VisitorState,
} from './identity.types.js';
import { checkUserToken, isUserToken as isToken, refuseToken } from './user-token.js';

// The guards, context changes and emitted events of the identity chart, each under the name that the chart gives it.

/** What the chart gives each of them. Of the event they read what its type brings. */
interface Args {
  readonly context: IdentityContext;
  readonly event: {
    readonly type: string;
    readonly token?: unknown;
    readonly freshAnonymousToken?: string | undefined;
    readonly stored?: StoredTokens | undefined;
    readonly state?: TabState | undefined;
  };
}

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

export const isUserToken = ({ event }: Args): boolean => isToken(event.token);
export const isCurrentUser = ({ context, event }: Args): boolean => event.token === context.identifiedToken;
export const isNobody = ({ event }: Args): boolean => event.token === null;
export const hasUser = ({ context }: Args): boolean => context.identifiedToken !== undefined;
export const hasStoredUser = ({ context, event }: Args): boolean =>
  !context.isKnownNobody && event.stored?.identifiedToken !== undefined;
export const startsWith = ({ context }: Args, { consent }: { readonly consent: Consent }): boolean =>
  context.startConsent === consent;
export const isTabVisitor = ({ event }: Args, { visitor }: { readonly visitor: VisitorState }): boolean =>
  event.state?.visitor === visitor;
export const isAsInTab = ({ context, event: { state } }: Args): boolean =>
  state?.anonymousToken === context.anonymousToken && state?.identifiedToken === context.identifiedToken;
export const haveTokensChanged = ({ context }: Args): boolean => {
  const { token, authenticatedToken } = tokensOf(context);
  return token !== context.token || authenticatedToken !== context.authenticatedToken;
};

// Context changes

/** The event's user is the one who acts, or nobody where it names none. Only the end of a login renews the anonymous token, not
 * its beginning. */
export const changeUser = ({ context, event }: Args): Partial<IdentityContext> => {
  const identifiedToken = event.token == null ? undefined : `${event.token}`;
  if (context.onLogout !== 'renew' || context.identifiedToken === undefined) return { identifiedToken };
  // A denial has left no token to renew, and a later grant must not bring back the stored one.
  return { identifiedToken, anonymousToken: context.anonymousToken && event.freshAnonymousToken, renewed: true };
};
export const noteNobody = (): Partial<IdentityContext> => ({ isKnownNobody: true });

/** The stored anonymous token first, then the one in memory, then a fresh one. The stored one does not come back after a
 * renewal, nor when it belongs to a login that has ended and `onLogout` is `renew`. */
export const takeStored = ({ context, event }: Args): Partial<IdentityContext> => {
  const { anonymousToken, identifiedToken } = event.stored ?? {};
  const isEnded =
    identifiedToken !== undefined &&
    (context.isKnownNobody || (context.identifiedToken ?? identifiedToken) !== identifiedToken);
  const renewed = context.renewed || (context.onLogout === 'renew' && isEnded);
  const stored = renewed ? undefined : anonymousToken;
  return { renewed, anonymousToken: stored ?? context.anonymousToken ?? event.freshAnonymousToken };
};
export const takeStoredUser = ({ event }: Args): Partial<IdentityContext> => ({
  identifiedToken: event.stored?.identifiedToken,
});
export const takeTabTokens = ({ event }: Args): Partial<IdentityContext> => ({
  anonymousToken: event.state?.anonymousToken,
  identifiedToken: event.state?.identifiedToken,
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
  const check = checkUserToken(event.token);
  const { ok, ...refusal } = check.ok ? refuseToken('refused-by-check') : check;
  return { type: 'tokenRejected', ...refusal };
};
