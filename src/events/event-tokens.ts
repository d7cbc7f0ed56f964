import type { TokenCheck, TokenRefusal, Tokens } from '../../machines/index.js';

/** What is wrong with a token. */
type Wrong = { readonly field: string; readonly message: string };

type Check = (token: unknown) => TokenCheck;

function putToken(event: Record<string, unknown>, field: keyof Tokens, inForce: Tokens, checkToken: Check) {
  const own = event[field] ?? inForce[field];
  const check = own === inForce[field] ? undefined : checkToken(own);
  const token = check ? check.ok && check.token : own;
  event[field] = token;
  const isWrong = token === false || (!token && field === 'userToken');
  return isWrong ? { field, message: (check as TokenRefusal | undefined)?.message ?? 'no token' } : undefined;
}

/** Gives an event its tokens: its own if they pass the check, else those in force, which have passed it already.
 * @returns What is wrong with them, if anything is; the event is then of no use. */
export const putTokens = (event: Record<string, unknown>, inForce: Tokens, checkToken: Check): Wrong | undefined =>
  putToken(event, 'userToken', inForce, checkToken) ?? putToken(event, 'authenticatedUserToken', inForce, checkToken);
