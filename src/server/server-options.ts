import type { CookieOptions } from '../adapters/cookie-token-store.js';
import { checkOptions } from '../check-options.js';
import type { UserTokenOptions } from '../options.types.js';

/** What {@link createUserTokenServer} takes: options of `createUserToken`, under their names and with their defaults,
 * and how visitors reach the site. */
export interface UserTokenServerOptions
  extends Pick<
    UserTokenOptions,
    | 'appId'
    | 'apiKey'
    | 'region'
    | 'host'
    | 'strategy'
    | 'remember'
    | 'onLogout'
    | 'checkToken'
    | 'maxEventAgeMs'
    | 'batchWindowMs'
    | 'requestTimeoutMs'
    | 'onWarning'
    | 'outbox'
    | 'transport'
    | 'clock'
    | 'random'
    | 'generateToken'
  > {
  /** Whether visitors reach the site by https. It decides about `Secure` and the prefix `__Host-`, and must be what the
   * browser sees: behind a proxy that ends TLS it is `true`. There is no default, since a server behind a proxy can't
   * tell. */
  readonly secure: boolean;
  /** How the cookies are named and kept, or `false` for none. What is handed to the page says the same.
   * @default two cookies, host-only; the anonymous token's is set anew with each answer */
  readonly cookie?: Omit<CookieOptions, 'server' | 'secure'> | false | undefined;
}

/** Options that only a page or a single visitor has. */
const ofPages = ['consent', 'user', 'inspect', 'tokenStore', 'page', 'tabs'];

/** Checks what `createUserTokenServer` was given, and leaves out what is undefined.
 * @throws TypeError that names the option and what would be right. */
export function checkServerOptions(options: UserTokenServerOptions) {
  const { secure, ...rest } = Object(options) as UserTokenServerOptions;
  for (const name of ofPages) {
    if (rest[name as keyof typeof rest] !== undefined)
      throw new TypeError(`usertoken: option ${name} is none of a server`);
  }
  if (Object(rest.cookie).server !== undefined) {
    throw new TypeError('usertoken: option cookie.server is none of a server, which always sets the cookies itself');
  }
  if (Object(rest.cookie).secure !== undefined) {
    throw new TypeError('usertoken: option cookie.secure is none of a server, which has the option secure');
  }
  checkOptions({ ...rest, consent: 'granted' });
  if (typeof secure !== 'boolean') throw new TypeError('usertoken: option secure must be boolean');
  return { ...rest, secure };
}
