import { describe, expect, it, vi } from 'vitest';
import { createUserToken, hashUserToken, isUserToken, memoryTokenStore } from '../../src/index.js';
import { fakeTabs } from '../../src/testing/index.js';
import { click, setup } from '../support/setup.js';

describe('creation', () => {
  // CM-05 of the test cases.
  it('the token of the tokenStore is readable at once', () => {
    const { user } = setup({ tokenStore: memoryTokenStore({ anonymous: 'anonymous-stored' }) });
    expect(user.token).toBe('anonymous-stored');
  });

  it('a reload, a second page and another visit know the user', () => {
    const tokenStore = memoryTokenStore();
    setup({ tokenStore }).user.login('u1');
    expect(setup({ tokenStore }).user.getSnapshot()).toMatchObject({ token: 'u1', state: 'identified' });
  });

  it('starts anonymous when the application knows that nobody is logged in, and removes the stored account', () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-a', identified: 'u1' });
    const { user } = setup({ tokenStore, user: null });
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-a', state: 'anonymous' });
    expect(tokenStore.read('identified')).toBeUndefined();
  });

  it('the user given at creation is in force before the token is first read', () => {
    expect(setup({ user: 42 }).user.token).toBe('42');
    expect(setup({ user: 'u2', tokenStore: memoryTokenStore({ identified: 'u1' }) }).user.token).toBe('u2');
  });

  // XS-04 of the test cases.
  it('a tokenStore full of nonsense is an anonymous start that keeps a valid token', () => {
    const nonsense = '{"value":"renamed","version":0}';
    const { user } = setup({ tokenStore: memoryTokenStore({ anonymous: 'anonymous-kept', identified: nonsense }) });
    expect(user.getSnapshot()).toMatchObject({ token: 'anonymous-kept', state: 'anonymous' });
    const other = setup({ tokenStore: memoryTokenStore({ anonymous: nonsense, identified: nonsense }) });
    expect(other.user.token).toBe('anonymous-1');
    expect(other.user.state).toBe('anonymous');
  });

  it('tokens are generated as anonymous- and a version 4 UUID, each its own', () => {
    const tokens = Array.from({ length: 50 }, () => {
      const user = createUserToken({ appId: 'A', apiKey: 'K', consent: 'pending', cookie: false });
      user.dispose();
      return user.token!;
    });
    for (const token of tokens) {
      expect(token).toMatch(/^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    expect(new Set(tokens).size).toBe(50);
  });
});

describe('a generator of tokens that throws', () => {
  const generateToken = () => {
    throw new TypeError('crypto.randomUUID is not a function');
  };

  it('is reported, and the visitor has a token of ours', () => {
    const { user, warnings } = setup({ generateToken });
    expect(user.token).toMatch(/^anonymous-/);
    user.login('u1');
    expect(user.token).toBe('u1');
    expect(warnings).toMatchObject([{ code: 'error-contained' }]);
  });
});

// W12: a token of another maker.
it('a generator of tokens that do not begin with anonymous- is reported, and the visitor has a token of ours', () => {
  const { user, warnings } = setup({ generateToken: () => 'visitor-1' });
  expect(user.token).toMatch(/^anonymous-/);
  expect(warnings).toEqual([{ code: 'token-foreign', message: expect.stringContaining('"generateToken"') }]);
});

describe('remembering', () => {
  it('remember: page writes no user and resumes none', () => {
    const tokenStore = memoryTokenStore({ anonymous: 'anonymous-a', identified: 'u0' });
    const { user, page } = setup({ tokenStore, remember: 'page' });
    expect(user.state).toBe('anonymous');
    user.login('u1');
    expect(tokenStore.read('identified')).toBeUndefined();
    page.say('restored');
    expect(user.token).toBe('u1');
  });

  // ID-01 of the test cases.
  it('logout removes the user from the tokenStore and keeps the anonymous token', () => {
    const { user, tokenStore } = setup({ strategy: 'link' });
    user.login('u1');
    expect(tokenStore.read('identified')).toBe('u1');
    user.logout();
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual(['anonymous-1', undefined]);
    expect(user.authenticatedToken).toBeUndefined();
  });

  // ID-04 of the test cases.
  it('by default the anonymous token is restored, as Algolia advises; renew starts another', () => {
    const restored = setup();
    restored.user.login('A');
    restored.user.logout();
    expect(restored.user.token).toBe('anonymous-1');
    const renewed = setup({ onLogout: 'renew' });
    const first = renewed.user.token;
    renewed.user.login('A');
    renewed.user.logout();
    expect(renewed.user.token).not.toBe(first);
    expect(renewed.tokenStore.read('anonymous')).toBe(renewed.user.token);
  });

  // CO-02 of the test cases.
  it('the token in use before consent is the one stored by the grant, and used after a reload', () => {
    const tokenStore = memoryTokenStore();
    const first = setup({ tokenStore, consent: 'pending' });
    const { token } = first.user;
    first.user.consent.grant();
    expect(setup({ tokenStore, generateToken: () => 'anonymous-other' }).user.token).toBe(token);
  });

  // cases-2, W04: Nine-Minds/alga-psa#1739
  it.each(['restore', 'renew'] as const)(
    'a sync with undefined, while the session loads, logs nobody out in any tab (onLogout: %s)',
    (onLogout) => {
      const [tokenStore, openTab] = [memoryTokenStore(), fakeTabs()];
      const open = () => setup({ tokenStore, tabs: openTab(), onLogout }).user;
      open().sync('u1');
      const [first, second] = [open(), open()];
      expect(first.sync(undefined)).toEqual({ ok: true, token: 'u1' });
      expect([first, second].map(({ state, token }) => [state, token])).toEqual([
        ['identified', 'u1'],
        ['identified', 'u1'],
      ]);
      first.sync(null);
      expect([first.state, second.state]).toEqual(['loggedOut', 'loggedOut']);
      const { token } = first;
      second.sync(undefined);
      expect([first.token, second.token]).toEqual([token, token]);
    },
  );

  // CO-04 of the test cases.
  it('cookie: false lets events flow with nothing stored', async () => {
    const { user, transport, send } = setup({ cookie: false, tokenStore: undefined });
    void user.track(click());
    await send();
    expect(transport.accepted).toHaveLength(1);
  });

  it('a page back from the back-forward cache follows the tokenStore before its first event', async () => {
    const tokenStore = memoryTokenStore();
    const { user, page, transport, send } = setup({ tokenStore });
    tokenStore.write('identified', 'u2');
    page.say('restored');
    void user.track(click());
    await send();
    expect(transport.accepted[0]).toMatchObject({ userToken: 'u2' });
    tokenStore.remove('identified');
    page.say('restored');
    expect(user.getSnapshot()).toMatchObject({ state: 'loggedOut', token: 'anonymous-1' });
  });
});

describe('listeners', () => {
  // CM-04 of the test cases.
  it('equal values announce nothing, several listeners are heard, one that sets the token does not loop', () => {
    const { user } = setup();
    const heard: unknown[] = [];
    user.on('tokenChanged', ({ token }) => heard.push(token));
    user.on('tokenChanged', () => user.login('u'));
    for (let i = 0; i < 3; i += 1) user.login('t');
    expect(heard).toEqual(['t', 'u', 't', 'u', 't', 'u']);
    user.login('u');
    expect(heard).toHaveLength(6);
  });

  it('have in force what they call, as soon as the call returns', async () => {
    const { user, transport, send } = setup();
    const heard: unknown[] = [];
    user.on('tokenChanged', () => {
      if (user.token !== 'u1') return;
      user.logout();
      heard.push(user.token);
      void user.track(click('after-logout'));
    });
    user.on('tokenRejected', () => {
      user.login('u2');
      heard.push(user.token);
    });
    user.subscribe(({ consent }) => {
      if (consent !== 'granted') heard.push(consent);
      else if (user.token === 'u2') {
        user.consent.deny();
        heard.push(user.token);
      }
    });
    user.login('u1');
    await send();
    user.login('');
    expect(heard).toEqual(['anonymous-1', 'u2', undefined, 'denied']);
    expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['anonymous-1']);
  });

  it('that change it in turn have every listener told of each change, in order', () => {
    const { user } = setup();
    const tokens: unknown[] = [];
    const snapshots: unknown[] = [];
    user.on('tokenChanged', ({ token }) => token === 'u1' && user.login('u2'));
    user.on('tokenChanged', ({ token }) => tokens.push(token));
    user.subscribe(({ token }) => snapshots.push(token));
    user.login('u1');
    expect([tokens, snapshots]).toEqual([
      ['u1', 'u2'],
      // A subscriber is called at once with the current snapshot.
      ['anonymous-1', 'u1', 'u2'],
    ]);
  });

  it('find the new state already in force, however they listen', () => {
    const { user } = setup();
    const seen: unknown[] = [];
    user.on('tokenChanged', () => seen.push(['on', user.token, user.state]));
    user.subscribe((snapshot) => seen.push(['subscribe', snapshot.token, user.state]));
    user.identity.subscribe(() => seen.push(['actor', user.token, user.state]));
    seen.length = 0;
    user.login('u1');
    expect(seen).toHaveLength(3);
    for (const [, token, state] of seen as string[][]) expect([token, state]).toEqual(['u1', 'identified']);
  });

  it('are not called when nothing changes, nor after they left', () => {
    const { user } = setup();
    const listener = vi.fn();
    const leave = user.subscribe(listener);
    expect(listener).toHaveBeenCalledTimes(1);
    user.logout();
    user.login('a b');
    expect(listener).toHaveBeenCalledTimes(1);
    user.login('u1');
    const snapshot = user.getSnapshot();
    user.login('u1');
    expect(user.getSnapshot()).toBe(snapshot);
    leave();
    leave();
    user.logout();
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('that throw are reported once, and stop nothing', async () => {
    const { user, warnings, send, transport } = setup();
    const later = vi.fn();
    const bad = () => {
      throw new Error('u1 is secret');
    };
    user.on('tokenChanged', bad);
    user.on('tokenChanged', later);
    user.subscribe(bad);
    user.on('eventDelivered', bad);
    user.login('u1');
    user.logout();
    void user.track(click());
    await send();
    expect(later).toHaveBeenCalledTimes(2);
    expect(transport.accepted).toHaveLength(1);
    expect(warnings).toEqual([{ code: 'error-contained', message: expect.not.stringContaining('secret') }]);
  });

  it('hear no change of tokens that a denial hides', () => {
    const { user } = setup({ consent: 'denied' });
    const listener = vi.fn();
    user.on('tokenChanged', listener);
    user.login('u1');
    user.logout();
    expect(listener).not.toHaveBeenCalled();
    expect(user.state).toBe('loggedOut');
  });
});

describe('rejections', () => {
  // ID-02 of the test cases.
  it('a missing id is refused; state and tokenStore stay, one diagnostic names the reason, nothing goes out under it', async () => {
    const { user, tokenStore, warnings, transport, send } = setup();
    const reasons: unknown[] = [];
    user.on('tokenRejected', ({ reason }) => reasons.push(reason));
    expect(user.login(undefined as never)).toMatchObject({ ok: false, reason: 'not-a-token' });
    expect(user.login('')).toMatchObject({ ok: false, reason: 'empty' });
    expect(user.login('')).toMatchObject({ ok: false, reason: 'empty' });
    void user.track(click());
    await send();
    expect(reasons).toEqual(['not-a-token', 'empty', 'empty']);
    expect(warnings.map(({ code }) => code)).toEqual(['token-rejected', 'token-rejected']);
    expect(tokenStore.read('identified')).toBeUndefined();
    expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['anonymous-1']);
  });

  it('checkToken takes the place of the guard against personal data', () => {
    const { user } = setup({ checkToken: (token) => token.startsWith('+') });
    expect(user.login('+4917012345678')).toEqual({ ok: true, token: '+4917012345678' });
    expect(user.token).toBe('+4917012345678');
    expect(user.login('u1')).toMatchObject({ reason: 'refused-by-check' });
    expect(user.token).toBe('+4917012345678');
  });

  it.each([undefined, () => false])(
    'the answer and the event give one reason and one warning, with checkToken %s',
    (checkToken) => {
      const { user, warnings } = setup({ checkToken });
      const reasons: unknown[] = [];
      user.on('tokenRejected', (event) => {
        reasons.push(event.reason);
        expect(Object.keys(event)).not.toContain('ok');
      });
      const check = user.login('+4915112345678');
      const reason = checkToken ? 'refused-by-check' : 'personal-data';
      expect([check, reasons, warnings]).toMatchObject([{ reason }, [reason], [{ code: 'token-rejected' }]]);
    },
  );

  // ID-06 of the test cases.
  it('an id that can not be a token becomes one by hashing', async () => {
    const token = await hashUserToken('a@b.co', 'salt');
    expect(isUserToken(token)).toBe(true);
    expect(await hashUserToken('a@b.co', 'salt')).toBe(token);
    expect(await hashUserToken('a@b.co', 'other')).not.toBe(token);
    expect(await hashUserToken('ta@b.co', 'sal')).not.toBe(token);
  });
});
