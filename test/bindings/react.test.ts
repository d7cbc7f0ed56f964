// @vitest-environment happy-dom
import { act, createElement, type ReactNode, StrictMode, useEffect, useLayoutEffect } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RenderedUserToken,
  UserTokenProvider,
  useTrack,
  useUserToken,
  useView,
} from '../../src/bindings/react.js';
import { memoryTokenStore, type TokenStore, type UserTokenClient } from '../../src/index.js';
import { alone, type Binding, bindingContract, counted, line } from './support/contract.js';
import { view } from './support/tracking.js';

const environment = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
beforeAll(() => {
  environment.IS_REACT_ACT_ENVIRONMENT = true;
});
afterAll(() => {
  delete environment.IS_REACT_ACT_ENVIRONMENT;
});

function Reader({ onRender }: { readonly onRender?: (got: RenderedUserToken) => void }) {
  const got = useUserToken();
  onRender?.(got);
  return createElement('p', null, line(got));
}

const provide = (user: UserTokenClient, children: ReactNode) => createElement(UserTokenProvider, { user }, children);
const shownIn = (root: Element) => [...root.querySelectorAll('p')].map((node) => node.textContent);

function bindingIn(wrap: (tree: ReactNode) => ReactNode, rendersTwice: boolean): Binding {
  return {
    async mount(user, readers) {
      const container = document.createElement('main');
      const root = createRoot(container);
      const got: RenderedUserToken[] = [];
      const onRender = (next: RenderedUserToken) => void got.push(next);
      const show = (count: number) =>
        act(async () => {
          const all = Array.from({ length: count }, (_, key) => createElement(Reader, { key, onRender }));
          root.render(wrap(provide(user, all)));
        });
      await show(readers);
      return {
        shown: () => shownIn(container),
        bound: () => got[0]!,
        renders: () => got.length / (rendersTwice ? 2 : 1),
        setReaders: show,
        settle: () => act(async () => {}),
        unmount: () => act(async () => root.unmount()),
      };
    },
    async mountWithoutInstance() {
      let caught: unknown;
      const root = createRoot(document.createElement('main'), { onUncaughtError: (error) => (caught = error) });
      await act(async () => root.render(wrap(createElement(Reader))));
      throw caught;
    },
    missingInstance: /needs a UserTokenProvider above/,
    renderOnServer: async (user) => renderToString(wrap(provide(user, createElement(Reader)))),
  };
}

bindingContract(
  'react',
  bindingIn((tree) => tree, false),
);
bindingContract(
  'react in StrictMode',
  bindingIn((tree) => createElement(StrictMode, null, tree), true),
);

// XS-01 of the test cases.
test('StrictMode makes no second actor, cookie write or set of listeners', async () => {
  const writes: string[] = [];
  const kept = memoryTokenStore();
  const tokenStore: TokenStore = {
    ...kept,
    write: (slot, token) => {
      writes.push(slot);
      kept.write(slot, token);
    },
  };
  const actors = new Set<string>();
  const made = alone({
    tokenStore,
    inspect: ({ type, actorRef }) => type === '@xstate.actor' && actors.add(actorRef.sessionId),
  });
  const { user, listeners } = counted(made.user);
  const [writesBefore, actorsBefore, heardBefore] = [writes.length, actors.size, made.page.listeners];
  expect([writesBefore, actorsBefore, heardBefore]).toEqual([1, 2, 1]);

  const root = createRoot(document.createElement('main'));
  await act(async () => root.render(createElement(StrictMode, null, provide(user, createElement(Reader)))));
  expect(listeners()).toBe(1);
  expect([writes.length, actors.size, made.page.listeners]).toEqual([writesBefore, actorsBefore, heardBefore]);
  await act(async () => root.unmount());
  expect(listeners()).toBe(0);
});

async function hydrate(user: UserTokenClient, html: string, change: () => void = () => {}) {
  const container = document.createElement('main');
  container.innerHTML = html;
  const errors: unknown[] = [];
  const onRecoverableError = (error: unknown) => void errors.push(error);
  const serverSnapshot = alone({ user: 'u1' }).user.getSnapshot();
  const tree = createElement(UserTokenProvider, { user, serverSnapshot }, createElement(Reader));
  const root = await act(async () => {
    const made = hydrateRoot(container, tree, { onRecoverableError });
    change();
    return made;
  });
  return { shown: shownIn(container), errors, unmount: () => act(async () => root.unmount()) };
}

const rendered = (user: UserTokenClient) => renderToString(provide(user, createElement(Reader)));

test('hydrates what the server rendered without a mismatch, then shows what the page knows by now', async () => {
  const html = rendered(alone({ user: 'u1' }).user);
  const { user } = alone({ user: 'u1' });
  const { shown, errors, unmount } = await hydrate(user, html, () => user.logout());
  expect(errors).toEqual([]);
  expect(shown).toEqual(['anonymous-1 undefined loggedOut granted']);
  await unmount();
});

