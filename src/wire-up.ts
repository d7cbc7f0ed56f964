import { checkUserToken, type TokenCheck } from '../machines/index.js';
import { fieldOf, tryCall } from '../machines/tolerant.js';
import { generateAnonymousToken } from './adapters/anonymous-token.js';
import { uuid } from './adapters/uuid.js';
import { createDelivery, type DeliveryPorts } from './delivery/create-delivery.js';
import { emitter } from './emitter.js';
import { type EventKind, eventMethods } from './events/event-methods.js';
import { eventFreezer } from './events/freeze-event.js';
import type { Dropped, DropReason, Receipt } from './events/receipt.types.js';
import { createIdentity, type IdentityPorts } from './identity/create-identity.js';
import type { followTabs } from './identity/follow-tabs.js';
import type { UserTokenClient, UserTokenEvent, UserTokenSnapshot } from './user-token.types.js';
import type { createWarnings } from './warnings.js';

const defaults = {
  random: Math.random,
  generateToken: generateAnonymousToken,
  batchWindowMs: 250,
  requestTimeoutMs: 30_000,
  maxEventAgeMs: 2_592_000_000,
};

type IdentityWiring = Pick<
  IdentityPorts,
  'clock' | 'consent' | 'strategy' | 'onLogout' | 'tokenStore' | 'storesUser' | 'inspect'
>;
type DeliveryWiring = Pick<DeliveryPorts, 'url' | 'outbox' | 'transport' | 'page'>;
type Choices = Pick<IdentityPorts & DeliveryPorts, keyof typeof defaults>;

/** What an instance is wired to. */
export interface Wiring extends IdentityWiring, DeliveryWiring, Partial<Choices> {
  /** Takes the place of the guard against personal data. */
  readonly checkToken?: ((token: string) => boolean) | undefined;
  readonly warnings: ReturnType<typeof createWarnings>;
  /** What keeps the identity in step with other pages. @default nothing does */
  readonly follow?: (identity: ReturnType<typeof createIdentity>) => ReturnType<typeof followTabs>;
}

/** Starts both machines, each wired to its ports and to the other. */
export function wireUp(wiring: Wiring): UserTokenClient {
  const settings = { ...defaults, ...wiring };
  const { clock, page, warnings, follow } = settings;
  const { post, postError: onError } = warnings;
  const isPrerendering = () => tryCall(() => page.isPrerendering?.(), onError);
  /** Whether consent is granted and waits for the visit that a prerendered page may never have. */
  let isGrantDue = settings.consent === 'granted' && isPrerendering();
  const events = emitter<UserTokenEvent | { readonly type: 'change'; readonly snapshot: UserTokenSnapshot }>(onError);
  const checkToken = (token: unknown) => checkUserToken(token, settings.checkToken);

  const identity = createIdentity({
    ...settings,
    isGrantDue,
    checkToken,
    generateToken: () => tryCall(settings.generateToken, onError) ?? generateAnonymousToken(),
    onError,
    during: events.during,
  });
  const { send } = identity.actor;
  const delivery = createDelivery({
    ...settings,
    isGranted: identity.isGranted,
    hasListeners: events.hasListeners,
    onEnd: events.emit,
    onTrouble: post,
    onError,
  });
  let snapshot = identity.view();
  const others = follow?.(identity);

  /** Has delivery do what is decided: a denial drops what waits and what earlier pages left. */
  function obeyConsent(): void {
    if (snapshot.consent === 'denied') delivery.actor.send({ type: 'consent.deny' });
    if (snapshot.consent === 'granted') delivery.open();
  }

  identity.actor.subscribe(() => {
    const before = snapshot;
    const now = identity.view();
    const isChanged = (key: keyof UserTokenSnapshot) => now[key] !== before[key];
    if (!(Object.keys(now) as (keyof UserTokenSnapshot)[]).some(isChanged)) return;
    snapshot = now;
    if (isChanged('consent')) {
      isGrantDue = false;
      if (now.consent === 'granted') delivery.actor.send({ type: 'consent.grant' });
      obeyConsent();
    }
    tryCall(() => others?.tell(isChanged('consent')), onError);
    // The machine emits a change with each login; under a denial it puts no other token in force.
    if (isChanged('token') || isChanged('authenticatedToken')) {
      events.emit({ type: 'tokenChanged', ...identity.tokens() });
    }
    events.emit({ type: 'change', snapshot: now });
  });
  identity.actor.on('tokenRejected', (event) => {
    post('token-rejected', event.reason, event.message);
    events.emit(event);
  });

  function grant(): void {
    isGrantDue = isPrerendering();
    if (!isGrantDue) send({ type: 'consent.grant' });
  }

  const leavePage = page.subscribe((event) => {
    if (event === 'activated') {
      if (!isGrantDue) return;
      identity.arrive();
      return grant();
    }
    if (event === 'restored') {
      tryCall(() => others?.open(true), onError);
      identity.reread();
      if (snapshot.consent === 'granted') delivery.open();
    }
    delivery.onPage(event);
    if (event === 'exit') {
      identity.leave();
      tryCall(() => others?.close(), onError);
    }
  });

  let isDisposed = false;
  let tracked = 0;
  const idPrefix = `${uuid()}-`;
  const freeze = eventFreezer({
    clock,
    tokens: identity.tokens,
    checkToken,
    createId: () => idPrefix + ++tracked,
    onSuspect: (field) => post('event-suspect', field),
  });

  const refuse = (reason: DropReason): Promise<Dropped> => Promise.resolve({ status: 'dropped', reason });

  // Not async: that would cost each event two promises more.
  function track(event: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (isDisposed) return refuse('disposed');
    if (snapshot.consent === 'denied') return refuse('opted-out');
    const { entries, dropped } = freeze(event, kind);
    if (dropped) {
      post('event-dropped', dropped.reason, dropped.field, dropped.message);
      return Promise.resolve(dropped);
    }
    // Only an outbox of the application's own can throw here.
    return tryCall(delivery.enqueue, onError, entries) ?? refuse('error-contained');
  }

  function sync(id: unknown): TokenCheck {
    send({ type: 'identity.sync', token: id });
    return id === null ? { ok: true, token: snapshot.token ?? '' } : checkToken(id);
  }
  obeyConsent();
  tryCall(() => others?.open(), onError);
  if (snapshot.consent === 'denied') tryCall(() => others?.tell(true), onError);

  return {
    ...eventMethods(track),
    get token() {
      return snapshot.token;
    },
    get authenticatedToken() {
      return snapshot.authenticatedToken;
    },
    get state() {
      return snapshot.state;
    },
    consent: {
      get state() {
        return snapshot.consent;
      },
      grant,
      deny() {
        isGrantDue = false;
        send({ type: 'consent.deny' });
      },
    },
    login(id) {
      send({ type: 'identity.login', token: id });
      return checkToken(id);
    },
    logout: () => send({ type: 'identity.logout' }),
    sync,
    track: (event) => track(event),
    getSnapshot: () => snapshot,
    subscribe: (listener) => events.on('change', ({ snapshot }) => listener(snapshot)),
    on: events.on,
    async flush(options) {
      const timeoutMs = fieldOf(options, 'timeoutMs');
      return !isDisposed && delivery.flush(typeof timeoutMs === 'number' && timeoutMs < 2 ** 31 ? timeoutMs : 5_000);
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      leavePage();
      tryCall(() => others?.close(), onError);
      delivery.stop();
      identity.actor.stop();
      events.clear();
    },
    identity: identity.actor,
    delivery: delivery.actor,
  };
}
