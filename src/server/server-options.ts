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

/** Options of a page, or of a single visitor. */
const ofPages = ['consent', 'user', 'inspect', 'tokenStore', 'page', 'tabs'];

/** Checks what `createUserTokenServer` was given, and leaves out what is undefined.
 * @throws TypeError that names the option and what would be right. */
export function checkServerOptions(options: UserTokenServerOptions) {
  const { secure, ...rest } = Object(options) as UserTokenServerOptions;
  for (const name of ofPages) {
    if (rest[name as keyof typeof rest] === undefined) continue;
    const where = ['consent', 'user'].includes(name) ? 'to visitor() for each request' : 'to the client of the page';
    throw new TypeError(`usertoken: "${name}" is not a server option. Pass it ${where}. See ${docsUrl}/server`);
  }
  if (Object(rest.cookie).server !== undefined) {
    throw new TypeError(
      `usertoken: "cookie.server" is not a server option, since a server always sets the cookies. Leave it out. See ${docsUrl}/server`,
    );
  }
  if (Object(rest.cookie).secure !== undefined) {
    throw new TypeError(
      `usertoken: "cookie.secure" is not a server option. Set "secure", next to "cookie". See ${docsUrl}/server`,
    );
  }
  checkOptions({ ...rest, consent: 'granted' });
  if (typeof secure !== 'boolean') {
    throw new TypeError(`usertoken: "secure" must be true if visitors use https, or false. See ${docsUrl}/server`);
  }
  return { ...rest, secure };
}
