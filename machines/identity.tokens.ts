import type {
  IdentityContext,
  IdentityEvent,
  IdentityInput,
  OnLogout,
  Strategy,
  Tokens,
  VisitorState,
} from './identity.types.js';
import { fieldOf } from './tolerant.js';
import { checkUserToken, isAnonymousToken, isUserToken } from './user-token.js';

const anyAllowed = () => true;

type TokenPair = Pick<IdentityContext, 'anonymousToken' | 'identifiedToken'>;

/** The tokens in force in a context of the identity machine. */
export function tokensOf(context: TokenPair & Pick<IdentityContext, 'strategy'>): Tokens {
  const { anonymousToken, identifiedToken, strategy } = context;
  if (anonymousToken === undefined) return { userToken: undefined, authenticatedUserToken: undefined };
  return strategy === 'link'
    ? { userToken: anonymousToken, authenticatedUserToken: identifiedToken }
    : { userToken: identifiedToken ?? anonymousToken, authenticatedUserToken: undefined };
}

/** The account token in an event's field as a string, if it fits the pattern. Whether the guard lets it in is the
 * chart's business: it may have been replaced by one that allows more. */
export function userIn(event: object, field = 'token'): string | undefined {
  const check = checkUserToken(fieldOf(event, field), anyAllowed);
  return check.ok ? check.token : undefined;
}

function anonymousIn(event: object, field: string): string | undefined {
  const token = fieldOf(event, field);
  return isAnonymousToken(token) ? token : undefined;
}

/** Where a machine with this input begins. */
export function startingContext(input: IdentityInput): IdentityContext {
  const field = (name: keyof IdentityInput) => fieldOf(input ?? {}, name);
  const strategy: Strategy = field('strategy') === 'link' ? 'link' : 'replace';
  const onLogout: OnLogout = field('onLogout') === 'renew' ? 'renew' : 'restore';
  const choice = field('consent');
  const consent = choice === 'granted' || choice === 'denied' ? choice : 'pending';

  const stored = userIn(input ?? {}, 'identifiedToken');
  const wantsNobody = field('user') === null;
  const known = isUserToken(field('user')) ? userIn(input, 'user') : undefined;
  const identifiedToken = wantsNobody ? undefined : (known ?? stored);
  const visitor: VisitorState = identifiedToken ? 'identified' : stored ? 'loggedOut' : 'anonymous';

  const userEnded = stored !== undefined && stored !== identifiedToken;
  const renewed = userEnded && onLogout === 'renew';
  const anonymousToken =
    consent === 'denied' ? undefined : anonymousIn(input ?? {}, renewed ? 'freshAnonymousToken' : 'anonymousToken');
  return { anonymousToken, identifiedToken, renewed, strategy, onLogout, start: { visitor, consent } };
}

/** The tokens after the account changes to `identifiedToken`, or to nobody. Only the end of a login renews. */
export function withUser(context: IdentityContext, event: IdentityEvent, identifiedToken: string | undefined) {
  const ends = context.identifiedToken !== undefined && context.anonymousToken !== undefined;
  if (!ends || context.onLogout === 'restore') return { identifiedToken };
  return { identifiedToken, anonymousToken: anonymousIn(event, 'freshAnonymousToken'), renewed: true };
}

/** The tokens after a grant: the jar's anonymous token first, then the one in memory, then a fresh one. */
export function withStored({ anonymousToken, renewed }: IdentityContext, event: IdentityEvent) {
  const stored = renewed ? undefined : anonymousIn(event, 'storedAnonymousToken');
  return { anonymousToken: stored ?? anonymousToken ?? anonymousIn(event, 'freshAnonymousToken') };
}

/** The tokens another tab speaks of, or `undefined` where its message is not whole. */
export function syncedIn(event: object): (TokenPair & { readonly state: VisitorState }) | undefined {
  const state = fieldOf(event, 'state');
  const anonymousToken = anonymousIn(event, 'anonymousToken');
  const identifiedToken = userIn(event, 'identifiedToken');
  if (anonymousToken === undefined) return undefined;
  if (state === 'identified') return identifiedToken ? { state, anonymousToken, identifiedToken } : undefined;
  if (state !== 'anonymous' && state !== 'loggedOut') return undefined;
  return { state, anonymousToken, identifiedToken: undefined };
}

/** Whether another tab speaks of the very tokens this one has. */
export function isSameAsSynced(context: TokenPair, event: object): boolean {
  const synced = syncedIn(event);
  return synced?.anonymousToken === context.anonymousToken && synced?.identifiedToken === context.identifiedToken;
}

/** Whether two contexts put other tokens in force. */
export function differ(before: Tokens, after: Tokens): boolean {
  return before.userToken !== after.userToken || before.authenticatedUserToken !== after.authenticatedUserToken;
}
