import { type App, type ComputedRef, computed, type InjectionKey, inject, type ObjectDirective, shallowRef } from 'vue';
import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';
import type { InsightsEvent } from '../events/event.types.js';
import { trackElement } from './track-element.js';

/** The instance for Vue: what is in force as refs, and the methods, which need no `this`. */
export interface UserTokenRefs
  extends Pick<UserTokenClient, 'login' | 'logout' | 'track'>,
    Readonly<{ [Name in keyof UserTokenSnapshot]: ComputedRef<UserTokenSnapshot[Name]> }> {
  /** The instance itself, for everything else. */
  readonly user: UserTokenClient;
}

const key: InjectionKey<UserTokenRefs> = Symbol('usertoken');

/** Provides one instance to an application: `app.use(userTokenPlugin, user)`. On a server each request has an application
 * and an instance of its own. Unmounting the application ends its subscription, never the instance. */
export const userTokenPlugin = {
  install(app: App, user: UserTokenClient): void {
    const snapshot = shallowRef(user.getSnapshot());
    const unsubscribe = user.subscribe((next) => {
      snapshot.value = next;
    });
    app.provide(key, {
      user,
      token: computed(() => snapshot.value.token),
      authenticatedToken: computed(() => snapshot.value.authenticatedToken),
      state: computed(() => snapshot.value.state),
      consent: computed(() => snapshot.value.consent),
      login: user.login,
      logout: user.logout,
      track: user.track,
    });
    // `app.onUnmount` came with Vue 3.5.
    const { unmount } = app;
    app.unmount = () => {
      unsubscribe();
      unmount();
    };
  },
};

/** The instance that the application was given, wherever `inject` works: `setup`, stores, `app.runWithContext`.
 * @throws TypeError when the application was given none. */
export function useUserToken(): UserTokenRefs {
  const refs = inject(key, undefined);
  if (!refs) throw new TypeError('usertoken: call app.use(userTokenPlugin, user) before useUserToken()');
  return refs as UserTokenRefs;
}

const updates = /* @__PURE__ */ new WeakMap<Element, ReturnType<typeof trackElement>>();

/** The directive `v-track="event"`: tracks a view when the element is mounted, and any other event at each click. The same
 * view is tracked again only when its `eventName`, `index`, `objectIDs` or `filters` change; `undefined` tracks nothing.
 * `<script setup>` needs the import alone; elsewhere call `app.directive('track', vTrack)`.
 * @throws TypeError when the application was given no client. */
export const vTrack: ObjectDirective<HTMLElement | SVGElement, InsightsEvent | undefined> = {
  mounted(element, { value, instance }) {
    const { user } = instance!.$.appContext.app.runWithContext(useUserToken);
    updates.set(element, trackElement(element, user.track, value));
  },
  updated: (element, { value }) => updates.get(element)?.(value),
};
