import type { TokenCheck, Tokens } from '../../machines/index.js';

/** What is wrong with a token. */
type Wrong = { readonly field: string; readonly message: string };

type Check = (token: unknown) => TokenCheck;

function putToken(event: Record<string, unknown>, field: string, inForce: string | undefined, checkToken: Check) {
  const own = event[field] ?? inForce;
  // A token in force has been checked.
  const check: TokenCheck = own === inForce && own ? { ok: true, token: own as string } : checkToken(own);
  if (check.ok) event[field] = check.token;
  return check.ok ? undefined : { field, message: check.message };
}

/** Gives an event its tokens: its own if they pass the check, else those in force.
 * @returns What is wrong with them, if anything is; the event is then of no use. */
export function putTokens(event: Record<string, unknown>, inForce: Tokens, checkToken: Check): Wrong | undefined {
  const wrong = putToken(event, 'userToken', inForce.token, checkToken);
  const hasAccount = (event.authenticatedUserToken ?? inForce.authenticatedToken) !== undefined;
  event.authenticatedUserToken ??= undefined;
  return (
    wrong ??
    (hasAccount ? putToken(event, 'authenticatedUserToken', inForce.authenticatedToken, checkToken) : undefined)
  );
}
