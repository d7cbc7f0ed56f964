import { createUserToken } from 'usertoken';
import { loadConsent, saveConsent } from '../../shared/consent.js';
import { environment } from './environment';

/** Angular calls this once for the application. */
export function createUser() {
  const user = createUserToken({ ...environment, consent: loadConsent() });
  user.subscribe(({ consent }) => saveConsent(consent));
  return user;
}
