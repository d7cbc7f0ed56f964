// #region create
import { type Consent, createUserToken } from 'usertoken';
import { environment } from './environment';

/** Makes the one instance of the application. */
export function getUser() {
  const user = createUserToken({
    ...environment,
    consent: (localStorage.getItem('consent') as Consent | null) ?? 'pending',
  });
  user.subscribe(({ consent }) => localStorage.setItem('consent', consent));
  return user;
}
// #endregion
