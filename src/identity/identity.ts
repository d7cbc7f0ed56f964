import type {
  Consent,
  IdentityContext,
  IdentityEvent,
  OnLogout,
  StoredTokens,
  Strategy,
} from '../../machines/index.js';
import { needsFreshToken } from '../../machines/index.js';
import type { StartedIdentity } from '../actor.types.js';
import type { Clock, Tabs } from '../adapters/ports.js';
import { startIdentity } from '../charts.js';
import { readTokens, type StoredTokensPorts, validTokens, writeTokens } from './stored-tokens.js';
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

/** Runs the identity machine: connects its actions to the token store, adds fresh tokens to its events, and keeps it in step with
 * other tabs. Every token that comes in here has been checked. */
export function createIdentity(ports: IdentityPorts) {
  const { clock, consent, user, strategy, onLogout, generateToken, tabs, batch, storesUser, checkToken } = ports;
  /** What the store showed when this page looked last. */
  let seen: StoredTokens = {};
  /** Looks at the store. Returns whether it shows something new. */
  function look(): boolean {
    const before = seen;
    seen = readTokens(ports);
    return seen.anonymousToken !== before.anonymousToken || seen.identifiedToken !== before.identifiedToken;
  }
  function store({ context }: { readonly context: IdentityContext }): void {
    writeTokens(ports, context);
    // A store may show something else: a cookie that the server manages is not written.
    look();
  }
  if (consent === 'granted') look();
  const found = validTokens(seen, checkToken);
  const freshAnonymousToken =
    found.anonymousToken && !(onLogout === 'renew' && found.identifiedToken) ? undefined : generateToken();
  let hasLooked = false;

  const actor: StartedIdentity = startIdentity({
    input: {
      ...found,
      user,
      consent: ports.startConsent,
      strategy,
      onLogout,
      freshAnonymousToken,
    },
    // Tokens are checked before they come here, once.
    guards: { isUserToken: () => true },
    actions: {
      remember: store,
      erase: () => ports.tokenStore.erase(),
    },
    clock,
    inspect: ports.inspect,
  });
  const now = () => actor.getSnapshot();
  const send = (event: IdentityEvent) => batch(() => actor.send(event));
  const fresh = () => (needsFreshToken(now().context) ? generateToken() : undefined);

  const others = createTabSync({
    tabs,
    clock,
    sharesTokens: ports.sharesTokens,
    now,
    onState(state) {
      send({ type: 'tabs.changed', state });
      if (now().value.consent === 'granted') look();
    },
    // Two pages of a new visitor have each made a token. Neither may have seen the other's in the store, and Firefox may even
    // show each of them the other's: the lesser one stands.
    onFresh(state) {
      const { value, context } = now();
      const own = context.anonymousToken;
      if (!own || own !== freshAnonymousToken || value.visitor !== 'anonymous') return;
      if (state.anonymousToken > own) return others.postFresh();
      send({ type: 'tabs.changed', state });
      store(now());
    },
    onDenial: () => send({ type: 'consent.deny' }),
    onOverwritten(state) {
      if (state) send({ type: 'tabs.changed', state });
      if (now().value.consent === 'granted') store(now());
    },
  });
  others.open();
  // The application knows another user than the one that was stored.
  const isNewUser = user !== undefined && found.identifiedToken !== now().context.identifiedToken;
  if (now().value.consent === 'denied' || isNewUser) others.post(true);
  else if (!found.anonymousToken) others.postFresh();

  /** Follows the stored tokens if another page changed them since this one looked last: a page of another sub-domain posts
   * no message here. A store that this page alone writes says nothing new. */
  function refresh(): void {
    const { value, context } = now();
    if (value.consent !== 'granted' || !others.isSettled() || !look()) return;
    const stored = validTokens(seen, checkToken);
    const identifiedToken = storesUser ? stored.identifiedToken : context.identifiedToken;
    const anonymousToken = stored.anonymousToken ?? context.anonymousToken;
    const visitor = identifiedToken ? 'identified' : context.identifiedToken ? 'loggedOut' : value.visitor;
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
      if (now().value.consent === 'granted') return;
      look();
      send({ type: 'consent.grant', stored: validTokens(seen, checkToken), freshAnonymousToken: fresh() });
      others.post(true);
    },

    deny(): void {
      if (now().value.consent === 'denied') return;
      send({ type: 'consent.deny' });
      others.post(true);
    },

    /** The visit of a prerendered page begins: another account may be stored by now. */
    arrive(): void {
      const { identifiedToken } = now().context;
      const token = validTokens(readTokens(ports), checkToken).identifiedToken ?? null;
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
