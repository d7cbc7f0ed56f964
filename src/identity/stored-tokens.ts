import { type IdentityContext, isAnonymousToken, type StoredTokens, type TokenCheck } from '../../machines/index.js';
import type { TokenStore } from '../adapters/ports.js';

/** How stored tokens are read and written. */
export interface StoredTokensPorts {
  readonly tokenStore: TokenStore;
  /** Whether the store is given the account's id. */
  readonly storesUser: boolean;
  readonly checkToken: (token: unknown) => TokenCheck;
}

/** What a store holds, which may have been tampered with. */
export const readTokens = ({ tokenStore, storesUser }: Omit<StoredTokensPorts, 'checkToken'>): StoredTokens => ({
  anonymousToken: tokenStore.read('anonymous'),
  identifiedToken: storesUser ? tokenStore.read('identified') : undefined,
});

/** The valid ones of the tokens that a store holds. */
export const validTokens = (
  { anonymousToken, identifiedToken }: StoredTokens,
  checkToken: StoredTokensPorts['checkToken'],
): StoredTokens => ({
  anonymousToken: isAnonymousToken(anonymousToken) ? anonymousToken : undefined,
  identifiedToken: identifiedToken !== undefined && checkToken(identifiedToken).ok ? identifiedToken : undefined,
});

/** Stores the tokens of a visitor, and removes an account that is not logged in any more. */
export function writeTokens(
  { tokenStore, storesUser }: Omit<StoredTokensPorts, 'checkToken'>,
  { anonymousToken, identifiedToken }: Pick<IdentityContext, 'anonymousToken' | 'identifiedToken'>,
): void {
  if (anonymousToken) tokenStore.write('anonymous', anonymousToken);
  if (identifiedToken && storesUser) tokenStore.write('identified', identifiedToken);
  else tokenStore.remove('identified');
}
