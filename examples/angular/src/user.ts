// #region create
import { createUserToken } from 'usertoken';
import { keepChoice, keptChoice } from './choice';
import { environment } from './environment';

/** Makes the one instance of the application. */
export function getUser() {
  const user = createUserToken({
    ...environment,
    consent: keptChoice(),
  });
  user.subscribe(({ consent }) => keepChoice(consent));
  return user;
}
// #endregion
