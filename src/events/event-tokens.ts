import type { TokenCheck, TokenRefusal, Tokens } from '../../machines/index.js';

const fields = ['userToken', 'authenticatedUserToken'] as const;

/** Gives an event its tokens: its own if they pass the check, else those in force, which have passed it already.
 * @returns What is wrong with them, if anything is; the event is then of no use. */
export function putTokens(
  event: Record<string, unknown>,
  inForce: Tokens,
  checkToken: (token: unknown) => TokenCheck,
): { readonly field: string; readonly message: string } | undefined {
  for (const field of fields) {
    const check = event[field] == null ? undefined : checkToken(event[field]);
    const token = check ? check.ok && check.token : inForce[field];
    if (token === false || (!token && field === 'userToken')) {
      return { field, message: (check as TokenRefusal | undefined)?.message ?? 'none is in force' };
    }
    event[field] = token;
  }
  return undefined;
}
