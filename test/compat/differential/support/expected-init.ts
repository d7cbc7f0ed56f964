import { checkUserToken, isAnonymousToken } from '../../../../src/index.js';
import { cacheIn, defaults, fromZero, hasCredentials, isRefused, type Situation, tokenOf } from './situation.js';
import type { Fields } from './steps.types.js';

/** What looks at the cookie: one that throws stops it there, one that is malformed counts as none here. */
export function withCookies(situation: Situation, isNeeded: boolean, effect: () => unknown): unknown {
  const { place, hit, world } = situation;
  if (isNeeded && place === 'blocked page') hit('no-throw');
  const [, cookie = ''] = world.cookies().split('_ALGOLIA=');
  const isAnonymous = cookie.startsWith('anonymous-');
  if (isNeeded && isAnonymous && !checkUserToken(cookie).ok) {
    hit('malformed-token');
    world.eraseCookie();
    return effect();
  }
  const value = effect();
  if (isNeeded && isAnonymous) followCookie(situation, cookie);
  return value;
}

/** The stored token is written again, and acts in place of another anonymous one. */
function followCookie(situation: Situation, stored: string): void {
  const { hit, world, invoke, settings } = situation;
  hit('cookie-attributes');
  const expires = new Date(world.now() + Number(settings.cookieDuration)).toUTCString();
  world.writeCookie(`_ALGOLIA=${stored};expires=${expires};path=/`);
  const token = tokenOf(situation);
  if (isAnonymousToken(token) && token !== stored) invoke('setUserToken', [stored]);
}

/** Forgets what is stored and what waits, as a withdrawal does. */
function withdraw({ out, world, hit }: Situation, isErasing: boolean): void {
  if (out.isWaiting() || (isErasing && (world.cookies() || world.cache()))) hit('withdrawal-erases');
  if (isErasing) {
    world.eraseCookie();
    world.setCache(null);
  }
  out.drop();
}

/** `init` as it is to be. */
export function expectedInit(situation: Situation) {
  const { hit, invoke, agents, place, waiting, early, world } = situation;

  return function init(options: unknown): unknown {
    if (options === null) hit('no-throw');
    const given: Record<string, unknown> = {};
    for (const [key, value] of Object.entries((options ?? {}) as Fields)) {
      if (value === undefined) hit('undefined-option');
      else given[key] = value;
    }
    const { region, cookieDuration } = given;
    if (
      ('region' in given && region !== 'de' && region !== 'us') ||
      ('cookieDuration' in given && !Number.isInteger(cookieDuration))
    ) {
      hit('error-text');
      return invoke('init', [given]);
    }
    for (const key of ['userToken', 'authenticatedUserToken']) {
      if (isRefused(situation, given[key])) delete given[key];
      else if (key in given) given[key] = fromZero(situation, given[key]);
    }

    const before = situation.settings;
    const wasIn = situation.isInitialized && !before.userHasOptedOut;
    situation.isInitialized = true;
    const isMoved =
      given.region || given.host || (before.appId !== undefined && 'appId' in given && given.appId !== before.appId);
    situation.settings = {
      ...before,
      ...(given.partial ? {} : defaults),
      ...(isMoved && !given.partial ? { region: undefined, host: undefined } : {}),
      ...given,
    };
    const { settings } = situation;
    const kept: Record<string, unknown> = {};
    if (!given.partial && !isMoved) {
      if (before.region && !('region' in given)) kept.region = before.region;
      if (before.host && !('host' in given)) kept.host = before.host;
      if (Object.keys(kept).length > 0) hit('kept-address');
    }
    const token = 'userToken' in given ? given.userToken : tokenOf(situation);
    const isUnsaved = !given.userToken && (!token || isAnonymousToken(token));
    // It is gone before an anonymous one is put in its place.
    if ('userToken' in given && !given.userToken) situation.assumeUserToken(given.userToken);
    withCookies(situation, !!settings.useCookie && !settings.userHasOptedOut && isUnsaved, () => {
      try {
        invoke('init', [{ ...given, ...kept }]);
      } catch (error) {
        // The last thing it does is to look whether the token is an anonymous one, and to keep it in the cookie.
        const isUnkept = place === 'server' && isAnonymousToken(tokenOf(situation));
        if (tokenOf(situation) !== null && !isUnkept) throw error;
        hit('no-throw');
      }
    });
    if (agents.length > 0) hit('kept-agents');
    for (const agent of agents) invoke('addAlgoliaAgent', [agent]);

    if (settings.userHasOptedOut) withdraw(situation, wasIn);
    else if (Object.keys(early).length > 0) world.setCache(JSON.stringify({ ...cacheIn(situation), ...early }));
    for (const name of Object.keys(early)) delete early[name];
    if (hasCredentials(situation)) for (const proceed of waiting.splice(0)) proceed();
    return undefined;
  };
}
