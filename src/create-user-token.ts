import { cookieTokenStore } from './adapters/cookie-token-store.js';
import { fetchTransport } from './adapters/fetch-transport.js';
import { memoryOutbox } from './adapters/memory-outbox.js';
import { memoryTokenStore } from './adapters/memory-token-store.js';
import { pageLifecycle } from './adapters/page-lifecycle.js';
import { storageOutbox } from './adapters/storage-outbox.js';
import { systemClock } from './adapters/system-clock.js';
import { broadcastTabs } from './adapters/tabs.js';
import { localStorageOf } from './adapters/web-storage.js';
import { followTabs } from './identity/follow-tabs.js';
import { maskedInspect } from './masked-inspect.js';
import { checkOptions, eventsUrl, type UserTokenOptions } from './options.js';
import type { UserTokenClient } from './user-token.types.js';
import { createWarnings } from './warnings.js';
import { wireUp } from './wire-up.js';

/** Creates and starts what knows who is acting on this page. One for each application on a page; on a server one for
 * each visitor.
 * @throws TypeError that names the option at fault and what would be right. Nothing throws later. */
export function createUserToken(options: UserTokenOptions): UserTokenClient {
  const settings = { clock: systemClock, remember: 'session' as const, ...checkOptions(options) };
  const { appId, clock, cookie, inspect, remember, user } = settings;
  const warnings = createWarnings(settings.onWarning);

  const userToken = wireUp({
    page: pageLifecycle(),
    transport: fetchTransport({ now: clock.now }),
    outbox: cookie === false || !localStorageOf() ? memoryOutbox() : storageOutbox({ appId, clock }),
    tokenStore:
      cookie === false
        ? memoryTokenStore()
        : cookieTokenStore(cookie, { storesUser: remember === 'device', now: clock.now, onTrouble: warnings.post }),
    ...settings,
    url: eventsUrl(settings),
    storesUser: remember !== 'page',
    inspect: inspect && maskedInspect(inspect, warnings.postError),
    warnings,
    follow: (identity) =>
      followTabs({
        tabs: broadcastTabs(`usertoken:${appId}`),
        ...settings,
        identity,
        sharesTokens: remember !== 'page' && (cookie !== false || !!settings.tokenStore),
      }),
  });
  if (user !== undefined) userToken.sync(user as never);
  return userToken;
}
