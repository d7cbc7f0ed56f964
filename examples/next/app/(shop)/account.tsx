'use client';

import { useUserToken } from 'usertoken/next';
import { login, logout } from './actions';

/** @param next Whether the shop is shown then. */
export function Account({ next = false }: { readonly next?: boolean }) {
  const { state } = useUserToken();
  const isIn = state === 'identified';
  return (
    <form action={isIn ? logout : login}>
      {next && <input type="hidden" name="next" value="/" />}
      <button type="submit" className={isIn ? undefined : 'main'} data-test={isIn ? 'logout' : 'login'}>
        {isIn ? 'Log out' : 'Log in as Ada'}
      </button>
    </form>
  );
}