test('a mismatch would be noticed', async () => {
  const { errors, unmount } = await hydrate(alone().user, rendered(alone({ user: 'u2' }).user));
  expect(errors).toHaveLength(1);
  await unmount();
});

test('another instance given to the provider takes the place of the first', async () => {
  const [one, two] = [counted(alone({ user: 'u1' }).user), counted(alone({ user: 'u2' }).user)];
  const container = document.createElement('main');
  const root = createRoot(container);
  for (const { user } of [one, two]) await act(async () => root.render(provide(user, createElement(Reader))));
  expect(shownIn(container)).toEqual(['u2 undefined identified granted']);
  expect([one.listeners(), two.listeners()]).toEqual([0, 1]);
  await act(async () => root.unmount());
});

// A parent's effects run after those of its children, so a `sync` there left the first view under the token before it.
test.each([
  ['a login', null, 'ada-1815'],
  ['a logout', 'ada-1815', null],
])('%s by the provider comes before every effect of the components inside', async (_, before, after) => {
  const { user } = alone({ consent: 'granted' });
  const seen: (string | undefined)[] = [];
  function View({ account }: { readonly account: string | null }) {
    const { user } = useUserToken();
    useLayoutEffect(() => void seen.push(user.token), [account]);
    useEffect(() => void seen.push(user.token), [account]);
    return createElement('p', null, user.token);
  }
  const root = createRoot(document.createElement('main'));
  const show = (account: string | null) =>
    act(async () =>
      root.render(createElement(UserTokenProvider, { user, account }, createElement(View, { account, key: account }))),
    );
  await show(before);
  seen.length = 0;
  await show(after);
  const expected = after ?? expect.stringMatching(/^anonymous-/);
  expect(seen).toEqual([expected, expected]);
  await act(async () => root.unmount());
});

test('an account that is not known yet changes nothing', async () => {
  const { user } = alone({ consent: 'granted' });
  user.login('ada-1815');
  const root = createRoot(document.createElement('main'));
  await act(async () => root.render(createElement(UserTokenProvider, { user, account: undefined })));
  expect(user.token).toBe('ada-1815');
  await act(async () => root.unmount());
});

test('a provider without a client says which property is missing', () => {
  const broken = createElement(UserTokenProvider, { user: undefined as never });
  expect(() => renderToString(broken)).toThrow('usertoken: UserTokenProvider needs a user');
});
function Product({ objectID }: { readonly objectID: string | undefined }) {
  useView(objectID === undefined ? undefined : { eventName: 'Product Seen', index: 'products', objectIDs: [objectID] });
  return null;
}

/** Renders a tree, and again with each of the other trees in its place. */
async function render(user: UserTokenClient, trees: readonly ReactNode[]) {
  const root = createRoot(document.createElement('main'));
  for (const tree of trees) await act(async () => root.render(createElement(StrictMode, null, provide(user, tree))));
  return () => act(async () => root.unmount());
}

test('useView tracks a view once under StrictMode, and again when it is about something else', async () => {
  const { user, transport, send } = alone();
  const of = (objectID?: string) => createElement(Product, { objectID });
  const unmount = await render(user, [of(), of('1'), of('1'), of('2')]);
  await send();
  const { userToken, timestamp } = transport.accepted[0]!;
  expect(transport.accepted).toEqual(['1', '2'].map((id) => ({ ...view(id), userToken, timestamp })));
  await unmount();
});

test('useView tracks another view when the component comes back', async () => {
  const { user, transport, send } = alone();
  const product = createElement(Product, { objectID: '1' });
  const unmount = await render(user, [product, null, product]);
  await send();
  expect(transport.accepted).toHaveLength(2);
  await unmount();
});

test('useView tracks under the account that a layout effect of a parent has synced', async () => {
  const { user, transport, send } = alone();
  function Shop() {
    useLayoutEffect(() => void user.sync('u1'));
    return createElement(Product, { objectID: '1' });
  }
  const unmount = await render(user, [createElement(Shop)]);
  await send();
  expect(transport.accepted.map(({ userToken }) => userToken)).toEqual(['u1']);
  await unmount();
});

test('a server tracks no view', async () => {
  const { user, transport, send } = alone();
  renderToString(provide(user, createElement(Product, { objectID: '1' })));
  await send();
  expect(transport.accepted).toEqual([]);
});

test("useTrack gives the client's track, and its component does not render again at a login", async () => {
  const { user } = alone();
  const got: unknown[] = [];
  function Button() {
    got.push(useTrack());
    return null;
  }
  const root = createRoot(document.createElement('main'));
  await act(async () => root.render(provide(user, createElement(Button))));
  await act(async () => void user.login('u1'));
  expect(got).toEqual([user.track]);
  await act(async () => root.unmount());
});
