import { describe, expect, it } from 'vitest';
import type { TokenStore, UserTokenOptions } from '../../src/index.js';
import { cookieTokenStore, memoryTokenStore } from '../../src/index.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { cookieDocument } from '../support/cookie-document.js';
import { click, ids, type Setup, setup } from '../support/setup.js';

/** Pages of one shop: they share a token store and hear each other. */
function shop(...options: Partial<UserTokenOptions>[]) {
  const open = fakeTabs();
  const tokenStore = memoryTokenStore();
  const add = (own: Partial<UserTokenOptions>) => setup({ tokenStore, tabs: open(), ...own });
  const pages = options.map(add);
  // Someone else on the channel, who writes what it likes and reads along.
  const stranger = open();
  const heard: Record<string, unknown>[] = [];
  stranger.open((message) => heard.push(message as Record<string, unknown>));
  return { pages: pages as [Setup, Setup, ...Setup[]], add, tokenStore, post: stranger.post, heard };
}

const whoIn = ({ user }: Setup) => [user.state, user.token];

describe('tabs agree', () => {
  it('a login, a switch and a logout in one reach the others', () => {
    const { pages } = shop({}, {}, {});
    const [first, second, third] = pages as [Setup, Setup, Setup];
    first.user.login('u1');
    expect([whoIn(second), whoIn(third)]).toEqual([
      ['identified', 'u1'],
      ['identified', 'u1'],
    ]);
    second.user.login('u2');
    expect([whoIn(first), whoIn(third)]).toEqual([
      ['identified', 'u2'],
      ['identified', 'u2'],
    ]);
    third.user.logout();
    expect([whoIn(first), whoIn(second)]).toEqual([whoIn(third), whoIn(third)]);
    expect(first.user.state).toBe('loggedOut');
  });

  it('no event tracked after the message was heard carries the old token', async () => {
    const { pages } = shop({}, {});
    const [first, second] = pages;
    void second.user.track(click('before'));
    first.user.login('u1');
    void second.user.track(click('after'));
    await second.send();
    expect(second.transport.accepted.map(({ userToken }) => userToken)).toEqual([
      expect.stringMatching(/^anonymous-/),
      'u1',
    ]);
    expect(ids(second.transport.accepted)).toEqual(['before', 'after']);
  });

  it('a renewed anonymous token is the same in all', () => {
    const { pages } = shop({ onLogout: 'renew', strategy: 'link' }, { onLogout: 'renew', strategy: 'link' });
    const [first, second] = pages;
    first.user.login('u1');
    const before = second.user.token;
    first.user.logout();
    expect(second.user.token).toBe(first.user.token);
    expect(second.user.token).not.toBe(before);
  });

  it('a denial in one denies in all, also where consent is pending, and drops what waits', async () => {
    const { pages, tokenStore } = shop({}, {}, { consent: 'pending' });
    const [first, second, third] = pages as [Setup, Setup, Setup];
    const waiting = second.user.track(click());
    first.user.consent.deny();
    expect([second.user.consent.state, third.user.consent.state]).toEqual(['denied', 'denied']);
    expect(await waiting).toEqual({ status: 'dropped', reason: 'opted-out' });
    expect([second.user.token, tokenStore.read('anonymous')]).toEqual([undefined, undefined]);
  });

  it('a page that opens with a denial denies in those that are open', () => {
    const { pages } = shop({}, { consent: 'denied' });
    expect(pages[0].user.consent.state).toBe('denied');
  });

  it('a grant in one grants in no other: that is for the application to say', () => {
    const { pages } = shop({ consent: 'pending' }, { consent: 'pending' });
    pages[0].user.consent.grant();
    expect(pages[1].user.consent.state).toBe('pending');
  });

  it('each change is told once and echoed by nobody; what listeners do meanwhile is told too', () => {
    const { pages, heard } = shop({}, {}, {});
    const [first, second] = pages;
    first.user.login('u1');
    first.user.login('u1');
    expect(heard).toHaveLength(1);
    second.user.on('tokenChanged', ({ token }) => {
      if (token === 'u2') second.user.login('u3');
    });
    first.user.login('u2');
    expect(pages.map(whoIn)).toEqual([
      ['identified', 'u3'],
      ['identified', 'u3'],
      ['identified', 'u3'],
    ]);
    expect(heard).toHaveLength(3);
  });

  it('a denial is told when it is made and never again: one that granted again is not denied by a login elsewhere', () => {
    const { pages } = shop({}, {});
    const [first, second] = pages;
    first.user.consent.deny();
    first.user.consent.grant();
    second.user.login('u1');
    expect([first.user.consent.state, second.user.consent.state]).toEqual(['granted', 'denied']);
  });

  it('the clock set back does not part pages that are open', () => {
    const { pages } = shop({}, {});
    pages[0].user.login('u1');
    for (const { clock } of pages) clock.setNow(clock.now() - 2 * 86_400_000);
    pages[0].user.login('u2');
    expect(pages[1].user.token).toBe('u2');
  });

  it('tabs that throw cost no hand-over and throw nothing into the page', async () => {
    const fail = () => {
      throw new Error('tabs');
    };
    const { user, page, transport } = setup({ tabs: { post: fail, open: fail, close: fail } });
    user.login('u1');
    void user.track(click());
    page.say('exit');
    expect(transport.accepted).toHaveLength(1);
    page.say('restored');
    user.dispose();
  });

  it('a denial names nobody', () => {
    const { pages, heard } = shop({}, {});
    pages[0].user.login('u_secret');
    const told = heard.length;
    pages[0].user.consent.deny();
    pages[0].user.login('u_other');
    expect(heard).toHaveLength(told + 1);
    expect(JSON.stringify(heard.at(-1))).not.toMatch(/u_|anonymous-/);
  });

  it.each<[string, Partial<UserTokenOptions>]>([
    ['remember: page', { remember: 'page' }],
    ['cookie: false', { cookie: false, tokenStore: undefined }],
  ])('%s tells and hears no token, but a denial', (_, options) => {
    const { pages, heard } = shop(options, {});
    const [private_, other] = pages;
    private_.user.login('u1');
    expect(heard).toEqual([]);
    other.user.login('u2');
    expect(private_.user.token).toBe('u1');
    other.user.consent.deny();
    expect(private_.user.consent.state).toBe('denied');
  });
});

