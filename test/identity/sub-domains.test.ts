import { describe, expect, it } from 'vitest';
import { type CookieOptions, cookieTokenStore } from '../../src/adapters/cookie-token-store.js';
import { widestDomain } from '../../src/adapters/widest-domain.js';
import type { UserTokenOptions } from '../../src/index.js';
import { fakeTabs, settled } from '../../src/testing/index.js';
import { cookieDocument, type FakeDocument } from '../support/cookie-document.js';
import { click, type Setup, setup } from '../support/setup.js';

const shared: CookieOptions = { domain: 'shop.example' };

/** A browser with pages of several hosts, which share cookies and no channel. */
function browser() {
  const www = cookieDocument('https://www.shop.example/');
  let opened = 0;
  function open(document: FakeDocument, cookie: CookieOptions = shared, options: Partial<UserTokenOptions> = {}) {
    opened += 1;
    const page = opened;
    let made = 0;
    return setup({
      tokenStore: cookieTokenStore(cookie, { document, isPersistent: options.remember === 'device' }),
      tabs: fakeTabs()(),
      generateToken: () => `anonymous-${page}-${++made}`,
      ...options,
    });
  }
  return { www, checkout: www.at('https://checkout.shop.example/'), open };
}

/** The tokens of the events a page has sent so far. */
async function tokensOf({ transport, send }: Setup) {
  await send();
  return transport.accepted.map(({ userToken }) => userToken);
}

// W07, from PostHog/posthog-js#1399.
describe('a logout on one sub-domain', () => {
  it.each(['restore', 'renew'] as const)(
    'ends a login that another stored for itself before it knew the domain, with onLogout: %s',
    (onLogout) => {
      const { www, checkout, open } = browser();
      const first = open(www, {}, { consent: 'pending', onLogout });
      first.user.login('u1');
      first.user.consent.grant();
      expect(www.cookie).toContain('__Host-_ALGOLIA_USER=u1');
      first.user.dispose();

      const domain = widestDomain(checkout);
      const second = open(checkout, { domain }, { onLogout });
      second.user.login('u1');
      second.user.logout();

      const again = open(www, { domain: widestDomain(www) }, { onLogout });
      expect(again.user.state).toBe('anonymous');
      expect(www.stored().map(({ name }) => name)).toEqual(['_ALGOLIA']);
      expect(checkout.stored().map(({ name }) => name)).toEqual(['_ALGOLIA']);
    },
  );

  it('removes a host-only copy of the login on the page that logs out', () => {
    const { www, open } = browser();
    open(www, {}).user.login('u1');
    const page = open(www);
    page.user.login('u1');
    www.cookie = '__Host-_ALGOLIA_USER=u1; Path=/; Secure';
    page.user.logout();
    expect(www.stored().map(({ name }) => name)).toEqual(['_ALGOLIA']);
  });

  it('on a page that did not know of the login removes it all the same', () => {
    const { www, checkout, open } = browser();
    const page = open(www);
    open(checkout).user.login('u1');
    page.user.logout();
    expect(page.user.state).toBe('loggedOut');
    expect(www.stored().map(({ name }) => name)).toEqual(['_ALGOLIA']);
  });
});

