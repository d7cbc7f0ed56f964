import type { CookieOptions } from '../adapters/cookie-token-store.js';
import { checkOptions } from '../check-options.js';
import { docsUrl } from '../docs-url.js';
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
  /** Whether visitors reach the site by https, as the browser sees it: behind a proxy that ends TLS it is `true`. Cookies
   * then get `Secure` and the prefix `__Host-`. There is no default, since a server behind a proxy can't know. */
  readonly secure: boolean;
  /** How the cookies are named and kept, or `false` for no cookies. The page gets the same setting.
   * @default two cookies, host-only; the anonymous token's is set anew with each answer */
  readonly cookie?: Omit<CookieOptions, 'server' | 'secure'> | false | undefined;
}

/** Options of a page or of a single visitor, and options of cookies that a server sets by itself. */
const notOfServers = ['consent', 'user', 'inspect', 'tokenStore', 'page', 'tabs', 'cookie.server', 'cookie.secure'];

/** Checks what `createUserTokenServer` was given, and leaves out what is undefined.
 * @throws TypeError that names the option and says what is wrong. */
export function checkServerOptions(options: UserTokenServerOptions) {
  const { secure, ...rest } = Object(options) as UserTokenServerOptions;
  const wrong = (name: string, problem: string) =>
    new TypeError(`usertoken: "${name}" ${problem}. See ${docsUrl}/server`);
  for (const name of notOfServers) {
    const [key, ofCookie] = name.split('.');
    const value = Object(rest)[key!];
    if ((ofCookie ? Object(value)[ofCookie] : value) !== undefined) throw wrong(name, 'is not a server option');
  }
  checkOptions({ ...rest, consent: 'granted' });
  if (typeof secure !== 'boolean') throw wrong('secure', 'must be true or false');
  return { ...rest, secure };
}
