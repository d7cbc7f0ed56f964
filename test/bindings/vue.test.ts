// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import {
  createApp,
  createSSRApp,
  defineComponent,
  h,
  KeepAlive,
  nextTick,
  ref,
  shallowRef,
  type VNode,
  withDirectives,
} from 'vue';
import { renderToString } from 'vue/server-renderer';
import { type UserTokenRefs, userTokenPlugin, useUserToken, vTrack } from '../../src/bindings/vue.js';
import type { InsightsEvent, UserTokenClient } from '../../src/index.js';
import { alone, bindingContract, counted, line } from './support/contract.js';
import { trackingContract } from './support/tracking.js';

/** A component as `<script setup>` makes it: refs are unwrapped in the template. */
function reader(onRender: () => void = () => {}, onSetup: (refs: UserTokenRefs) => void = () => {}) {
  return defineComponent({
    name: 'TokenReader',
    setup() {
      const refs = useUserToken();
      onSetup(refs);
      return refs;
    },
    render() {
      onRender();
      return h('p', line(this));
    },
  });
}

function mountTree(render: () => VNode | VNode[], user?: UserTokenClient) {
  const app = createApp({ render });
  app.config.warnHandler = () => {};
  if (user) app.use(userTokenPlugin, user);
  const root = document.createElement('main');
  app.mount(root);
  const shown = () => [...root.querySelectorAll('p')].map((node) => node.textContent);
  return { app, shown };
}

bindingContract('vue', {
  async mount(user, readers) {
    const count = ref(readers);
    const got: UserTokenRefs[] = [];
    let renders = 0;
    const Reader = reader(
      () => {
        renders += 1;
      },
      (refs) => got.push(refs),
    );
    const { app, shown } = mountTree(() => Array.from({ length: count.value }, (_, key) => h(Reader, { key })), user);
    return {
      shown,
      bound: () => got[0]!,
      renders: () => renders,
      async setReaders(next) {
        count.value = next;
        await nextTick();
      },
      settle: nextTick,
      unmount: async () => app.unmount(),
    };
  },
  mountWithoutInstance: async () => mountTree(() => h(reader())),
  missingInstance: /app\.use\(userTokenPlugin, user\)/,
  renderOnServer: (user) => renderToString(createSSRApp(reader()).use(userTokenPlugin, user)),
});

test('a component that KeepAlive put away comes back with what is in force, and leaves no subscription', async () => {
  const { user, listeners } = counted(alone().user);
  const isThere = ref(true);
  const Reader = reader();
  const { app, shown } = mountTree(() => h(KeepAlive, () => (isThere.value ? h(Reader) : undefined)), user);
  const before = listeners();
  isThere.value = false;
  await nextTick();
  expect(shown()).toEqual([]);
  user.login('u1');
  await nextTick();
  isThere.value = true;
  await nextTick();
  expect(shown()).toEqual(['u1 undefined identified granted']);
  user.logout();
  await nextTick();
  expect(shown()).toEqual(['anonymous-1 undefined loggedOut granted']);
  expect(listeners()).toBe(before);
  app.unmount();
  expect(listeners()).toBe(0);
});

test('a component that a hot update replaces goes on with the same instance and no further subscription', async () => {
  // What Vite calls when a component's file changes.
  const { __VUE_HMR_RUNTIME__: hot } = globalThis as unknown as {
    __VUE_HMR_RUNTIME__: { createRecord(id: string, component: object): void; reload(id: string, next: object): void };
  };
  const { user, listeners } = counted(alone().user);
  const Reader = Object.assign(reader(), { __hmrId: 'reader' });
  hot.createRecord('reader', Reader);
  const { app, shown } = mountTree(() => h(Reader), user);
  const before = listeners();
  user.login('u1');
  hot.reload('reader', { ...reader(), render: () => h('p', `new: ${user.token}`), __hmrId: 'reader' });
  await nextTick();
  await nextTick();
  expect(shown()).toEqual(['new: u1']);
  expect(listeners()).toBe(before);
  app.unmount();
  expect(listeners()).toBe(0);
});

test('works outside of components, where the application is known', () => {
  const { user } = alone();
  const { app } = mountTree(() => h('i'), user);
  const { token } = app.runWithContext(useUserToken);
  user.login('u1');
  expect(token.value).toBe('u1');
});

const button = (event: InsightsEvent | undefined) => withDirectives(h('button', 'Kettle'), [[vTrack, event]]);

trackingContract('vue', {
  async mount(user, first) {
    const event = shallowRef(first);
    const app = createApp({ render: () => button(event.value) }).use(userTokenPlugin, user);
    const root = document.createElement('main');
    app.mount(root);
    return {
      button: root.querySelector('button')!,
      async update(next) {
        event.value = next;
        await nextTick();
      },
      unmount: async () => app.unmount(),
    };
  },
  renderOnServer: (user, event) =>
    renderToString(createSSRApp({ render: () => button(event) }).use(userTokenPlugin, user)),
});
