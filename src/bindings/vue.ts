import { type App, type ComputedRef, computed, type InjectionKey, inject, shallowRef } from 'vue';
import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';

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
