import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { InsightsClient } from '../../src/aa/index.js';
import { credentials, loadClient, openPage, view } from './support/open-page.js';

const anonymous = 'anonymous-11111111-2222-4333-8444-555555555555';
const withCookie = { cookie: `_ALGOLIA=${anonymous}` };

/** An event that a page which is gone has left in the outbox, so long ago that it is taken up without Web Locks. */
/** @param appId Clients of earlier tests, which are still there, would take over what another client of theirs left. */
function left(appId = credentials.appId) {
  const json = JSON.stringify({ ...view, eventName: 'Left', eventType: 'view', userToken: 'x' });
  const entry = { id: 'left', json, timestamp: Date.now(), bytes: json.length + 28, suspectFields: [] };
  return {
    [`usertoken:outbox:${appId}:gone:1`]: JSON.stringify({
      v: 1,
      at: Date.now() - 60_000,
      isFree: true,
      entries: [entry],
    }),
  };
}

describe('the user token', () => {
  // CM-05 of the test cases.
  it('is there synchronously when the cookie has it, before any await', async () => {
    const { aa } = await openPage(withCookie);
    aa('init', { ...credentials, useCookie: true });
    expect(aa('getUserToken')).toBe(anonymous);
  });

  it('is made and kept in the cookie where there is none, for 180 days', async () => {
    const { aa, document } = await openPage();
    aa('init', { ...credentials, useCookie: true });
    const token = aa('getUserToken');
    expect(token).toMatch(/^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(document.stored()).toMatchObject([{ name: '_ALGOLIA', value: token, path: '/', hostOnly: true }]);
    expect(document.stored()[0]!.maxAgeSeconds! / 15_552_000).toBeCloseTo(1, 5);
  });

  it('takes the place of a cookie that is no anonymous token', async () => {
    const { aa, document } = await openPage({ cookie: '_ALGOLIA=foreign' });
    aa('init', { ...credentials, useCookie: true });
    expect(document.cookie).toBe(`_ALGOLIA=${aa('getUserToken')}`);
  });

  it('is undefined without a cookie until an event needs one, which listeners then hear', async () => {
    const { aa, document, sent } = await openPage();
    const heard = vi.fn();
    aa('init', credentials);
    aa('onUserTokenChange', heard);
    expect(aa('getUserToken')).toBeUndefined();
    await aa('viewedObjectIDs', view);
    const token = aa('getUserToken');
    expect(heard.mock.calls).toEqual([[token]]);
    expect(sent.events).toEqual([{ ...view, eventType: 'view', userToken: token }]);
    expect(document.cookie).toBe('');
  });

  it('that was made in memory is kept once a partial init allows the cookie', async () => {
    const { aa, document } = await openPage();
    aa('init', credentials);
    aa('setAnonymousUserToken', true);
    aa('init', { partial: true, useCookie: true });
    expect(document.cookie).toBe(`_ALGOLIA=${aa('getUserToken')}`);
  });

  // W10, algolia/search-insights.js#562
  it.each([
    ['allows the cookie', {}, { partial: true, useCookie: true }],
    [
      'opts in',
      { useCookie: true, userHasOptedOut: true, userToken: 'anonymous-in-memory' },
      { partial: true, userHasOptedOut: false },
    ],
  ])('is the stored one, on this page and in the cookie, once a later init %s', async (_, before, after) => {
    const { aa, document, sent } = await openPage({ cookie: '_ALGOLIA=anonymous-older' });
    const heard = vi.fn();
    aa('onUserTokenChange', heard);
    aa('init', { ...credentials, ...before });
    await aa('viewedObjectIDs', view);
    expect(aa('getUserToken')).not.toBe('anonymous-older');
    aa('init', after);
    expect(aa('getUserToken')).toBe('anonymous-older');
    expect(document.cookie).toBe('_ALGOLIA=anonymous-older');
    expect(heard.mock.calls.at(-1)).toEqual(['anonymous-older']);
    await aa('viewedObjectIDs', view);
    expect(sent.events.at(-1)?.userToken).toBe('anonymous-older');
  });

  // W10
  it('is the stored one after saveTokenAsCookie too, but an account stays', async () => {
    const { aa, document } = await openPage({ cookie: '_ALGOLIA=anonymous-older' });
    aa('setUserToken', 'anonymous-in-memory');
    aa('saveTokenAsCookie');
    expect(aa('getUserToken')).toBe('anonymous-older');
    aa('init', { ...credentials, userToken: 'account-1815', useCookie: true });
    aa('saveTokenAsCookie');
    expect(aa('getUserToken')).toBe('account-1815');
    expect(document.cookie).toBe('_ALGOLIA=anonymous-older');
  });

  // W11: Safari keeps a cookie that a script wrote for seven days at most.
  it('outlives a browser that caps cookies at seven days, with a visit on day 0, 6 and 12', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    let cookie: string | undefined;
    const seen: unknown[] = [];
    for (const day of [0, 6, 12]) {
      const { aa, document } = await openPage(cookie === undefined ? {} : { cookie });
      aa('init', { ...credentials, useCookie: true });
      seen.push(aa('getUserToken'));
      const { name, value, maxAgeSeconds = 0 } = document.stored()[0]!;
      const keptMs = Math.min(maxAgeSeconds, 7 * 86_400) * 1_000;
      cookie = keptMs > 6 * 86_400_000 ? `${name}=${value}; Max-Age=${keptMs / 1_000 - 6 * 86_400}` : undefined;
      vi.setSystemTime(Date.now() + 6 * 86_400_000 + day);
    }
    expect(new Set(seen).size).toBe(1);
  });

  // W12: a server had stored an account's id there.
  it('of another maker in the cookie is replaced with a warning that does not name it', async () => {
    const { aa, document, warnings } = await openPage({ cookie: '_ALGOLIA=server-token-1' });
    aa('init', { ...credentials, useCookie: true });
    expect(document.cookie).toBe(`_ALGOLIA=${aa('getUserToken')}`);
    expect(warnings().join()).toContain('token-foreign');
    expect(warnings().join()).not.toContain('server-token-1');
  });

  // S10
  it.each([
    ['set', (aa: InsightsClient) => aa('setUserToken', 0)],
    ['in init', (aa: InsightsClient) => aa('init', { userToken: 0 as never, useCookie: true })],
  ])('may be the number 0: %s', async (_, set) => {
    const { aa, sent, document } = await openPage();
    const heard = vi.fn();
    aa('onUserTokenChange', heard);
    const early = aa('viewedObjectIDs', { ...view, userToken: 0 as never });
    set(aa);
    aa('init', { ...credentials, partial: true, useCookie: true });
    await Promise.all([early, aa('viewedObjectIDs', view)]);
    expect(aa('getUserToken')).toBe(0);
    expect(heard.mock.calls).toEqual([[0]]);
    expect(sent.events.map(({ userToken }) => userToken)).toEqual(['0', '0']);
    expect(document.cookie).toBe('');
  });

  it('is given to callbacks at once, with null as error', async () => {
    const { aa } = await openPage();
    const heard = vi.fn();
    expect(aa('setUserToken', 42)).toBe(42);
    expect(aa('setAuthenticatedUserToken', 'account')).toBe('account');
    expect(aa('getUserToken', null, heard)).toBe(42);
    expect(aa('getAuthenticatedUserToken', {}, heard)).toBe('account');
    expect(heard.mock.calls).toEqual([
      [null, 42],
      [null, 'account'],
    ]);
  });

  it('is cleared by an empty value, so that a logout without a saved token does not keep the account', async () => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, userToken: 'account' });
    aa('setUserToken', undefined as never);
    await aa('viewedObjectIDs', view);
    expect(sent.events[0]?.userToken).toMatch(/^anonymous-/);
  });

  it.each(['jane@example.com', 'user:42', 'a'.repeat(130), '+4915112345678'])(
    'stays when %s is set, with a warning that does not name it',
    async (token) => {
      const { aa, warnings } = await openPage();
      aa('setUserToken', 'before');
      expect(aa('setUserToken', token)).toBe('before');
      aa('init', { ...credentials, userToken: token });
      expect(aa('getUserToken')).toBe('before');
      expect(warnings()).toHaveLength(1);
      expect(warnings()[0]).toContain('token-rejected');
      expect(warnings()[0]).not.toContain(token);
    },
  );

  it('is a string on the wire when a number was set', async () => {
    const { aa, sent } = await openPage();
    aa('init', credentials);
    aa('setUserToken', 42);
    await aa('viewedObjectIDs', view);
    expect(sent.events[0]?.userToken).toBe('42');
  });

  it('is missing from no event: with anonymousUserToken false and none set, nothing is sent', async () => {
    const { aa, sent, warnings } = await openPage();
    aa('init', { ...credentials, anonymousUserToken: false });
    expect(await aa('viewedObjectIDs', view)).toBe(false);
    expect(sent.events).toEqual([]);
    expect(warnings().join()).toContain('invalid-token');
  });
});