// W08, from the same thread: memory is believed over the cookie.
describe('a page that is open while another sub-domain', () => {
  it('logs out, tracks under the anonymous token', async () => {
    const { www, checkout, open } = browser();
    const page = open(www);
    page.user.login('u1');
    open(checkout).user.logout();
    expect(www.cookie).not.toContain('u1');
    void page.user.track(click());
    expect(page.user.state).toBe('loggedOut');
    expect(await tokensOf(page)).toEqual(['anonymous-1-1']);
  });

  it('logs in or switches the account, tracks under that account', async () => {
    const { www, checkout, open } = browser();
    const page = open(www);
    const other = open(checkout);
    for (const id of ['u1', 'u2']) {
      other.user.login(id);
      void page.user.track(click());
      await settled();
    }
    expect(await tokensOf(page)).toEqual(['u1', 'u2']);
  });

  it('logs out and in again and again, never tracks under the wrong one', async () => {
    const { www, checkout, open } = browser();
    const pages = [open(www), open(checkout)] as const;
    const expected: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      const [first, second] = round % 3 ? pages : [pages[1], pages[0]];
      if (round % 2) first.user.login(`u${round}`);
      else first.user.logout();
      expected.push(round % 2 ? `u${round}` : 'anonymous-1-1');
      await settled();
      void second.user.track(click());
      expect(second.user.token).toBe(expected.at(-1));
    }
  });

  it('renews the anonymous token by a logout, tracks under the new one', async () => {
    const { www, checkout, open } = browser();
    const page = open(www, shared, { onLogout: 'renew' });
    const other = open(checkout, shared, { onLogout: 'renew' });
    other.user.login('u1');
    other.user.logout();
    void page.user.track(click());
    expect(page.user.token).toBe(other.user.token);
    expect(page.user.token).not.toBe('anonymous-1-1');
  });

  it('logs out, stores a login of the same account again', () => {
    const { www, checkout, open } = browser();
    const page = open(www);
    page.user.login('u1');
    open(checkout).user.logout();
    page.user.login('u1');
    expect(checkout.cookie).toContain('_ALGOLIA_USER=u1');
  });

  it('logs out, is told so in a second tab that knows of the login from the first', async () => {
    const { www, checkout, open } = browser();
    const tabs = fakeTabs();
    const [first, second] = [open(www, shared, { tabs: tabs() }), open(www, shared, { tabs: tabs() })];
    first.user.login('u1');
    expect(second.user.state).toBe('identified');
    open(checkout).user.logout();
    // Until then the tabs of one host believe each other: cookies lag behind their messages.
    await second.clock.advance(1_001);
    void second.user.track(click());
    expect(await tokensOf(second)).toEqual(['anonymous-1-1']);
  });

  it("logs in, keeps to itself with remember: 'page'", async () => {
    const { www, checkout, open } = browser();
    const page = open(www, shared, { remember: 'page' });
    page.user.login('u1');
    open(checkout).user.login('u2');
    void page.user.track(click());
    expect(page.user.token).toBe('u1');
  });

  it('erases the cookies, logs out and keeps the anonymous token', () => {
    const { www, checkout, open } = browser();
    const page = open(www);
    page.user.login('u1');
    open(checkout).user.consent.deny();
    void page.user.track(click());
    expect(page.user.getSnapshot()).toMatchObject({ state: 'loggedOut', token: 'anonymous-1-1' });
    expect(www.stored()).toEqual([]);
  });

  it.each(['pending', 'denied'] as const)('logs in, reads nothing while consent is %s', (consent) => {
    const { www, open } = browser();
    let reads = 0;
    const watched = new Proxy(www, {
      get(_, key) {
        if (key === 'cookie') reads += 1;
        return www[key as 'cookie'];
      },
      set: (_, key, text) => Reflect.set(www, key, text),
    });
    const page = open(watched, shared, { consent });
    const before = reads;
    void page.user.track(click());
    expect(reads).toBe(before);
  });

  it('reads the cookies as often in a loop of a thousand events as for one', async () => {
    const { www, open } = browser();
    let reads = 0;
    const counting = new Proxy(www, {
      get(_, key) {
        if (key === 'cookie') reads += 1;
        return www[key as 'cookie'];
      },
      set: (_, key, text) => Reflect.set(www, key, text),
    });
    const page = open(counting);
    async function readsFor(events: number) {
      const before = reads;
      for (let n = 0; n < events; n += 1) void page.user.track(click(`${n}`));
      await settled();
      return reads - before;
    }
    const one = await readsFor(1);
    expect(one).toBeGreaterThan(0);
    expect(await readsFor(1_000)).toBe(one);
  });

  it('changes cookies follows within a second where the browser says so, and not any more once it is disposed', async () => {
    const { www, checkout, open } = browser();
    const cookieStore = new EventTarget();
    const document = Object.assign(Object.create(www, {}), { defaultView: { cookieStore } });
    const page = open(document);
    const other = open(checkout);
    other.user.login('u1');
    cookieStore.dispatchEvent(new Event('change'));
    cookieStore.dispatchEvent(new Event('change'));
    expect(page.clock.timers).toBe(1);
    await page.clock.advance(1_000);
    expect(page.user.token).toBe('u1');
    other.user.logout();
    cookieStore.dispatchEvent(new Event('change'));
    page.user.dispose();
    cookieStore.dispatchEvent(new Event('change'));
    expect(page.clock.timers).toBe(0);
    expect(page.user.token).toBe('u1');
  });
});
