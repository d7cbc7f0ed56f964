import { createActor } from 'xstate';
import { type identityMachine, type OnLogout, type Strategy, type TokenCheck, tokensOf } from '../../machines/index.js';
import { tryCall } from '../../machines/tolerant.js';
import { type CookieOptions, cookieTokenStore } from '../adapters/cookie-token-store.js';
import type { InsightsEvent } from '../events/event.types.js';
import { type EventKind, eventMethods } from '../events/event-methods.js';
import { putTokens } from '../events/event-tokens.js';
import type { Dropped, Receipt } from '../events/receipt.types.js';
import { keepTokens, readTokens } from '../identity/stored-tokens.js';
import type { UserTokenClient } from '../user-token.types.js';
import type { createWarnings } from '../warnings.js';
import { dataScript } from './data-script.js';
import { type RequestLike, requestDocument } from './request-document.js';
import type { Hydration, KnownVisitor, ResponseLike, Visitor } from './server.types.js';

/** What all visitors of a server share. Nothing of it is about one of them. */
export interface VisitorPorts {
  readonly secure: boolean;
  readonly cookie: CookieOptions | false;
  /** What the application chose, for the machine and the page. */
  readonly choices: {
    readonly strategy?: Strategy;
    readonly remember?: 'session' | 'device' | 'page';
    readonly onLogout?: OnLogout;
  };
  readonly machine: typeof identityMachine;
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly generateToken: () => string;
  readonly warnings: ReturnType<typeof createWarnings>;
  readonly sender: () => UserTokenClient;
}

const setCookieHeader = 'Set-Cookie';

/** Runs the identity machine for the length of a request. */
export function createVisitor(ports: VisitorPorts, request: RequestLike, known: KnownVisitor): Visitor {
  const { machine, cookie, choices, checkToken, generateToken, warnings } = ports;
  const { strategy, onLogout } = choices;
  const { consent: asked, user } = Object(known) as KnownVisitor;
  const storesUser = choices.remember !== 'page';

  function openTokenStore() {
    const document = requestDocument(cookie ? request : '', ports.secure);
    const storesUser = choices.remember === 'device';
    const tokenStore = cookieTokenStore(cookie || {}, { document, storage: undefined, storesUser });
    return { tokenStore, document };
  }

  /** What a renewal needs. */
  const fresh = () => (onLogout === 'renew' ? { freshAnonymousToken: generateToken() } : {});
  const found =
    asked === 'granted' ? readTokens({ tokenStore: openTokenStore().tokenStore, storesUser, checkToken }) : undefined;
  const actor = createActor(machine, {
    input: {
      consent: asked,
      strategy,
      onLogout,
      ...(user === null ? { user, ...fresh() } : {}),
      ...found,
      anonymousToken: found?.anonymousToken ?? generateToken(),
    },
  }).start();
  const { consent } = actor.getSnapshot().value;
  const contextNow = () => actor.getSnapshot().context;
  const tokensNow = () => tokensOf(contextNow());

  /** A login, or what the application knows. */
  function take(type: 'identity.login' | 'identity.sync', token: unknown): TokenCheck {
    const check = checkToken(token);
    if (!check.ok) warnings.post('token-rejected', check.reason, check.message);
    actor.send({ type, token, ...fresh() });
    return check;
  }
  if (user != null) take('identity.sync', user);

  function drop(dropped: Omit<Dropped, 'status'>): Promise<Receipt> {
    const { reason, field, message } = dropped;
    if (reason !== 'opted-out') warnings.post('event-dropped', reason, field, message);
    return Promise.resolve({ status: 'dropped', ...dropped });
  }

  async function track(given: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (consent === 'pending') return drop({ reason: 'opted-out', message: 'consent is pending' });
    if (consent === 'denied') return drop({ reason: 'opted-out' });
    const tokens = tokensNow();
    // A copy as plain data first: what a toJSON leaves out can't take a token away later.
    const event = tryCall(() => JSON.parse(JSON.stringify(given))) as Record<string, unknown> | undefined;
    if (Object(event) !== event) return ports.sender().track(event as never);
    event!.eventType ??= kind.eventType;
    event!.eventSubtype ??= kind.eventSubtype;
    const wrong = putTokens(event!, tokens, checkToken);
    if (wrong) return drop({ reason: 'invalid-token', ...wrong });
    return ports.sender().track(event as unknown as InsightsEvent);
  }

  function setCookie(): readonly string[] {
    const { tokenStore, document } = openTokenStore();
    if (!cookie || consent === 'pending') return [];
    if (consent === 'denied') {
      tokenStore.erase();
      return document.setCookie;
    }
    keepTokens({ tokenStore, storesUser }, contextNow());
    return document.setCookie;
  }

  function applyTo(response: ResponseLike): boolean {
    const lines = setCookie();
    const taken = tryCall(() => {
      for (const line of lines) {
        if ('appendHeader' in response) response.appendHeader(setCookieHeader, line);
        else ('headers' in response ? response.headers : response).append(setCookieHeader, line);
      }
      return true;
    }, warnings.postError);
    return taken === true;
  }

  function hydration(): Hydration {
    const { anonymousToken, identifiedToken } = contextNow();
    const knownUser = identifiedToken ?? (user === null ? null : undefined);
    return {
      ...choices,
      consent,
      // While consent is pending the server sets no cookie: after a grant script does, until the next request.
      cookie: cookie && { ...cookie, server: consent === 'granted' },
      ...(anonymousToken ? { anonymousToken } : {}),
      ...(knownUser === undefined ? {} : { user: knownUser }),
    };
  }

  return {
    ...eventMethods(track),
    get token() {
      return tokensNow().userToken;
    },
    get authenticatedToken() {
      return tokensNow().authenticatedUserToken;
    },
    get state() {
      return actor.getSnapshot().value.visitor;
    },
    consent,
    login: (id) => take('identity.login', id),
    logout: () => actor.send({ type: 'identity.logout', ...fresh() }),
    track: (event) => track(event),
    get setCookie() {
      return setCookie();
    },
    applyTo,
    get hydration() {
      return hydration();
    },
    get script() {
      return dataScript('usertoken', hydration());
    },
  };
}
