import type {
  Consent,
  IdentityContext,
  IdentityEvent,
  OnLogout,
  StoredTokens,
  Strategy,
  TabState,
} from '../../machines/index.js';
import { needsFreshToken } from '../../machines/index.js';
import type { StartedIdentity } from '../actor.types.js';
import type { Clock, Tabs } from '../adapters/ports.js';
import { startIdentity } from '../charts.js';
import { readTokens, type StoredTokensPorts, writeTokens } from './stored-tokens.js';
import { createTabSync, settleMs } from './tab-sync.js';

/** What the identity works with. */
export interface IdentityPorts extends StoredTokensPorts {
  readonly clock: Clock;
  /** The visitor's choice as the application gave it: whether stored tokens may be read. */
  readonly consent: Consent;
  /** What is in force at the start: a prerendered page begins `pending`. */
  readonly startConsent: Consent;
  /** The account's id, checked, or `null` for nobody. */
  readonly user: string | null | undefined;
  readonly strategy?: Strategy | undefined;
  readonly onLogout?: OnLogout | undefined;
  readonly generateToken: () => string;
  readonly tabs: Tabs;
  readonly sharesTokens: boolean;
  readonly inspect?: unknown;
  /** Runs an effect, then notifies listeners of what it led to. */
  readonly batch: (effect: () => void) => void;
}

/** Runs the identity machine: the token store behind its actions, fresh tokens in its events, other tabs beside it. Every
 * token that comes in here has been checked. */
export function createIdentity(ports: IdentityPorts) {
  const { clock, consent, user, strategy, onLogout, generateToken, tabs, batch, storesUser } = ports;
  /** The stored tokens when this page looked last. */
  let seen: string | undefined;
  function look(): StoredTokens {
    const stored = readTokens(ports);
    seen = JSON.stringify(stored);
    return stored;
  }
  function store(context: IdentityContext): void {
    writeTokens(ports, context);
    // A store may show something else: a cookie that the server manages is not written.
    look();
  }
  const found: StoredTokens = consent === 'granted' ? look() : {};
  let hasLooked = false;

  const actor: StartedIdentity = startIdentity({
    input: {
      ...found,
      user,
      consent: ports.startConsent,
      strategy,
      onLogout,
      freshAnonymousToken:
        found.anonymousToken && !(onLogout === 'renew' && found.identifiedToken) ? undefined : generateToken(),
    },
    // Tokens are checked before they come here, once.
    guards: { isUserToken: () => true },
    actions: {
      remember: ({ context }) => store(context),
      erase: () => ports.tokenStore.erase(),
    },
    clock,
    inspect: ports.inspect,
  });
  const contextNow = () => actor.getSnapshot().context;
  const consentNow = () => actor.getSnapshot().value.consent;
  const send = (event: IdentityEvent) => batch(() => actor.send(event));
  const fresh = () => (needsFreshToken(contextNow()) ? generateToken() : undefined);

  function tabState(): TabState | undefined {
    const { anonymousToken, identifiedToken } = contextNow();
    if (consentNow() !== 'granted' || !anonymousToken) return undefined;
    return { visitor: actor.getSnapshot().value.visitor, anonymousToken, identifiedToken };
  }
  const others = createTabSync({
    tabs,
    clock,
    sharesTokens: ports.sharesTokens,
    state: tabState,
    isDenied: () => consentNow() === 'denied',
    onState(state) {
      send({ type: 'tabs.changed', state });
      if (consentNow() === 'granted') look();
    },
    onDenial: () => send({ type: 'consent.deny' }),
    onOverwritten(state) {
      if (state) send({ type: 'tabs.changed', state });
      if (consentNow() === 'granted') store(contextNow());
    },
  });
  others.open();
  if (consentNow() === 'denied') others.post(true);
  // The application knows another user than the one that was stored.
  else if (user !== undefined && found.identifiedToken !== contextNow().identifiedToken) others.post(true);

  /** Follows the stored tokens if another page changed them since this one looked last: a page of another sub-domain posts
   * no message here. A store that this page alone writes says nothing new. */
  function refresh(): void {
    if (consentNow() !== 'granted' || !others.isSettled()) return;
    const before = seen;
    const stored = look();
    if (seen === before) return;
    const context = contextNow();
    const identifiedToken = storesUser ? stored.identifiedToken : context.identifiedToken;
    const anonymousToken = stored.anonymousToken ?? context.anonymousToken;
    const visitor = identifiedToken
      ? 'identified'
      : context.identifiedToken
        ? 'loggedOut'
        : actor.getSnapshot().value.visitor;
    if (anonymousToken) send({ type: 'tabs.changed', state: { visitor, anonymousToken, identifiedToken } });
    others.doubt();
  }
  let timer: unknown;
  const unsubscribe = ports.tokenStore.subscribe?.(() => {
    // A message may be on its way, which says more.
    timer ??= clock.setTimeout(() => {
      timer = undefined;
      refresh();
    }, settleMs);
  });

  /** What the application says, after what other pages have said. */
  function say(event: IdentityEvent): void {
    refresh();
    send({ ...event, freshAnonymousToken: fresh() } as IdentityEvent);
    others.post();
  }
  const sync = (token: string | null) => say({ type: 'identity.sync', token });

  return {
    actor,

    /** An event is about to be tracked: its tokens are those that are stored now. Reading cookies is slow, so of many events
     * in one run of script the first looks. */
    refresh(): void {
      if (hasLooked) return;
      hasLooked = true;
      queueMicrotask(() => {
        hasLooked = false;
      });
      refresh();
    },

    /** An account logged in. */
    login: (token: string) => say({ type: 'identity.login', token }),

    logout: () => say({ type: 'identity.logout' }),

    /** What the application knows now. */
    sync,

    grant(): void {
      if (consentNow() === 'granted') return;
      send({ type: 'consent.grant', stored: look(), freshAnonymousToken: fresh() });
      others.post(true);
    },

    deny(): void {
      if (consentNow() === 'denied') return;
      send({ type: 'consent.deny' });
      others.post(true);
    },

    /** The visit of a prerendered page begins: another account may be stored by now. */
    arrive(): void {
      const { identifiedToken } = contextNow();
      const token = readTokens(ports).identifiedToken ?? null;
      if (found.identifiedToken === identifiedToken && token !== (identifiedToken ?? null)) sync(token);
    },

    /** The page is left, for good or not. A page that listens in the back-forward cache loses its place there. */
    leave: () => others.close(),

    /** The page is back: other pages may have changed the stored tokens meanwhile. */
    comeBack(): void {
      others.open(true);
      refresh();
    },

    stop(): void {
      unsubscribe?.();
      clock.clearTimeout(timer);
      others.close();
      actor.stop();
    },
  };
}

/** See {@link createIdentity}. */
export type Identity = ReturnType<typeof createIdentity>;
