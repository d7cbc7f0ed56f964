import type { IdentityContext, IdentityEvent, IdentityInput, Tokens } from './identity.types.js';
import { fieldOf } from './tolerant.js';
import { checkUserToken, isAnonymousToken, isUserToken } from './user-token.js';

type TokenPair = Pick<IdentityContext, 'anonymousToken' | 'identifiedToken'>;

/** The tokens in force in a context of the identity machine. */
export function tokensOf({
  anonymousToken,
  identifiedToken,
  strategy,
}: TokenPair & Pick<IdentityContext, 'strategy'>): Tokens {
  const isLinked = strategy === 'link';
  return {
    userToken: anonymousToken && ((!isLinked && identifiedToken) || anonymousToken),
    authenticatedUserToken: anonymousToken && isLinked ? identifiedToken : undefined,
  };
}

/** The account token in a field as a string, if it fits the pattern. Whether the guard lets it in is the chart's
 * business: it may have been replaced by one that allows more. */
export function userIn(event: unknown, field = 'token'): string | undefined {
  const check = checkUserToken(fieldOf(event, field), () => true);
  return check.ok ? check.token : undefined;
}

function anonymousIn(event: unknown, field: string): string | undefined {
  const token = fieldOf(event, field);
  return isAnonymousToken(token) ? token : undefined;
}

/** Where a machine with this input begins. */
export function startingContext(input: IdentityInput): IdentityContext {
  const user = fieldOf(input, 'user');
  const consent = fieldOf(input, 'consent');
  const onLogout = fieldOf(input, 'onLogout') === 'renew' ? 'renew' : 'restore';
  const stored = userIn(input, 'identifiedToken');
  const identifiedToken = user === null ? undefined : isUserToken(user) ? userIn(input, 'user') : stored;
  const renewed = onLogout === 'renew' && stored !== undefined && stored !== identifiedToken;
  const anonymousToken = anonymousIn(input, renewed ? 'freshAnonymousToken' : 'anonymousToken');
  return {
    anonymousToken: consent === 'denied' ? undefined : anonymousToken,
    identifiedToken,
    renewed,
    isKnownNobody: user === null,
    strategy: fieldOf(input, 'strategy') === 'link' ? 'link' : 'replace',
    onLogout,
    startConsent: consent === 'granted' || consent === 'denied' ? consent : 'pending',
  };
}

/** The tokens after the account changes to `identifiedToken`, or to nobody. Only the end of a login renews. */
export function withUser(context: IdentityContext, event: IdentityEvent, identifiedToken: string | undefined) {
  const renews = context.onLogout === 'renew' && context.identifiedToken && context.anonymousToken;
  return renews
    ? { identifiedToken, anonymousToken: anonymousIn(event, 'freshAnonymousToken'), renewed: true }
    : { identifiedToken };
}

/** The tokens after a grant: the token store's anonymous token first, then the one in memory, then a fresh one. The token store's is not
 * taken back after a renewal, nor where it belongs to a login that has ended and `onLogout` is `renew`. */
export function withStored(context: IdentityContext, event: IdentityEvent) {
  const storedUser = userIn(event, 'storedIdentifiedToken');
  const isEnded =
    storedUser !== undefined && (context.isKnownNobody || (context.identifiedToken ?? storedUser) !== storedUser);
  const renewed = context.renewed || (context.onLogout === 'renew' && isEnded);
  const stored = renewed ? undefined : anonymousIn(event, 'storedAnonymousToken');
  return { renewed, anonymousToken: stored ?? context.anonymousToken ?? anonymousIn(event, 'freshAnonymousToken') };
}

/** The tokens another tab speaks of, if it puts the visitor into `state` and its message is whole. */
export function syncedIn(event: unknown, state: unknown): TokenPair | undefined {
  const anonymousToken = anonymousIn(event, 'anonymousToken');
  const identifiedToken = state === 'identified' ? userIn(event, 'identifiedToken') : undefined;
  const isWhole = anonymousToken && (identifiedToken || state === 'anonymous' || state === 'loggedOut');
  return isWhole && fieldOf(event, 'state') === state ? { anonymousToken, identifiedToken } : undefined;
}
