import { typeOf } from './event-methods.js';
import { eventPlanner } from './expected-events.js';
import { awaitInit, cacheIn, hasCredentials, type Situation, tokenOf } from './situation.js';
import type { Fields } from './steps.types.js';

/** A call by a method's name, with its events as they came. */
interface Named {
  readonly method: string;
  readonly originals: readonly Fields[];
}

/** The event without what the method's name says. */
function untyped(event: Fields, { method, originals }: Named, at: number): Fields {
  const said = Object.keys(typeOf(method)).filter((field) => !(field in originals[at]!));
  return Object.fromEntries(Object.entries(event).filter(([field]) => !said.includes(field)));
}

/** Methods that note which search an object was found by. */
const isNoting = /^(clickedObjectIDsAfterSearch|addedToCart)/;

/** The methods that send, as they are to be. */
export function expectedSends(situation: Situation) {
  const { hit, invoke, out, world } = situation;
  const planEvent = eventPlanner(hit);

  /** Whether all that search-insights would note of a call is noted here too. */
  function isNotedAlike(method: string, { objectIDs, queryID }: Fields): boolean {
    return !isNoting.test(method) || (Array.isArray(objectIDs) && (!method.startsWith('clicked') || !!queryID));
  }

  /** Notes searches as the methods do that note them, without sending anything. */
  function note({ method, originals }: Named, headers?: unknown): void {
    if (!isNoting.test(method)) return;
    for (const { objectIDs, queryID } of originals) {
      if (!Array.isArray(objectIDs)) hit('no-throw');
      else if (!queryID && method.startsWith('clicked')) hit('empty-query');
    }
    try {
      out.muted(() => invoke(method, [...originals.filter((event) => isNotedAlike(method, event)), { headers }]));
    } catch {
      // Without credentials it ends there, which is what is wanted.
    }
  }

  /** Before `init` nobody knows whether anything may be stored: what is noted waits for it. */
  function send(method: string, args: readonly unknown[]): unknown {
    if (situation.isInitialized || !isNoting.test(method)) return sendAll(method, args);
    const text = world.cache();
    const before = cacheIn(situation);
    const value = sendAll(method, args);
    if (world.cache() === text) return value;
    hit('waits-for-init');
    for (const [name, entry] of Object.entries(cacheIn(situation))) {
      if (JSON.stringify(entry) !== JSON.stringify(before[name])) situation.early[name] = entry;
    }
    world.setCache(text);
    return value;
  }

  /** @param args Of the method named. */
  function sendAll(method: string, args: readonly unknown[]): unknown {
    if (method === 'sendEvents') {
      const [events, params] = args;
      if (!Array.isArray(events) && !situation.settings.userHasOptedOut) hit('no-throw');
      return sendNow(Array.isArray(events) ? events : [], params);
    }
    const originals: Fields[] = [];
    let params: unknown;
    for (const arg of args) {
      if (typeof arg === 'object' && arg !== null && 'index' in arg) originals.push(arg as Fields);
      else params = arg;
      if (typeof arg !== 'object' || arg === null) hit('no-throw');
    }
    const typed = originals.map((event) => ({ ...typeOf(method), ...event }));
    return sendNow(typed, params, { method, originals });
  }

  function sendNow(events: readonly unknown[], params: unknown, named?: Named): unknown {
    if (situation.settings.userHasOptedOut) return invoke('sendEvents', [[]]);
    const given = params as { headers?: Record<string, unknown>; inferQueryID?: unknown } | null | undefined;
    const headers = given?.headers;
    if (!hasCredentials(situation) && !(headers?.['X-Algolia-Application-Id'] && headers?.['X-Algolia-API-Key'])) {
      if (named) note(named);
      return defer(events, params);
    }
    if (headers === null) hit('no-throw');

    if (!tokenOf(situation) && situation.settings.anonymousUserToken) invoke('setAnonymousUserToken', [true]);
    const moment = { now: world.now(), userToken: tokenOf(situation) };
    const plans = events.map((event) => planEvent(event, moment));
    const sendable = plans.flatMap(({ event, changes: changed }) => {
      if (!event) return [];
      out.change(event.tag, changed);
      return [event];
    });
    const encoded = encodedHeaders(headers ?? {});
    const allParams = { headers: encoded, inferQueryID: given?.inferQueryID };
    const isWhole =
      sendable.length === events.length && named?.originals.every((each) => isNotedAlike(named.method, each));
    if (named && !isWhole) note(named, encoded);
    const value =
      named && isWhole
        ? invoke(named.method, [...sendable.map((event, at) => untyped(event, named, at)), allParams])
        : invoke('sendEvents', [sendable, allParams]);
    const isFine = plans.every((plan) => plan.isFine);
    return Promise.resolve(value).then((result) => {
      if (!isFine) return false;
      return sendable.length === 0 && plans.length > 0 ? true : result;
    });
  }

  /** The address, which search-insights writes as it is. */
  function encodedHeaders(headers: Record<string, unknown>): Record<string, string> {
    const all = Object.entries({
      'X-Algolia-Application-Id': situation.settings.appId,
      'X-Algolia-API-Key': situation.settings.apiKey,
    });
    const encoded: Record<string, string> = {};
    for (const [name, value] of [...all, ...Object.entries(headers)]) {
      if (value === null || value === undefined) continue;
      encoded[name] = encodeURIComponent(String(value));
      if (encoded[name] !== value) hit('request');
    }
    return encoded;
  }

  /** Keeps a call for later, with the time and the tokens of now. */
  function defer(events: readonly unknown[], params: unknown): Promise<unknown> {
    hit('waits-for-init');
    const now = world.now();
    const user = tokenOf(situation);
    const account = tokenOf(situation, 'AuthenticatedUserToken');
    const kept = events.map((given) => {
      const event = { ...(given as Record<string, unknown>) };
      event.timestamp ??= now;
      event.userToken ??= user || undefined;
      event.authenticatedUserToken ??= account || undefined;
      // A caller may change it before it is sent.
      delete event.toJSON;
      return JSON.parse(JSON.stringify(event)) as Fields;
    });
    return new Promise((resolve) => {
      awaitInit(
        situation,
        () => resolve(sendNow(kept, params)),
        () => resolve(false),
      );
    });
  }

  return send;
}