describe('messages that change nothing', () => {
  it('an old one, a forged one, one of an unknown version, one that is not whole, nonsense', () => {
    const { pages, post, heard } = shop({}, {});
    const [first] = pages;
    first.user.login('u1');
    const [last] = heard as [{ at: number }];
    const before = first.user.getSnapshot();
    const state = { visitor: 'identified', anonymousToken: 'anonymous-x', identifiedToken: 'mallory' };
    const fake = { v: 1, state };
    const later = last.at + 5;
    const messages: unknown[] = [
      { ...fake, at: last.at - 1 },
      { ...fake, at: Number.NaN },
      { ...fake, at: '9999999999999999' },
      { ...fake, at: Number.MAX_SAFE_INTEGER },
      { ...fake },
      { ...fake, at: later, v: 2 },
      { ...fake, at: later, v: '1' },
      { ...fake, at: later, state: { ...state, identifiedToken: 'not a token' } },
      { ...fake, at: later + 1, state: { ...state, anonymousToken: 'no' } },
      { ...fake, at: later + 2, state: { ...state, visitor: 'admin' } },
      { ...fake, at: later + 3, state: { ...state, visitor: { toString: 'x' } } },
      null,
      undefined,
      'denied',
      7,
      [],
      {},
      JSON.parse('{"__proto__":{"v":1,"at":9e15,"isDenial":true}}'),
    ];
    for (const message of messages) post(message as object);
    expect(first.user.getSnapshot()).toBe(before);
    expect(({} as Record<string, unknown>).consent).toBeUndefined();
  });

  it('and none of them keeps a later true one from being heard', () => {
    const { pages, post } = shop({}, {});
    post({ v: 1, at: Number.MAX_SAFE_INTEGER, state: { visitor: 'loggedOut', anonymousToken: 'anonymous-x' } });
    pages[0].user.login('u1');
    expect(pages[1].user.token).toBe('u1');
  });

  it('of two at the same moment every page obeys the same: a denial, then a logout', () => {
    const { pages, post, heard } = shop({}, {});
    pages[0].user.login('u1');
    const [{ at }] = heard as [{ at: number }];
    const anonymousToken = 'anonymous-1';
    post({ v: 1, at, state: { visitor: 'loggedOut', anonymousToken } });
    expect(pages.map(whoIn)).toEqual([
      ['loggedOut', 'anonymous-1'],
      ['loggedOut', 'anonymous-1'],
    ]);
    post({ v: 1, at, state: { visitor: 'identified', anonymousToken, identifiedToken: 'u9' } });
    expect(pages[0].user.state).toBe('loggedOut');
    post({ v: 1, at, isDenial: true });
    expect(pages.map(({ user }) => user.consent.state)).toEqual(['denied', 'denied']);
  });
});

