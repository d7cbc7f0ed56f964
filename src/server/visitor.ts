import { createActor } from 'xstate';
import {
  type IdentityEvent,
  identityMachine,
  needsFreshToken,
  type OnLogout,
  type Strategy,
  type TokenCheck,
  type Tokens,
} from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { type CookieOptions, cookieTokenStore } from '../adapters/cookie-token-store.js';
import { type EventKind, eventMethods } from '../events/event-methods.js';
import type { Receipt } from '../events/receipt.types.js';
import { readTokens, writeTokens } from '../identity/stored-tokens.js';
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
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly generateToken: () => string;
  readonly warnings: ReturnType<typeof createWarnings>;
  /** Sends an event under these tokens. */
  readonly track: (event: unknown, kind: EventKind, tokens: Tokens) => Promise<Receipt>;
}

const setCookieHeader = 'Set-Cookie';
/** Tokens are checked before the machine gets them, once. */
const machine = identityMachine.provide({ guards: { isUserToken: () => true } });

/** Runs the identity machine for the length of a request. */
export function createVisitor(ports: VisitorPorts, request: RequestLike, known: KnownVisitor): Visitor {
  const { cookie, choices, checkToken, generateToken, warnings } = ports;
  const { strategy, onLogout } = choices;
  const { consent: asked, user } = Object(known) as KnownVisitor;
  const storesUser = choices.remember !== 'page';

  function openTokenStore() {
    const document = requestDocument(cookie ? request : '', ports.secure);
    const isPersistent = choices.remember === 'device';
    const tokenStore = cookieTokenStore(cookie || {}, { document, storage: undefined, isPersistent });
    return { tokenStore, document };
  }

  /** Checks an id once, where it comes in. */
  function accept(id: unknown): TokenCheck {
    const check = checkToken(id);
    if (!check.ok) warnings.post('token-rejected', check.reason, check.message);
    return check;
  }

  const found =
    asked === 'granted' ? readTokens({ tokenStore: openTokenStore().tokenStore, storesUser, checkToken }) : {};
  const checked = user == null ? user : accept(user);
  const actor = createActor(machine, {
    input: {
      ...found,
      user: checked && (checked.ok ? checked.token : undefined),
      consent: asked,
      strategy,
      onLogout,
      freshAnonymousToken: generateToken(),
    },
  }).start();
  const { consent } = actor.getSnapshot().value;
  const contextNow = () => actor.getSnapshot().context;
  const fresh = () => (needsFreshToken(contextNow()) ? generateToken() : undefined);
  const send = (event: IdentityEvent) => actor.send(event);

  function track(event: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (consent === 'denied') return Promise.resolve({ status: 'dropped', reason: 'opted-out' });
    if (consent === 'pending') {
      return Promise.resolve({ status: 'dropped', reason: 'opted-out', message: 'consent is pending' });
    }
    return ports.track(event, kind, contextNow());
  }

  function setCookie(): readonly string[] {
    const { tokenStore, document } = openTokenStore();
    if (!cookie || consent === 'pending') return [];
    if (consent === 'denied') {
      tokenStore.erase();
      return document.setCookie;
    }
    writeTokens({ tokenStore, storesUser }, contextNow());
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
      return contextNow().token;
    },
    get authenticatedToken() {
      return contextNow().authenticatedToken;
    },
    get state() {
      return actor.getSnapshot().value.visitor;
    },
    consent,
    login(id) {
      const check = accept(id);
      if (check.ok) send({ type: 'identity.login', token: check.token, freshAnonymousToken: fresh() });
      return check;
    },
    logout: () => send({ type: 'identity.logout', freshAnonymousToken: fresh() }),
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
