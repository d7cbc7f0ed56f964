import { checkUserToken, isAnonymousToken } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { generateAnonymousToken } from '../adapters/anonymous-token.js';
import { cookieTokenStore } from '../adapters/cookie-token-store.js';
import { fetchTransport } from '../adapters/fetch-transport.js';
import type { Transport } from '../adapters/ports.js';
import { systemClock } from '../adapters/system-clock.js';
import { eventMethods } from '../events/event-methods.js';
import { fieldOf } from '../field-of.js';
import { createWarnings } from '../warnings.js';
import { encodedFilter, eventsIn, forgetBought, queriesIn, viewFilter, withQueries } from './event-list.js';
import type { InitParams, InsightsMethods, RequestFnType } from './insights.types.js';
import { queryCache } from './query-cache.js';
import { readiness } from './readiness.js';
import { transportOf } from './requesters.js';
import { createSender } from './sender.js';
import { tokenCell } from './token-cell.js';

/** The version of search-insights whose surface this is. UI libraries decide by it what they may call. */
export const version = '2.18.0';

const defaults = {
  userHasOptedOut: false,
  anonymousUserToken: true,
  useCookie: false,
  cookieDuration: 15_552_000_000,
} satisfies InitParams;

/** The methods of a client, over what carries its events. */
function createMethods(getTransport: () => Transport, getVersion: () => string): InsightsMethods {
  const warnings = createWarnings();
  const onError = warnings.postError;
  const user = tokenCell(onError);
  const account = tokenCell(onError);
  const views = viewFilter();
  const senders = new Map<string, ReturnType<typeof createSender>>();
  const agents: string[] = [];
  /** What waits until init has said whether anything may be stored. */
  const early: (() => void)[] = [];
  let settings: InitParams & typeof defaults = defaults;
  let isInitialized = false;
  let transport: Transport | undefined;

  const hasCredentials = () => settings.appId !== undefined && settings.apiKey !== undefined;
  const isOut = () => Boolean(settings.userHasOptedOut);
  const ready = readiness(hasCredentials, onError);

  const tokenStore = () =>
    cookieTokenStore(
      { maxAgeSeconds: Math.floor(settings.cookieDuration / 1000), renew: false },
      { onTrouble: warnings.post },
    );

  /** Takes a token over, none included; a malformed one is refused with a warning. */
  function accept(cell: typeof user, token: unknown): boolean {
    const check = checkUserToken(token);
    const isTaken = check.ok || !token;
    if (isTaken) cell.token = token as string;
    else warnings.post('token-rejected', check.reason, check.message);
    return isTaken;
  }

  function set(cell: typeof user, token: unknown) {
    const before = cell.token;
    accept(cell, token);
    cell.tell(before);
    return cell.token as never;
  }

  function senderFor(headers: unknown) {
    const { 'X-Algolia-Application-Id': appId, 'X-Algolia-API-Key': apiKey, ...others } = Object(headers);
    const { host, region } = settings;
    const origin = host || `https://insights.${region ? `${region}.` : ''}algolia.io`;
    const address = { origin, appId: appId ?? settings.appId, apiKey: apiKey ?? settings.apiKey, others };
    const key = JSON.stringify(address);
    let sender = senders.get(key);
    if (!sender) {
      transport ??= getTransport();
      sender = createSender(address, { transport, agents, mayStore: () => Boolean(settings.useCookie), warnings });
      senders.set(key, sender);
    }
    return sender;
  }

  function setAnonymousUserToken(inMemory?: boolean): void {
    if (inMemory) return void set(user, generateAnonymousToken());
    if (!tryCall(() => navigator.cookieEnabled)) return;
    const found = tokenStore().read('anonymous');
    set(user, found ?? generateAnonymousToken());
    if (!found) saveTokenAsCookie();
  }
  function saveTokenAsCookie(): void {
    if (user.token && !tokenStore().read('anonymous')) tokenStore().write('anonymous', `${user.token}`);
  }

  function init(options?: InitParams): void {
    const given: InitParams = Object.fromEntries(
      Object.entries(Object(options)).filter(([, value]) => value !== undefined),
    );
    const { region = 'us', cookieDuration = 0, partial, appId = settings.appId } = given;
    if (!/^(de|us)$/.test(region)) throw new Error('init: region must be de or us');
    if (!Number.isInteger(cookieDuration)) throw new Error('init: cookieDuration must be an integer');

    const wasIn = isInitialized && !isOut();
    isInitialized = true;
    const isElsewhere = given.region || given.host || (settings.appId !== undefined && appId !== settings.appId);
    settings = {
      ...settings,
      ...(partial ? {} : defaults),
      ...(isElsewhere && !partial ? { region: undefined, host: undefined } : {}),
      ...given,
    } as typeof settings;

    const before = [user.token, account.token];
    const isUserSet = 'userToken' in given && accept(user, given.userToken);
    if ('authenticatedUserToken' in given) accept(account, given.authenticatedUserToken);
    if (given.authenticatedUserToken) account.tell(before[1]);
    if (isUserSet && given.userToken) user.tell(before[0]);
    else if (settings.useCookie && !isOut()) {
      if (!user.token) setAnonymousUserToken();
      else if (isAnonymousToken(user.token)) saveTokenAsCookie();
    }

    // A page that starts opted out may be waiting for an answer: only one that changes its mind has anything erased.
    if (wasIn && isOut()) {
      tokenStore().erase();
      queryCache.erase();
      // What earlier pages left goes too.
      if (hasCredentials()) senderFor({});
    }
    // It takes up what earlier pages left, for which nobody waits: the page has its token first.
    systemClock.setTimeout(() => hasCredentials() && !isOut() && senderFor({}), 0);
    for (const sender of senders.values()) sender.decide(!isOut());
    for (const note of early.splice(0)) note();
    ready.check();
  }

  function sendNow(event: object, isInferred: unknown, headers: unknown): Promise<boolean> {
    const full = isInferred ? withQueries(event as never) : (event as Record<string, unknown>);
    const { filters, userToken, authenticatedUserToken } = full;
    const payload = views.unseen({
      ...full,
      // An empty one is refused on the way.
      userToken: userToken ?? (user.token || ''),
      authenticatedUserToken: (authenticatedUserToken ?? account.token) || undefined,
      ...(Array.isArray(filters) ? { filters: filters.map(encodedFilter) } : {}),
    });
    return Promise.resolve(!payload || senderFor(headers).send(payload)).then((isSent) => {
      if (isSent) forgetBought(full);
      else views.forget(payload!);
      return isSent;
    });
  }

  const sendEvents: InsightsMethods['sendEvents'] = (given, additionalParams) => {
    if (isOut()) return Promise.resolve(false);
    const events = Array.isArray(given) ? given : [];
    const headers = fieldOf(additionalParams, 'headers');
    if (!hasCredentials() && !(fieldOf(headers, 'X-Algolia-Application-Id') && fieldOf(headers, 'X-Algolia-API-Key'))) {
      const kept = events.map((event) => tryCall(() => JSON.parse(JSON.stringify(stamped(event)))));
      return ready.defer(() => sendEvents(kept, additionalParams));
    }
    if (!user.token && settings.anonymousUserToken) setAnonymousUserToken(true);
    // What can't be read is refused, as is what is no event.
    const sent = events.map(
      (event) =>
        tryCall(() => sendNow(event, fieldOf(additionalParams, 'inferQueryID'), headers), onError) ??
        Promise.resolve(false),
    );
    return Promise.all(sent).then((all) => all.length > 0 && all.every(Boolean));
  };

  /** An event with the tokens and the time of now, for later. */
  function stamped(event: object): object {
    const { timestamp, userToken, authenticatedUserToken } = event as Record<string, unknown>;
    return {
      ...event,
      // One of the caller's would have the last word on the tokens.
      toJSON: undefined,
      timestamp: timestamp ?? Date.now(),
      userToken: userToken ?? (user.token || undefined),
      authenticatedUserToken: authenticatedUserToken ?? (account.token || undefined),
    };
  }

  type Call = ReturnType<typeof eventsIn>;
  type Named = Record<string, (call: Call) => Promise<boolean>>;
  const typed = eventMethods(((call: Call, type: object) =>
    sendEvents(call.events.map((event) => ({ ...type, ...event })) as never, call.additionalParams)) as never);
  const named = Object.entries(typed as unknown as Named).map(([name, send]) => [
    name,
    (...params: unknown[]) => {
      const call = eventsIn(params);
      const at = Date.now();
      const queries = isOut() ? [] : call.events.flatMap((event) => queriesIn(name, event));
      const note = () => {
        if (!isOut()) for (const query of queries) queryCache.put(...query, at);
      };
      // Before init nobody knows whether the visitor is out.
      if (isInitialized) note();
      else if (early.length < 1_000) early.push(note);
      return send(call);
    },
  ]);

  return {
    ...Object.fromEntries(named),
    init,
    sendEvents,
    onReady: ready.onReady,
    setAnonymousUserToken,
    saveTokenAsCookie,
    setUserToken: (token: unknown) => set(user, token),
    setAuthenticatedUserToken: (token: unknown) => set(account, token),
    getUserToken: user.get,
    getAuthenticatedUserToken: account.get,
    onUserTokenChange: user.on,
    onAuthenticatedUserTokenChange: account.on,
    addAlgoliaAgent(agent: string) {
      if (!agents.includes(agent)) agents.push(agent);
    },
    getVersion(callback: unknown) {
      if (typeof callback === 'function') callback(getVersion());
      return getVersion();
    },
  };
}

/** A client: its methods are those that `aa` calls by name. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every method
export class AlgoliaAnalytics {
  /** The version of search-insights whose surface this is. */
  version: string = version;

  /** @param options.requestFn What carries events. @default `fetch`, so that delivery knows what became of a request */
  constructor({ requestFn }: { readonly requestFn?: RequestFnType | undefined } = {}) {
    Object.assign(
      this,
      createMethods(
        () => (requestFn ? transportOf(requestFn) : fetchTransport()),
        () => this.version,
      ),
    );
  }
}
export interface AlgoliaAnalytics extends InsightsMethods {}
