// @vitest-environment happy-dom
import { derived, get, readonly } from 'svelte/store';
import { expect, test } from 'vitest';
import type { ReactiveUserToken } from '../../src/bindings/svelte.js';
import type { InsightsEvent, UserTokenClient } from '../../src/index.js';
import { alone, bindingContract, counted } from './support/contract.js';
import { loadSvelte } from './support/load-svelte.js';
import { trackingContract } from './support/tracking.js';

const { Derived, flushSync, mount, Root, setUserToken, Tracked, unmount } = await loadSvelte('client');
const { render, Root: ServerRoot, Tracked: ServerTracked } = await loadSvelte('server');

const nothing = () => {};
const shownIn = (target: Element) => [...target.querySelectorAll('p')].map((node) => node.textContent ?? '');

function mountRoot(user: UserTokenClient | undefined, readers: number) {
  const target = document.createElement('main');
  const got: ReactiveUserToken[] = [];
  let renders = 0;
  const props = {
    user,
    readers,
    onRender: () => {
      renders += 1;
    },
    onSetup: (reactive: ReactiveUserToken) => got.push(reactive),
  };
  const app = mount(Root, { target, props });
  flushSync();
  return {
    shown: () => shownIn(target),
    bound: () => got[0]!,
    renders: () => renders,
    async setReaders(next: number) {
      app.setReaders(next);
      flushSync();
    },
    settle: async () => flushSync(),
    unmount: () => unmount(app),
  };
}

bindingContract('svelte', {
  mount: async (user, readers) => mountRoot(user, readers),
  mountWithoutInstance: async () => mountRoot(undefined, 1),
  missingInstance: /call setUserToken\(user\)/,
  async renderOnServer(user) {
    const { body } = render(ServerRoot, { props: { user, readers: 1, onRender: nothing, onSetup: nothing } });
    return body;
  },
});

test('runes: $derived and $effect follow, and run only when what they read changes', async () => {
  const { user, listeners } = counted(alone().user);
  const seen: boolean[] = [];
  const target = document.createElement('main');
  const context = new Map();
  const app = mount(
    (anchor: unknown, props: object) => {
      setUserToken(user);
      Derived(anchor, props);
    },
    { target, props: { seen }, context },
  );
  flushSync();
  user.login('u1');
  flushSync();
  user.login('u2');
  flushSync();
  user.logout();
  flushSync();
  expect(seen).toEqual([false, true, false]);
  expect(shownIn(target)).toEqual(['false']);
  expect(listeners()).toBe(1);
  await unmount(app);
  await expect.poll(listeners).toBe(0);
});

// A05, statelyai/xstate#4160: `undefined` at first.
test('the client is a store: get, derived and readonly of svelte/store see what is in force at once', () => {
  const { user, listeners } = counted(alone({ user: 'u1' }).user);
  expect(get(user)).toBe(user.getSnapshot());
  expect(listeners()).toBe(0);

  const state = derived(user, ({ state }) => state);
  expect(get(state)).toBe('identified');
  const seen: string[] = [];
  const leave = [
    state.subscribe((now) => seen.push(now)),
    readonly(user).subscribe(({ token }) => seen.push(`${token}`)),
  ];
  user.login('u2');
  user.logout();
  for (const each of leave) each();
  user.login('u3');
  expect(seen).toEqual(['identified', 'u1', 'u2', 'loggedOut', 'anonymous-1']);
  expect(listeners()).toBe(0);
});

test('a store of several clients follows each of them', () => {
  const [one, two] = [alone({ user: 'u1' }).user, alone({ user: 'u2' }).user];
  const both = derived([one, two], ([first, second]) => `${first.token} ${second.token}`);
  const seen: string[] = [];
  const leave = both.subscribe((text) => seen.push(text));
  two.logout();
  one.login('u3');
  leave();
  expect(seen).toEqual(['u1 u2', 'u1 anonymous-1', 'u3 anonymous-1']);
});

test('a property read outside of an effect is what is in force, without a subscription', async () => {
  const { user, listeners } = counted(alone().user);
  const app = mountRoot(user, 1);
  const reactive = app.bound();
  await app.unmount();
  await expect.poll(listeners).toBe(0);
  user.login('u1');
  expect([reactive.token, reactive.state]).toEqual(['u1', 'identified']);
  expect(listeners()).toBe(0);
});

trackingContract('svelte', {
  async mount(user, event) {
    const target = document.createElement('main');
    const app = mount(Tracked, { target, props: { user, event } });
    flushSync();
    return {
      button: target.querySelector('button')!,
      async update(next: InsightsEvent | undefined) {
        app.setEvent(next);
        flushSync();
      },
      unmount: () => unmount(app),
    };
  },
  renderOnServer: async (user, event) => render(ServerTracked, { props: { user, event } }).body,
});
