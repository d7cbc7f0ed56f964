// #region create
import { createUserToken, type UserToken } from 'usertoken';
import { fromServer, type HandOver } from 'usertoken/server';
import { browser } from '$app/environment';
import { insights } from './insights';

let inPage: UserToken | undefined;

/** One for the page, one for each request on the server. */
export function userFrom(handOver: HandOver): UserToken {
  const create = () => createUserToken({ ...insights, ...fromServer(handOver) });
  if (!browser) return create();
  inPage ??= create();
  return inPage;
}
// #endregion
