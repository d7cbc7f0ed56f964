import {
  computed,
  DestroyRef,
  type EnvironmentProviders,
  InjectionToken,
  inject,
  makeEnvironmentProviders,
  NgZone,
  type Signal,
  signal,
  untracked,
} from '@angular/core';
import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';

/** The instance for Angular: what is in force as signals, and the methods, which need no `this`. */
export interface UserTokenSignals
  extends Pick<UserTokenClient, 'login' | 'logout' | 'track'>,
    Readonly<{ [Name in keyof UserTokenSnapshot]: Signal<UserTokenSnapshot[Name]> }> {
  /** The instance itself, for everything else. */
  readonly user: UserTokenClient;
}

const injectionToken = /* @__PURE__ */ new InjectionToken<UserTokenSignals>('usertoken');

/** Provides one instance to an application. Destroying the application ends its subscription, never the instance.
 * @param getUser Called when the instance is first injected, once for each application: on a server that is once for each
 * request, which needs an instance of its own. */
export function provideUserToken(getUser: () => UserTokenClient): EnvironmentProviders {
  return makeEnvironmentProviders([{ provide: injectionToken, useFactory: () => signalsOf(getUser()) }]);
}

function signalsOf(user: UserTokenClient): UserTokenSignals {
  const snapshot = signal(user.getSnapshot());
  const zone = inject(NgZone);
  // Other tabs call outside of Angular's zone, where Angular before 18 looks at no signal. Before 19 it lets an effect, which
  // may have called us, set none.
  const follow = (next: UserTokenSnapshot) => zone.run(() => untracked(() => snapshot.set(next)));
  inject(DestroyRef).onDestroy(user.subscribe(follow));
  return {
    user,
    token: computed(() => snapshot().token),
    authenticatedToken: computed(() => snapshot().authenticatedToken),
    state: computed(() => snapshot().state),
    consent: computed(() => snapshot().consent),
    login: user.login,
    logout: user.logout,
    track: user.track,
  };
}

/** The instance that the application was given, in an injection context: a field, a constructor, a guard.
 * @throws Error of Angular's (NG0201) when the application was given none. */
export function injectUserToken(): UserTokenSignals {
  return inject(injectionToken) as UserTokenSignals;
}
