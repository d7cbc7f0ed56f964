'use client';

import { createElement, type ReactElement, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { UserTokenProvider as Provider } from '../bindings/react.js';
import type { UserTokenClient } from '../client.types.js';
import { createUserToken } from '../create-user-token.js';
import type { UserTokenOptions } from '../options.types.js';
import { fromServer } from '../server/from-server.js';
import type { Hydration } from '../server/server.types.js';
import { nobody, staticClient } from './static-client.js';

export { useUserToken } from '../bindings/react.js';

/** What {@link UserTokenProvider} takes: options of `createUserToken`, and what the server hands over. */
export interface UserTokenProviderProps extends Omit<UserTokenOptions, 'consent' | 'user'> {
  /** What `hydration()` gave, for a page that is rendered for its visitor. A server action that changes your cookies changes it
   * too, and the page follows.
   * @default none, as on a static page: its HTML holds no token, and the page finds the cookies itself */
  readonly hydration?: Hydration | undefined;
  /** The visitor's choice on a page without `hydration`. @default `pending` */
  readonly consent?: UserTokenOptions['consent'] | undefined;
  readonly children?: ReactNode;
}

const isServer = () => typeof document === 'undefined';
const useEarlyEffect: typeof useEffect = (...effect) => (isServer() ? useEffect : useLayoutEffect)(...effect);

let inPage: UserTokenClient | undefined;

/** The page keeps one client for all layouts; the server creates one for each render. */
function clientFor({ hydration, consent, children, ...options }: UserTokenProviderProps): UserTokenClient {
  if (isServer() && !hydration) return staticClient;
  function create() {
    const handed = { ...options, ...fromServer(hydration) };
    if (hydration) return createUserToken(handed);
    // The server keeps the cookies, so a page without hydration doesn't renew them.
    const cookie = options.cookie === false ? false : { renew: false, ...options.cookie };
    return createUserToken({ ...handed, cookie, consent: consent ?? 'pending' });
  }
  if (isServer()) return create();
  inPage ??= create();
  return inPage;
}

/** Follows the server's word on consent. A layout from the router's cache may be older than a denial in the page, so a grant
 * that is not news never undoes one. */
function Consent({ user, consent }: { readonly user: UserTokenClient; readonly consent: string | undefined }): null {
  const last = useRef(consent);
  useEarlyEffect(() => {
    const isNews = last.current !== consent;
    last.current = consent;
    if (consent === 'denied') user.consent.deny();
    if (consent === 'granted' && (isNews || user.consent.state === 'pending')) user.consent.grant();
  }, [user, consent]);
  return null;
}

/** Provides the page's client to the components inside, for the app router. Account and consent that a server action changed are
 * in force before any effect inside runs.
 * @throws TypeError that names the option at fault. */
export function UserTokenProvider(props: UserTokenProviderProps): ReactElement {
  const { hydration, children } = props;
  const [user] = useState(() => clientFor(props));
  return createElement(
    Provider,
    { user, account: hydration?.user, serverSnapshot: hydration ? undefined : nobody },
    createElement(Consent, { user, consent: hydration?.consent }),
    children,
  );
}
