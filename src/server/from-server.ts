import { attempt } from '../../machines/tolerant.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { cookieJar } from '../adapters/cookie-jar.js';
import type { UserTokenOptions } from '../options.js';
import type { HandOver } from './server.types.js';

function handOverInPage(): HandOver {
  return attempt(() => JSON.parse(document.querySelector('script#usertoken')!.textContent!)) ?? ({} as HandOver);
}

/** Options with which `createUserToken` goes on under the tokens of a request: `createUserToken({ appId, apiKey,
 * ...fromServer() })`. For the page, where the cookies decide as soon as they can be read, and for rendering the same
 * components on the server.
 * @param handOver What the framework carried over from `visitor.handOver`. @default what is in the page's data block,
 *   `visitor.script`; without one there is no `consent`, and `createUserToken` throws */
export function fromServer(
  handOver: HandOver = handOverInPage(),
): Pick<UserTokenOptions, 'consent' | 'strategy' | 'remember' | 'onLogout' | 'user' | 'cookie' | 'generateToken'> {
  const { anonymousToken, user, ...options } = handOver;
  const { consent, cookie, remember } = options;
  // Cookies are newer than a page from a cache. Where they are blocked, what was handed over is all there is.
  const areCookiesKept = consent === 'granted' && cookie && cookieJar(cookie).read('anonymous');
  if (areCookiesKept) return remember === 'page' ? { ...options, user } : options;
  let first = anonymousToken;
  return {
    ...options,
    user,
    generateToken() {
      const token = first ?? generateAnonymousToken();
      first = undefined;
      return token;
    },
  };
}