// cases-2, W09: assistant-ui/assistant-ui#6483
describe('two pages of a new visitor that open at the same moment, neither of them seeing what the other writes', () => {
  function coldStart() {
    const tokenStore = memoryTokenStore();
    let isLate = true;
    const late: TokenStore = { ...tokenStore, read: (slot) => (isLate ? undefined : tokenStore.read(slot)) };
    const { pages } = shop(
      { tokenStore: late, generateToken: () => 'anonymous-here' },
      { tokenStore: late, generateToken: () => 'anonymous-there' },
    );
    isLate = false;
    return { pages, tokenStore };
  }

  it('send their events under one token, the one that is stored', async () => {
    const { pages, tokenStore } = coldStart();
    for (const { user, send } of pages) {
      void user.track(click());
      await send();
    }
    const sent = pages.flatMap(({ transport }) => transport.accepted.map(({ userToken }) => userToken));
    expect(sent).toEqual(['anonymous-here', 'anonymous-here']);
    expect([...pages.map(({ user }) => user.token), tokenStore.read('anonymous')]).toEqual([...sent, sent[0]]);
  });

  it('agree on the token to which a logout in one of them returns', () => {
    const [here, there] = coldStart().pages;
    here.user.login('u1');
    here.user.logout();
    expect([here, there].map(({ user }) => user.token)).toEqual(['anonymous-here', 'anonymous-here']);
  });
});

describe('pages that change at the same moment, neither of them having heard of the other', () => {
  const tokenStoreOf = (tokenStore: TokenStore) => [tokenStore.read('anonymous'), tokenStore.read('identified')];

  it('the tokenStore keeps whom they agree on, though the other page wrote to it last', () => {
    const { pages, post, heard, tokenStore } = shop({}, {});
    pages[0].user.login('u1');
    const [told] = heard as [{ at: number; state: object }];
    tokenStore.write('identified', 'u2');
    post({ ...told, at: told.at - 1, state: { ...told.state, identifiedToken: 'u2' } });
    expect(pages.map(whoIn)).toEqual([
      ['identified', 'u1'],
      ['identified', 'u1'],
    ]);
    expect(tokenStoreOf(tokenStore)).toEqual(['anonymous-1', 'u1']);
  });

  it('a denial outdoes a login that was told after it', () => {
    const { pages, post, heard, tokenStore } = shop({}, {});
    pages[0].user.login('u1');
    const [{ at }] = heard as [{ at: number }];
    post({ v: 1, at: at - 1, isDenial: true });
    expect(pages.map(({ user }) => user.consent.state)).toEqual(['denied', 'denied']);
    expect(tokenStoreOf(tokenStore)).toEqual([undefined, undefined]);
  });

  it('what a page hears long after, having slept, leaves the tokenStore as it is by now', async () => {
    const { pages, post, heard, tokenStore } = shop({});
    const [page] = pages;
    page.user.login('u1');
    const [told] = heard as [{ at: number; state: object }];
    await page.clock.advance(60_000);
    // Since then a server has logged somebody in.
    tokenStore.write('identified', 'u2');
    post({ ...told, at: told.at + 1, state: { ...told.state, visitor: 'loggedOut' } });
    expect(page.user.state).toBe('loggedOut');
    expect(tokenStoreOf(tokenStore)).toEqual(['anonymous-1', 'u2']);
  });

  it('with the clock set back, a page of before leaves the tokenStore to those that opened since', async () => {
    const clock = fakeClock();
    const { pages, add, tokenStore } = shop({ clock }, { clock });
    pages[0].user.login('u1');
    await clock.advance(60_000);
    clock.setNow(clock.now() - 3_600_000);
    add({ clock }).user.login('u2');
    expect(tokenStoreOf(tokenStore)).toEqual(['anonymous-1', 'u2']);
  });
});

