import { createActor } from 'xstate';
import {
  type IdentityEvent,
  identityMachine,
  needsFreshToken,
  type OnLogout,
  type StoredTokens,
  type Strategy,
  type TokenCheck,
  type Tokens,
} from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { type CookieOptions, cookieTokenStore } from '../adapters/cookie-token-store.js';
import { readCookies } from '../adapters/cookies.js';
import { cookieDefaults } from '../defaults.js';
import { type EventKind, eventMethods } from '../events/event-methods.js';
import type { Receipt } from '../events/receipt.types.js';
import { fieldOf } from '../field-of.js';
import { readTokens, validTokens, writeTokens } from '../identity/stored-tokens.js';
import type { createWarnings } from '../warnings.js';
import { withDefaults } from '../with-defaults.js';
import { dataScript } from './data-script.js';
import { type RequestLike, readRequest } from './read-request.js';
import { requestDocument } from './request-document.js';
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
  const { consent: asked, user: account } = Object(known) as KnownVisitor;
  // Cookie libraries give '' for a cookie that was deleted.
  const user = account === '' ? null : account;
  const storesUser = choices.remember !== 'page';
  const site = { ...withDefaults(cookie || {}, cookieDefaults), secure: ports.secure };
  const read = readRequest(cookie ? request : '', site);

  function openTokenStore(cookies: string) {
    const document = requestDocument(cookies, read.location);
    const isPersistent = choices.remember === 'device';
    const options = read.renewal === 'all' ? cookie || {} : { ...cookie, renew: false };
    const tokenStore = cookieTokenStore(options, { document, isPersistent, onTrouble: warnings.post });
    return { tokenStore, document };
  }

  /** Checks an id once, where it comes in. */
  function accept(id: unknown): TokenCheck {
    const check = checkToken(id);
    if (!check.ok) warnings.post('token-rejected', check.reason, check.message);
    return check;
  }

  /** Why the browser may have an anonymous token all the same, which no answer to this request may overwrite. */
  let hiddenBy = read.hiddenBy;
  /** Reads the cookies, which only consent allows. */
  function look(): StoredTokens {
    const { tokenStore } = openTokenStore(read.cookies);
    const stored = validTokens(readTokens({ tokenStore, storesUser }), checkToken);
    if (stored.anonymousToken) hiddenBy = undefined;
    else if (hiddenBy) warnings.post('cookies-hidden', hiddenBy);
    return stored;
  }
  let found = asked === 'granted' ? look() : {};
  /** Whether the application has said something new about the account, or about anything. */
  let hasNewUser = false;
  let hasNews = false;

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
  const consentNow = () => actor.getSnapshot().value.consent;
  const contextNow = () => actor.getSnapshot().context;
  const fresh = () => (needsFreshToken(contextNow()) ? generateToken() : undefined);
  const send = (event: IdentityEvent) => actor.send(event);

  /** Where the anonymous token is hidden, all that is known is the account. */
  function tokensNow(): Tokens {
    const { token, authenticatedToken, identifiedToken } = contextNow();
    return { token: (hiddenBy && token && identifiedToken) ?? token, authenticatedToken };
  }

  function track(event: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (consentNow() === 'denied') return Promise.resolve({ status: 'dropped', reason: 'opted-out' });
    if (consentNow() === 'pending') {
      return Promise.resolve({ status: 'dropped', reason: 'opted-out', message: 'consent is pending' });
    }
    if (hiddenBy && contextNow().identifiedToken === undefined && fieldOf(event, 'userToken') == null) {
      return Promise.resolve({
        status: 'dropped',
        reason: 'invalid-token',
        field: 'userToken',
        message: 'the request shows no cookies: pass the account as "user"',
      });
    }
    return ports.track(event, kind, tokensNow());
  }

  /** The request's cookies. Those that may be hidden count as there, so that what removes them removes them unseen. */
  function cookiesToChange(): string {
    const { name, userName, secure } = site;
    const names = [name, userName, ...(secure ? [`__Host-${userName}`] : [])];
    const hidden = names.filter((each) => hiddenBy && readCookies({ cookie: read.cookies }, each).length === 0);
    return [read.cookies, ...hidden.map((each) => `${each}=`)].join('; ');
  }

  /** An answer to a form writes nothing of what was true before it. */
  const mayWrite = () => read.renewal !== 'nothing' || hasNews;

  function setCookie(): readonly string[] {
    const consent = consentNow();
    if (!cookie || consent === 'pending') return [];
    const { tokenStore, document } = openTokenStore(cookiesToChange());
    const { identifiedToken } = contextNow();
    if (consent === 'denied') tokenStore.erase();
    else if (!hiddenBy && mayWrite()) writeTokens({ tokenStore, storesUser }, contextNow());
    else if (hasNewUser && identifiedToken && storesUser) tokenStore.write('identified', identifiedToken);
    else if (hasNewUser) tokenStore.remove('identified');
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
    const knownUser = identifiedToken ?? (user === null && !hiddenBy ? null : undefined);
    const consent = consentNow();
    const isKept = mayWrite() || found.anonymousToken === anonymousToken;
    return {
      ...choices,
      consent,
      // While consent is pending the server sets no cookie: after a grant script does, until the next request. Where cookies
      // are hidden from the server, the page sees them. The page takes the cookies' names from here.
      cookie: cookie && { ...cookie, server: consent === 'granted' && !hiddenBy && isKept, secure: ports.secure },
      ...(anonymousToken ? { anonymousToken } : {}),
      ...(knownUser === undefined ? {} : { user: knownUser }),
    };
  }

  return {
    ...eventMethods(track),
    get token() {
      return tokensNow().token;
    },
    get authenticatedToken() {
      return tokensNow().authenticatedToken;
    },
    get state() {
      return actor.getSnapshot().value.visitor;
    },
    get consent() {
      return consentNow();
    },
    setConsent(choice) {
      hasNews = true;
      if (choice !== 'granted') return send({ type: 'consent.deny' });
      if (consentNow() === 'granted') return;
      found = look();
      send({ type: 'consent.grant', stored: found, freshAnonymousToken: fresh() });
    },
    login(id) {
      const check = accept(id);
      if (check.ok) {
        hasNews = hasNewUser = true;
        send({ type: 'identity.login', token: check.token, freshAnonymousToken: fresh() });
      }
      return check;
    },
    logout() {
      hasNews = hasNewUser = true;
      send({ type: 'identity.logout', freshAnonymousToken: fresh() });
    },
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
