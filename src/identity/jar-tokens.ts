import { type IdentityContext, isAnonymousToken, type TokenCheck } from '../../machines/index.js';
import { attempt } from '../../machines/tolerant.js';
import type { TokenJar } from '../adapters/ports.js';

/** What a jar is read and written by. */
export interface JarTokensPorts {
  readonly jar: TokenJar;
  /** Whether the jar is told who is logged in. */
  readonly rememberUser: boolean;
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What a jar holds and the rules let in. */
export function readTokens({ jar, rememberUser, checkToken, onError }: JarTokensPorts) {
  const anonymousToken = attempt(() => jar.read('anonymous'), onError);
  const identifiedToken = rememberUser ? attempt(() => jar.read('identified'), onError) : undefined;
  return {
    anonymousToken: isAnonymousToken(anonymousToken) ? anonymousToken : undefined,
    identifiedToken: checkToken(identifiedToken).ok ? identifiedToken : undefined,
  };
}

/** Keeps the tokens of a visitor in a jar, and takes out who is not logged in any more. */
export function keepTokens(
  { jar, rememberUser, onError }: Omit<JarTokensPorts, 'checkToken'>,
  { anonymousToken, identifiedToken }: Pick<IdentityContext, 'anonymousToken' | 'identifiedToken'>,
): void {
  attempt(() => {
    if (anonymousToken) jar.write('anonymous', anonymousToken);
    if (identifiedToken && rememberUser) jar.write('identified', identifiedToken);
    else jar.remove('identified');
  }, onError);
}
