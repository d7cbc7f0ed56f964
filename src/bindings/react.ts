'use client';

import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import type { UserTokenClient, UserTokenSnapshot } from '../client.types.js';
import type { InsightsEvent, ViewedFilters, ViewedObjectIDs } from '../events/event.types.js';
import { subjectOf } from './track-element.js';

/** The instance for React: what is in force at this render, and the methods, which need no `this` and never change. */
export interface RenderedUserToken extends Pick<UserTokenClient, 'login' | 'logout' | 'track'>, UserTokenSnapshot {
  /** The instance itself, for everything else. */
  readonly user: UserTokenClient;
}

/** What {@link UserTokenProvider} takes. */
export interface UserTokenProviderProps {
  /** Made outside of rendering, once for each page; on a server once for each request. */
  readonly user: UserTokenClient;
  /** What your session knows: an account's id, `null` for nobody, `undefined` while it loads. It is passed to `user.sync` before
   * any effect of the components inside, so that what they track has the right token. @default undefined */
  readonly account?: string | number | bigint | null | undefined;
  /** What the server rendered, for the first render of a page that is hydrated; keep the object the same. @default what
   * `user` said when the provider was first rendered */
  readonly serverSnapshot?: UserTokenSnapshot | undefined;
  readonly children?: ReactNode;
}

interface Provided {
  readonly user: UserTokenClient;
  readonly getServerSnapshot: () => UserTokenSnapshot;
}

const Context = /* @__PURE__ */ createContext<Provided | undefined>(undefined);

/** React before 19 warns of layout effects on a server. */
const useEarlyEffect: typeof useEffect = (...effect) =>
  (typeof document === 'undefined' ? useEffect : useLayoutEffect)(...effect);

/** Effects of a parent run after those of its children, effects of an older sibling before. */
function Account({ user, account }: Pick<UserTokenProviderProps, 'user' | 'account'>): null {
  useEarlyEffect(() => void user.sync(account), [user, account]);
  return null;
}

/** Provides one instance to the components inside. Unmounting ends their subscriptions, never the instance.
 * @throws TypeError when `user` is missing. */
export function UserTokenProvider({ user, account, serverSnapshot, children }: UserTokenProviderProps): ReactElement {
  if (!user) throw new TypeError('usertoken: UserTokenProvider needs a user');
  const value = useMemo(() => {
    // A part that is hydrated late was rendered with the first snapshot too.
    const first = serverSnapshot ?? user.getSnapshot();
    return { user, getServerSnapshot: () => first };
  }, [user, serverSnapshot]);
  return createElement(Context.Provider, { value }, createElement(Account, { user, account }), children);
}

function useProvided(): Provided {
  const provided = useContext(Context);
  if (!provided) throw new TypeError('usertoken: useUserToken() needs a UserTokenProvider above it');
  return provided;
}

/** The instance that a provider above holds; the component renders again when what is in force changes.
 * @throws TypeError when there is no provider. */
export function useUserToken(): RenderedUserToken {
  const { user, getServerSnapshot } = useProvided();
  const snapshot = useSyncExternalStore(user.subscribe, user.getSnapshot, getServerSnapshot);
  return { ...snapshot, user, login: user.login, logout: user.logout, track: user.track };
}

/** The client's `track`, for components that only track: unlike with {@link useUserToken}, they don't render again when
 * the visitor or consent changes.
 * @throws TypeError when there is no provider. */
export function useTrack(): UserTokenClient['track'] {
  return useProvided().user.track;
}

/** Tracks a view once the component is mounted: once under `StrictMode` too, and again only when `eventName`, `index`,
 * `objectIDs` or `filters` change.
 * @param event The view without its `eventType`, or undefined while you don't know what is seen.
 * @throws TypeError when there is no provider. */
export function useView(
  event: Omit<ViewedObjectIDs, 'eventType'> | Omit<ViewedFilters, 'eventType'> | undefined,
): void {
  const track = useTrack();
  // StrictMode runs effects twice, but keeps refs.
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (!event) return;
    const subject = subjectOf(event);
    if (subject !== seen.current) track({ ...event, eventType: 'view' } as InsightsEvent);
    seen.current = subject;
  });
}