describe('the authenticated user token', () => {
  it('goes beside the user token until it is unset, and neither changes the other', async () => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, userToken: 'visitor', authenticatedUserToken: 'account' });
    const first = aa('viewedObjectIDs', view);
    aa('setAuthenticatedUserToken', undefined);
    await Promise.all([first, aa('viewedObjectIDs', view)]);
    expect(sent.events.map(({ userToken, authenticatedUserToken }) => [userToken, authenticatedUserToken])).toEqual([
      ['visitor', 'account'],
      ['visitor', undefined],
    ]);
  });
});

// S10
describe('the authenticated user token 0', () => {
  it.each([
    ['set', (aa: InsightsClient) => aa('setAuthenticatedUserToken', 0)],
    ['in init', (aa: InsightsClient) => aa('init', { ...credentials, authenticatedUserToken: 0 as never })],
  ])('goes out: %s', async (_, set) => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, userToken: 'visitor' });
    set(aa);
    await Promise.all([aa('viewedObjectIDs', view), aa('viewedObjectIDs', { ...view, authenticatedUserToken: 'own' })]);
    expect(aa('getAuthenticatedUserToken')).toBe(0);
    expect(sent.events.map(({ authenticatedUserToken }) => authenticatedUserToken)).toEqual(['0', 'own']);
  });

  it('goes out when it is an event’s own, while an empty one is none', async () => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, userToken: 'visitor', authenticatedUserToken: 'account' });
    const own = (authenticatedUserToken: unknown) => ({ ...view, authenticatedUserToken }) as typeof view;
    await aa('viewedObjectIDs', own(0), own(''), own(null));
    expect(sent.events.map(({ authenticatedUserToken }) => authenticatedUserToken)).toEqual([
      '0',
      undefined,
      'account',
    ]);
  });
});

