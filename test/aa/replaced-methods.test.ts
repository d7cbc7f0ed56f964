import { describe, expect, it, vi } from 'vitest';
import { click, credentials, openPage, view } from './support/open-page.js';

async function openInstance() {
  const page = await openPage();
  const instance = new page.library.AlgoliaAnalytics({ requestFn: async () => true });
  return { ...page, instance, aa: page.library.getFunctionalInterface(instance) };
}

// F05: tests of shops that use search-insights spy on an instance.
describe('a method that is replaced on an instance', () => {
  it('sendEvents is called by the methods named after events', async () => {
    const { instance, aa } = await openInstance();
    const sendEvents = vi.fn(async () => true);
    instance.sendEvents = sendEvents;
    await instance.clickedObjectIDsAfterSearch(click, { inferQueryID: true });
    await aa('purchasedObjectIDs', view);
    expect(sendEvents.mock.calls).toEqual([
      [[{ eventType: 'click', ...click }], { inferQueryID: true }],
      [[{ eventType: 'conversion', eventSubtype: 'purchase', ...view }], undefined],
    ]);
  });

  it('setUserToken is called by init, setAnonymousUserToken and events without a token', async () => {
    const { instance } = await openInstance();
    const setUserToken = vi.spyOn(instance, 'setUserToken');
    instance.setAnonymousUserToken(true);
    instance.init({ ...credentials, userToken: 'visitor' });
    instance.init({ ...credentials, userToken: '', anonymousUserToken: true });
    await instance.viewedObjectIDs(view);
    const made = expect.stringMatching(/^anonymous-/);
    expect(setUserToken.mock.calls).toEqual([[made], ['visitor'], [made]]);
  });

  it('setAuthenticatedUserToken, setAnonymousUserToken and saveTokenAsCookie are called by init', async () => {
    const { instance } = await openInstance();
    const spies = (['setAuthenticatedUserToken', 'setAnonymousUserToken', 'saveTokenAsCookie'] as const).map((name) =>
      vi.spyOn(instance, name),
    );
    instance.init({ ...credentials, authenticatedUserToken: 'account' });
    instance.init({ ...credentials, useCookie: true });
    instance.init({ ...credentials, useCookie: true });
    expect(spies.map((spy) => spy.mock.calls)).toEqual([[['account']], [[]], [[]]]);
  });

  it('is what aa calls, and may be put back', async () => {
    const { instance, aa } = await openInstance();
    const { getUserToken } = instance;
    instance.getUserToken = () => 'mocked';
    expect(aa('getUserToken')).toBe('mocked');
    instance.getUserToken = getUserToken;
    expect(aa('getUserToken')).toBeUndefined();
    instance.version = '9.9.9';
    expect(aa('getVersion')).toBe('9.9.9');
  });
});
