import { isAnonymousToken } from '../../machines/index.js';
import { systemClock } from '../adapters/system-clock.js';
import type { ClientParts, Methods } from './client-parts.js';
import type { InitParams } from './insights.types.js';
import { checkedOptions, hasCredentials, settingsAfter } from './settings.js';
import type { TokenCell } from './token-cell.js';

/** The method that says where events go, who acts, and what may be stored. */
export function initMethod(parts: ClientParts): Methods<'init'> {
  const { client, user, account, cookie, queries, senders, ready } = parts;
  let isInitialized = false;
  const isOut = () => Boolean(parts.settings.userHasOptedOut);

  /** Takes a token that `init` names. Returns whether to notify its listeners, which is not done for nobody. */
  function take(cell: TokenCell, given: InitParams, key: 'userToken' | 'authenticatedUserToken'): boolean {
    const isTaken = key in given && cell.take(given[key]);
    if (isTaken && cell.text === undefined) cell.settle();
    return isTaken && cell.text !== undefined;
  }

  function decideTokens(given: InitParams): void {
    // Both are set before any listener is notified.
    const isUser = take(user, given, 'userToken');
    if (take(account, given, 'authenticatedUserToken')) client.setAuthenticatedUserToken(given.authenticatedUserToken);
    if (isUser) client.setUserToken(given.userToken!);
    else if (parts.settings.useCookie && !isOut()) {
      if (user.text === undefined) client.setAnonymousUserToken();
      else if (isAnonymousToken(user.text)) client.saveTokenAsCookie();
    }
  }

  function decideStorage(wasIn: boolean): void {
    // A page that starts opted out may be waiting for an answer: only one that changes its mind has anything erased.
    const isErasing = wasIn && isOut();
    queries.decide(!isOut(), isErasing);
    if (!isErasing) return;
    cookie.erase();
    // What earlier pages left goes too.
    if (hasCredentials(parts.settings)) senders.senderFor();
  }

  return {
    init(options) {
      const given = checkedOptions(options);
      const wasIn = isInitialized && !isOut();
      isInitialized = true;
      parts.settings = settingsAfter(parts.settings, given);
      decideTokens(given);
      decideStorage(wasIn);
      // A sender takes up what earlier pages left, for which nobody waits: the page has its token first.
      systemClock.setTimeout(() => hasCredentials(parts.settings) && !isOut() && senders.senderFor(), 0);
      senders.decide(!isOut());
      ready.check();
    },
  };
}
