import { createUserToken, type UserTokenClient } from 'usertoken';
import { fromServer, type Hydration } from 'usertoken/server';
import { browser } from '$app/environment';
import { insights } from './insights';

let inPage: UserTokenClient | undefined;

/** The page keeps one client; the server creates one for each request. */
export function userFrom(hydration: Hydration): UserTokenClient {
  const create = () => createUserToken({ ...insights, ...fromServer(hydration) });
  if (!browser) return create();
  inPage ??= create();
  return inPage;
}