describe('listeners', () => {
  // CM-04 of the test cases.
  it('hear each change once and equal values never; immediate ones hear the value at once', async () => {
    const { aa } = await openPage();
    const [heard, immediate] = [vi.fn(), vi.fn()];
    aa('onUserTokenChange', heard);
    for (const token of ['t', 't', 't', 'u']) aa('setUserToken', token);
    aa('onUserTokenChange', immediate, { immediate: true });
    expect(heard.mock.calls).toEqual([['t'], ['u']]);
    expect(immediate.mock.calls).toEqual([['u']]);
  });

  // CM-04 of the test cases.
  it('one that sets the token does not loop, and the others hear the end of it alone', async () => {
    const { aa } = await openPage();
    const heard = vi.fn();
    aa('onUserTokenChange', () => aa('setUserToken', 'fixed'));
    aa('onUserTokenChange', heard);
    aa('setUserToken', 't');
    expect(heard.mock.calls).toEqual([['fixed']]);
  });

  it('of InstantSearch and Autocomplete both follow, and the end of InstantSearch leaves that of Autocomplete', async () => {
    const { aa } = await openPage();
    for (const isAutocompleteFirst of [true, false]) {
      const [instantSearch, autocomplete] = [vi.fn(), vi.fn()];
      const registrations = [
        () => aa('onUserTokenChange', autocomplete),
        () => aa('onUserTokenChange', instantSearch, { immediate: true }),
      ];
      for (const register of isAutocompleteFirst ? registrations : registrations.reverse()) register();
      aa('setUserToken', `both-${isAutocompleteFirst}`);
      aa('onUserTokenChange', undefined);
      aa('setUserToken', `one-${isAutocompleteFirst}`);
      expect(instantSearch).toHaveBeenLastCalledWith(`both-${isAutocompleteFirst}`);
      expect(autocomplete).toHaveBeenLastCalledWith(`one-${isAutocompleteFirst}`);
      aa('onUserTokenChange', undefined);
    }
  });

  it('that throw stop no other and do not reach the caller', async () => {
    const { aa, warnings } = await openPage();
    const heard = vi.fn();
    aa('onUserTokenChange', () => {
      throw new Error('no');
    });
    aa('onUserTokenChange', heard);
    expect(aa('setUserToken', 't')).toBe('t');
    expect(heard).toHaveBeenCalledWith('t');
    expect(warnings().join()).toContain('error-contained');
  });

  it('of the user token hear nothing of the authenticated one', async () => {
    const { aa } = await openPage();
    const [heard, other] = [vi.fn(), vi.fn()];
    aa('onUserTokenChange', heard);
    aa('onAuthenticatedUserTokenChange', other, { immediate: true });
    aa('setAuthenticatedUserToken', 'account');
    expect(heard).not.toHaveBeenCalled();
    expect(other.mock.calls).toEqual([[undefined], ['account']]);
  });
});

