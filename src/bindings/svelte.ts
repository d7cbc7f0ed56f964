import { getContext, setContext } from 'svelte';
import { createSubscriber } from 'svelte/reactivity';
import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';
import type { InsightsEvent } from '../events/event.types.js';
import { trackElement } from './track-element.js';

/** The instance for Svelte: what is in force, read reactively in templates, `$derived` and `$effect`, and the methods,
 * which need no `this`. Read properties where they are used: one that is taken out is a plain value. */
export interface ReactiveUserToken extends Pick<UserTokenClient, 'login' | 'logout' | 'track'>, UserTokenSnapshot {
  /** The instance itself, for everything else. */
  readonly user: UserTokenClient;
}

const key = Symbol('usertoken');

/** Provides one instance to the calling component and those inside of it; call it while the root component is initialised.
 * On a server each request has an instance of its own. Unmounting ends the subscription, never the instance. */
export function setUserToken(user: UserTokenClient): void {
  const subscribe = createSubscriber((update) => {
    const seen = user.getSnapshot();
    // The instance calls at once, and nothing is new then.
    return user.subscribe((snapshot) => snapshot !== seen && update());
  });
  const read = <Name extends keyof UserTokenSnapshot>(name: Name): UserTokenSnapshot[Name] => {
    subscribe();
    return user.getSnapshot()[name];
  };
  setContext<ReactiveUserToken>(key, {
    user,
    get token() {
      return read('token');
    },
    get authenticatedToken() {
      return read('authenticatedToken');
    },
    get state() {
      return read('state');
    },
    get consent() {
      return read('consent');
    },
    login: user.login,
    logout: user.logout,
    track: user.track,
  });
}

/** The instance that a component above was given; call it while a component is initialised.
 * @throws TypeError when none was given. */
export function useUserToken(): ReactiveUserToken {
  const reactive = getContext<ReactiveUserToken | undefined>(key);
  if (!reactive) throw new TypeError('usertoken: call setUserToken(user) in a component above useUserToken()');
  return reactive;
}

/** The action for `<button use:track={event}>`. See {@link useTrack}. */
export type TrackAction = (
  element: Element,
  event: InsightsEvent | undefined,
) => { readonly update: (event: InsightsEvent | undefined) => void };

/** Makes an action that tracks a view when its element is mounted, and any other event at each click. The same view is
 * tracked again only when its `eventName`, `index`, `objectIDs` or `filters` change; `undefined` tracks nothing. Call it
 * while a component is initialised: `const track = useTrack()`.
 * @throws TypeError when no component above was given a client. */
export function useTrack(): TrackAction {
  const { track } = useUserToken();
  return (element, event) => ({ update: trackElement(element, track, event) });
}
