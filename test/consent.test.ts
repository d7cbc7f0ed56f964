import { describe, expect, it } from 'vitest';
import { memoryTokenStore } from '../src/index.js';
import { fakePage } from '../src/testing/index.js';
import { click, ids, setup } from './support/setup.js';

const ahead = (options = {}) => setup({ page: fakePage({ prerendering: true }), ...options });

describe('a page that is rendered ahead of a visit', () => {
  it('stores and sends nothing, and its events wait in memory', async () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored' });
    const { user, transport, send } = ahead({ tokenStore });
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-stored', consent: 'pending' });
    expect(await user.track(click('a'))).toEqual({ status: 'stored' });
    user.login('u1');
    user.consent.grant();
    await send();
    expect(transport.requests).toEqual([]);
    expect(tokenStore.read('anonymous')).toBe('anonymous-stored');
    expect(tokenStore.read('identified')).toBeUndefined();
  });

  it('acts on the consent it was given once it is visited', async () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored' });
    const { user, page, transport, send } = ahead({ tokenStore });
    void user.track(click('a'));
    page.say('activated');
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-stored', consent: 'granted' });
    await send();
    expect(ids(transport.accepted)).toEqual(['a']);
  });

  it('reads nothing where consent was not granted before', () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user } = ahead({ tokenStore, consent: 'pending' });
    user.consent.grant();
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-1', state: 'anonymous' });
  });

  it.each(['replace', 'link'] as const)(
    'tracks under the tokens of the visitor, which the visit finds as they were, with strategy %s',
    async (strategy) => {
      const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored', identified: 'u1' });
      const { user, page, transport, send } = ahead({ tokenStore, strategy });
      void user.track(click('before'));
      page.say('activated');
      void user.track(click('after'));
      await send();
      const tokens = transport.accepted.map(({ userToken, authenticatedUserToken }) => [
        userToken,
        authenticatedUserToken,
      ]);
      const pair = strategy === 'link' ? ['anonymous-stored', 'u1'] : ['u1', undefined];
      expect(tokens).toEqual([pair, pair]);
      expect(user.state).toBe('identified');
    },
  );

  it.each([
    ['logged out in another tab', undefined, ['loggedOut', 'anonymous-stored']],
    ['logged in as somebody else there', 'u2', ['identified', 'u2']],
  ])('a visitor who has %s meanwhile is that at the visit', (_, identified, expected) => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user, page } = ahead({ tokenStore });
    if (identified) tokenStore.write('identified', identified);
    else tokenStore.remove('identified');
    page.say('activated');
    expect([user.state, user.token]).toEqual(expected);
    expect(tokenStore.read('identified')).toBe(identified);
  });

  it('what the application said before the visit outdoes what is stored', () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user, page } = ahead({ tokenStore });
    user.login('u9');
    page.say('activated');
    expect([user.token, tokenStore.read('identified')]).toEqual(['u9', 'u9']);
    const left = ahead({ tokenStore });
    left.user.sync(null);
    left.page.say('activated');
    expect([left.user.token, tokenStore.read('identified')]).toEqual(['anonymous-stored', undefined]);
  });

  it('acts on a grant that came before the visit', async () => {
    const { user, page } = ahead({ consent: 'pending' });
    user.consent.grant();
    expect(user.consent.state).toBe('pending');
    page.say('activated');
    expect(user.consent.state).toBe('granted');
  });

  it('still waits for consent where none came before the visit', () => {
    const { user, page } = ahead({ consent: 'pending' });
    page.say('activated');
    expect(user.consent.state).toBe('pending');
    user.consent.grant();
    expect(user.consent.state).toBe('granted');
  });

  it('denies at once, and a visit brings no earlier grant back', () => {
    const { user, page } = ahead();
    user.consent.deny();
    expect(user.token).toBeUndefined();
    page.say('activated');
    expect(user.consent.state).toBe('denied');
    user.consent.grant();
    user.consent.deny();
    page.say('activated');
    expect(user.consent.state).toBe('denied');
  });
});