describe('a page in the back-forward cache', () => {
  it('neither hears nor tells, and follows the tokenStore when it comes back', () => {
    const { pages } = shop({}, {});
    const [first, second] = pages;
    second.page.say('exit');
    first.user.login('u1');
    expect(second.user.state).toBe('anonymous');
    second.page.say('restored');
    expect(second.user.token).toBe('u1');
    first.user.logout();
    expect(second.user.state).toBe('loggedOut');
  });

  it('asks whether consent was denied meanwhile, and is answered by whoever denied', () => {
    const { pages, tokenStore } = shop({}, {});
    const [first, second] = pages;
    second.page.say('exit');
    first.user.consent.deny();
    second.page.say('restored');
    expect(second.user.consent.state).toBe('denied');
    second.user.login('u2');
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([undefined, undefined]);
  });

  it('the answer denies nobody who was granted consent since', () => {
    const { pages, add } = shop({}, {});
    const [first, second] = pages;
    second.page.say('exit');
    first.user.consent.deny();
    const later = add({});
    later.user.login('u1');
    second.page.say('restored');
    expect([first, second, later].map(({ user }) => user.consent.state)).toEqual(['denied', 'denied', 'granted']);
  });

  it('the answer denies nobody whose application said since that consent is granted', async () => {
    const clock = fakeClock();
    const { pages, add } = shop({ consent: 'denied', clock });
    const [old] = pages;
    await clock.advance(1_000);
    const back = add({ clock });
    const never = add({ clock });
    back.page.say('exit');
    back.page.say('restored');
    expect([old, back, never].map(({ user }) => user.consent.state)).toEqual(['denied', 'granted', 'granted']);
  });

  it('nor whom it was granted to on the page, though it tells no token', () => {
    const { pages } = shop({ consent: 'denied' }, { remember: 'page' });
    const [, page] = pages;
    page.user.consent.deny();
    page.user.consent.grant();
    page.page.say('exit');
    page.page.say('restored');
    expect(page.user.consent.state).toBe('granted');
  });

  it('where the tokenStore knows nothing of what the page knows, keeps that when it comes back', () => {
    const cookies = cookieDocument('https://shop.example/');
    cookies.cookie = '_ALGOLIA=anonymous-x';
    const tokenStore = () => cookieTokenStore({ server: true }, { document: cookies });
    const { pages, add } = shop({ tokenStore: tokenStore() }, { tokenStore: tokenStore() });
    const [first, second] = pages;
    first.user.login('u1');
    second.page.say('exit');
    second.page.say('restored');
    expect(pages.map(whoIn)).toEqual([
      ['identified', 'u1'],
      ['identified', 'u1'],
    ]);
    // The server has heard of the login, and of a logout since.
    cookies.cookie = '__Host-_ALGOLIA_USER=u1; Secure; Path=/';
    const third = add({ tokenStore: tokenStore() });
    third.page.say('exit');
    cookies.cookie = '__Host-_ALGOLIA_USER=; Secure; Path=/; Max-Age=0';
    third.page.say('restored');
    expect(whoIn(third)).toEqual(['loggedOut', 'anonymous-x']);
  });

  it('a renewed anonymous token outlives the cache, though the server has not heard of it', () => {
    const cookies = cookieDocument('https://shop.example/');
    cookies.cookie = '_ALGOLIA=anonymous-x';
    const tokenStore = cookieTokenStore({ server: true }, { document: cookies });
    const { pages } = shop({ tokenStore, onLogout: 'renew' });
    const [{ user, page }] = pages;
    user.login('u1');
    user.logout();
    const renewed = user.token;
    page.say('exit');
    page.say('restored');
    expect(user.token).toBe(renewed);
    expect(renewed).not.toBe('anonymous-x');
  });

  it('dispose leaves the channel', () => {
    const { pages } = shop({}, {});
    pages[1].user.dispose();
    pages[0].user.login('u1');
    expect(pages[1].user.state).toBe('anonymous');
  });
});

describe('what a page posts', () => {
  it('when it begins, is a token that it made, and a user that the application knows and nobody stored', () => {
    const { add, tokenStore, heard } = shop();
    add({});
    expect(heard.splice(0)).toMatchObject([{ isFresh: true, state: { visitor: 'anonymous' } }]);
    add({ user: null });
    tokenStore.write('identified', 'u1');
    add({ user: 'u1' });
    add({});
    expect(heard).toEqual([]);
    add({ user: 'u2' });
    expect(heard).toMatchObject([{ state: { visitor: 'identified', identifiedToken: 'u2' } }]);
  });

  it('is no second denial, and no grant of what is granted', () => {
    const { pages, heard } = shop({});
    const [{ user }] = pages;
    user.consent.grant();
    expect(heard).toEqual([]);
    user.consent.deny();
    user.consent.deny();
    expect(heard).toMatchObject([{ isDenial: true }]);
  });
});
