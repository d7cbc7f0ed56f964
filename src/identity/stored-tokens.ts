import { type IdentityContext, isAnonymousToken, type TokenCheck } from '../../machines/index.js';
import { tryCall } from '../../machines/tolerant.js';
import type { TokenStore } from '../adapters/ports.js';

/** What a token store is read and written by. */
export interface StoredTokensPorts {
  readonly tokenStore: TokenStore;
  /** Whether the token store is told who is logged in. */
  readonly storesUser: boolean;
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a token store holds and the rules let in. */
export function readTokens({ tokenStore, storesUser, checkToken, onError }: StoredTokensPorts) {
  const anonymousToken = tryCall(() => tokenStore.read('anonymous'), onError);
  const identifiedToken = storesUser ? tryCall(() => tokenStore.read('identified'), onError) : undefined;
  return {
    anonymousToken: isAnonymousToken(anonymousToken) ? anonymousToken : undefined,
    identifiedToken: checkToken(identifiedToken).ok ? identifiedToken : undefined,
  };
}

/** Keeps the tokens of a visitor in a token store, and takes out who is not logged in any more. */
export function keepTokens(
  { tokenStore, storesUser, onError }: Omit<StoredTokensPorts, 'checkToken'>,
  { anonymousToken, identifiedToken }: Pick<IdentityContext, 'anonymousToken' | 'identifiedToken'>,
): void {
  tryCall(() => {
    if (anonymousToken) tokenStore.write('anonymous', anonymousToken);
    if (identifiedToken && storesUser) tokenStore.write('identified', identifiedToken);
    else tokenStore.remove('identified');
  }, onError);
}