describe('init', () => {
  // CM-02 of the test cases.
  it('a second one leaves token, region and agents; a partial one merges', async () => {
    const { aa, sent, document } = await openPage();
    aa('init', { ...credentials, region: 'de' });
    aa('addAlgoliaAgent', 'insights-middleware');
    aa('setUserToken', 'x');
    aa('init', credentials);
    aa('init', { partial: true, useCookie: true });
    await aa('viewedObjectIDs', view);
    expect(sent.events[0]?.userToken).toBe('x');
    expect(sent.urls[0]?.host).toBe('insights.de.algolia.io');
    expect(sent.urls[0]?.searchParams.get('X-Algolia-Agent')).toMatch(/^usertoken \([\d.]+\); insights-middleware$/);
    expect(document.cookie).toBe('');
  });

  // CM-02 of the test cases.
  it('has a version that UI libraries take for modern', async () => {
    const { aa } = await openPage();
    const heard = vi.fn();
    const [major, minor] = String(aa.version).split('.').map(Number);
    expect(major === 2 && minor! >= 6).toBe(true);
    expect(aa('getVersion', heard)).toBe(aa.version);
    expect(heard).toHaveBeenCalledWith(aa.version);
  });

  it.each([
    ['another region', { region: 'us' as const }, 'insights.us.algolia.io'],
    ['a host', { host: 'https://proxy.example' }, 'proxy.example'],
    ['another application', { appId: 'other', apiKey: 'other' }, 'insights.algolia.io'],
  ])('a second one with %s leaves nothing of the first address', async (_, options, host) => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, region: 'de' });
    aa('init', { ...credentials, ...options });
    await aa('viewedObjectIDs', view);
    expect(sent.urls.map((url) => url.host)).toEqual([host]);
  });

  it('takes an undefined key for one that is left out', async () => {
    const { aa, sent } = await openPage();
    aa('init', { ...credentials, userToken: 'x', authenticatedUserToken: 'y', region: 'de' });
    const nothing = { userToken: undefined, authenticatedUserToken: undefined, region: undefined, appId: undefined };
    aa('init', { partial: true, anonymousUserToken: undefined, ...nothing } as never);
    aa('setUserToken', undefined as never);
    await aa('viewedObjectIDs', view);
    expect(sent.urls[0]?.host).toBe('insights.de.algolia.io');
    expect(sent.events[0]).toMatchObject({
      userToken: expect.stringMatching(/^anonymous-/),
      authenticatedUserToken: 'y',
    });
  });

  it.each([
    { region: 'eu' },
    { region: null },
    { cookieDuration: 1.5 },
    { cookieDuration: '1' },
    { cookieDuration: NaN },
  ])('throws for %o, and changes nothing', async (options) => {
    const { aa } = await openPage();
    aa('setUserToken', 'x');
    expect(() => aa('init', { userToken: 'y', ...options } as never)).toThrow(/^init: (region|cookieDuration) must be/);
    expect(aa('getUserToken')).toBe('x');
  });

  it('keeps a page that starts opted out still: no cookie, no request, and what is stored stays', async () => {
    const { aa, sent, document, localStorage } = await openPage({
      ...withCookie,
      items: { AlgoliaObjectQueryCache: '{}' },
    });
    aa('init', { ...credentials, useCookie: true, userHasOptedOut: true });
    expect(await aa('viewedObjectIDs', view)).toBe(false);
    expect(sent.urls).toEqual([]);
    expect(document.cookie).toBe(withCookie.cookie);
    expect(localStorage.getItem('AlgoliaObjectQueryCache')).toBe('{}');
    aa('init', { partial: true, userHasOptedOut: false });
    expect(await aa('viewedObjectIDs', view)).toBe(true);
    expect(sent.events[0]?.userToken).toBe(anonymous);
  });

  it('erases cookie, cache and waiting events when a visitor opts out later', async () => {
    const { aa, sent, document, localStorage } = await openPage({
      ...withCookie,
      items: { AlgoliaObjectQueryCache: '{}' },
    });
    aa('init', { ...credentials, useCookie: true });
    const waiting = aa('viewedObjectIDs', view);
    aa('init', { partial: true, userHasOptedOut: true });
    expect(await waiting).toBe(false);
    expect(sent.urls).toEqual([]);
    expect(document.cookie).toBe('');
    expect(localStorage.length).toBe(0);
  });

  it('erases what earlier pages left where a visitor opts out in the very task of the first init', async () => {
    const { aa, localStorage } = await openPage({ items: left() });
    aa('init', { ...credentials, useCookie: true });
    aa('init', { partial: true, userHasOptedOut: true });
    expect(localStorage.length).toBe(0);
  });

  it('touches no storage before the token is there, and takes up in the next task what earlier pages left', async () => {
    const appId = 'app-of-its-own';
    const { aa, sent, window, localStorage } = await openPage({ items: left(appId) });
    const touched = vi.fn(() => localStorage);
    Object.defineProperty(window, 'localStorage', { get: touched });
    aa('init', { ...credentials, appId, useCookie: true });
    expect(aa('getUserToken')).toMatch(/^anonymous-/);
    expect(touched).not.toHaveBeenCalled();
    await expect.poll(() => sent.events).toMatchObject([{ eventName: 'Left' }]);
  });

  it('lets undelivered events outlive the page with useCookie, and not without', async () => {
    const { aa, localStorage } = await openPage();
    const kept = () => Array.from({ length: localStorage.length }, (_, at) => localStorage.key(at)!);
    aa('init', { ...credentials, userToken: 'x' });
    void aa('viewedObjectIDs', view);
    await Promise.resolve();
    expect(kept().filter((key) => key.startsWith('usertoken:outbox'))).toEqual([]);
    aa('init', { partial: true, useCookie: true });
    void aa('viewedObjectIDs', view);
    await Promise.resolve();
    const text = kept()
      .map((key) => localStorage.getItem(key))
      .join();
    expect(text.match(/Seen/g)).toHaveLength(2);
  });
});

describe('on a server', () => {
  it('has no cookie, no pointer and no token until an event needs one, and throws nowhere', async () => {
    const { aa, sent } = await loadClient();
    aa('init', { ...credentials, useCookie: true });
    aa('setAnonymousUserToken');
    expect(aa('getUserToken')).toBeUndefined();
    aa('saveTokenAsCookie');
    expect(await aa('viewedObjectIDs', view)).toBe(true);
    expect(sent.events[0]?.userToken).toMatch(/^anonymous-/);
  });
});
