import { expect, it, vi } from 'vitest';
import { openPage, view } from './support/open-page.js';

it('a page written from the documentation of setUserToken works as it says: the anonymous token acts again after logout', async () => {
  const { aa, document, sent } = await openPage();
  const onError = vi.fn();

  aa('init', { appId: 'YourApplicationID', apiKey: 'YourSearchOnlyAPIKey', useCookie: true });
  let anonymousUserToken: string | number | undefined;
  aa('getUserToken', {}, (error, userToken) => {
    if (error) return onError(error);
    anonymousUserToken = userToken;
  });
  expect(anonymousUserToken).toMatch(/^anonymous-/);
  expect(document.cookie).toBe(`_ALGOLIA=${anonymousUserToken}`);

  const before = aa('viewedObjectIDs', view);
  aa('setUserToken', 'YourUserID');
  const during = aa('viewedObjectIDs', view);
  if (anonymousUserToken) aa('setUserToken', anonymousUserToken);
  const after = aa('viewedObjectIDs', view);

  expect(await Promise.all([before, during, after])).toEqual([true, true, true]);
  expect(sent.events.map(({ userToken }) => userToken)).toEqual([anonymousUserToken, 'YourUserID', anonymousUserToken]);
  expect(sent.urls).toHaveLength(1);
  expect(onError).not.toHaveBeenCalled();
  expect(document.cookie).toBe(`_ALGOLIA=${anonymousUserToken}`);
});
