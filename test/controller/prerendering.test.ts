import { describe, expect, it } from 'vitest';
import { memoryJar } from '../../src/index.js';
import { fakePage } from '../../src/testing/index.js';
import { bench, click, ids } from '../support/bench.js';

const ahead = (options = {}) => bench({ page: fakePage({ prerendering: true }), ...options });

describe('a page that is rendered ahead of a visit', () => {
  it('stores and sends nothing, and its events wait in memory', async () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored' });
    const { user, transport, send } = ahead({ jar });
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-stored', consent: 'pending' });
    expect(await user.track(click('a'))).toEqual({ status: 'stored' });
    user.login('u1');
    user.consent.grant();
    await send();
    expect(transport.requests).toEqual([]);
    expect(jar.read('anonymous')).toBe('anonymous-stored');
    expect(jar.read('identified')).toBeUndefined();
  });

  it('acts on the consent it was given once it is visited', async () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored' });
    const { user, page, transport, send } = ahead({ jar });
    void user.track(click('a'));
    page.say('activated');
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-stored', consent: 'granted' });
    await send();
    expect(ids(transport.accepted)).toEqual(['a']);
  });

  it('reads nothing where consent was not granted before', () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user } = ahead({ jar, consent: 'pending' });
    user.consent.grant();
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-1', state: 'anonymous' });
  });

  it.each(['replace', 'link'] as const)(
    'tracks under the tokens of the visitor, which the visit finds as they were, with strategy %s',
    async (strategy) => {
      const jar = memoryJar({ anonymous: 'anonymous-stored', identified: 'u1' });
      const { user, page, transport, send } = ahead({ jar, strategy });
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
    const jar = memoryJar({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user, page } = ahead({ jar });
    if (identified) jar.write('identified', identified);
    else jar.remove('identified');
    page.say('activated');
    expect([user.state, user.token]).toEqual(expected);
    expect(jar.read('identified')).toBe(identified);
  });

  it('what the application said before the visit outdoes what is stored', () => {
    const jar = memoryJar({ anonymous: 'anonymous-stored', identified: 'u1' });
    const { user, page } = ahead({ jar });
    user.login('u9');
    page.say('activated');
    expect([user.token, jar.read('identified')]).toEqual(['u9', 'u9']);
    const left = ahead({ jar });
    left.user.sync(null);
    left.page.say('activated');
    expect([left.user.token, jar.read('identified')]).toEqual(['anonymous-stored', undefined]);
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
