import { checkUserToken, isAnonymousToken, type TokenCheck } from '../machines/index.js';
import { tryCall } from '../machines/try-call.js';
import { generateAnonymousToken } from './adapters/anonymous-token.js';
import { cookieTokenStore } from './adapters/cookie-token-store.js';
import { fetchTransport } from './adapters/fetch-transport.js';
import { memoryOutbox } from './adapters/memory-outbox.js';
import { memoryTokenStore } from './adapters/memory-token-store.js';
import { pageLifecycle } from './adapters/page-lifecycle.js';
import { isServer, pageWindow } from './adapters/platform.js';
import { confirmedOutbox, relayTransport, withId } from './adapters/relay.js';
import { storageOutbox } from './adapters/storage-outbox.js';
import { broadcastTabs } from './adapters/tabs.js';
import { isRandomStrong, uuid } from './adapters/uuid.js';
import { localStorageOf } from './adapters/web-storage.js';
import { checkOptions } from './check-options.js';
import type { UserTokenClient, UserTokenEvent, UserTokenSnapshot } from './client.types.js';
import { createConsent, obeyConsent } from './consent.js';
import { contain } from './contain.js';
import { defaults, flushTimeoutMs } from './defaults.js';
import { createDelivery } from './delivery/delivery.js';
import { flush } from './delivery/flush.js';
import { outcomeOf } from './delivery/outcome.js';
import { followPage } from './delivery/page-exit.js';
import { createEmitter } from './emitter.js';
import { type EventKind, eventMethods } from './events/event-methods.js';
import { eventsUrl, relayUrl } from './events/events-url.js';
import type { DropReason, Receipt } from './events/receipt.types.js';
import { toEntries } from './events/to-entries.js';
import { fieldOf } from './field-of.js';
import { createIdentity } from './identity/identity.js';
import { maskedInspect } from './masked-inspect.js';
import type { RelayedOptions, UserTokenOptions } from './options.types.js';
import { readonlyActor } from './readonly-actor.js';
import { createWarnings } from './warnings.js';
import { withDefaults } from './with-defaults.js';

/** Creates a client that knows the current visitor and delivers their events. Create one for each application on a page; on
 * a server, use `createUserTokenServer` of `usertoken/server`.
 * @throws TypeError that names the option at fault and what would be right. Nothing throws later. */
export function createUserToken(options: UserTokenOptions | RelayedOptions): UserTokenClient {
  checkOptions(options as UserTokenOptions);
  const settings = withDefaults(options as UserTokenOptions, defaults);
  const { relay, appId, clock, cookie, remember, batchWindowMs, requestTimeoutMs, maxEventAgeMs } = settings;
  const warnings = createWarnings(settings.onWarning);
  const { post: warn, postError: onError } = warnings;
  const events = createEmitter<UserTokenEvent | { readonly type: 'change'; readonly snapshot: UserTokenSnapshot }>(
    onError,
  );
  const inspect = settings.inspect && maskedInspect(settings.inspect, onError);

  const ported = <Port extends object>(given: Port | undefined, create: () => Port): Port =>
    given ? contain(given, onError) : create();
  const page = ported(settings.page, pageLifecycle);
  const tabs = ported(settings.tabs, () => broadcastTabs(`usertoken:${appId}`));
  const tokenStore = ported(settings.tokenStore, () =>
    cookie === false
      ? memoryTokenStore()
      : cookieTokenStore(cookie, {
          document: pageWindow()?.document,
          isPersistent: remember === 'device',
          onTrouble: warn,
        }),
  );
  const allOutbox = ported(settings.outbox, () =>
    cookie === false || !localStorageOf() ? memoryOutbox() : storageOutbox({ appId, clock }),
  );
  const anyTransport = ported(settings.transport, () =>
    // A relay gets the site's cookies: it learns who is logged in, and renews the anonymous token.
    fetchTransport({ now: clock.now, credentials: relay ? 'include' : undefined }),
  );
  const outbox = relay ? confirmedOutbox(allOutbox) : allOutbox;
  const transport = relay ? relayTransport(anyTransport) : anyTransport;

  if (!isRandomStrong()) warn('weak-randomness');
  const checkToken = (token: unknown) => checkUserToken(token, settings.checkToken);
  /** Checks an id once, where it comes in. */
  function accept(id: unknown): TokenCheck {
    const check = checkUserToken(id, settings.checkToken);
    if (check.ok) return check;
    const { ok, ...rejection } = check;
    warn('token-rejected', rejection.reason, rejection.message);
    events.emit({ type: 'tokenRejected', ...rejection });
    return check;
  }
  function generateToken(): string {
    const token = tryCall(settings.generateToken, onError);
    if (isAnonymousToken(token)) return token;
    if (token) warn('token-foreign', 'generateToken');
    return generateAnonymousToken();
  }

  const consent = createConsent({
    consent: settings.consent,
    page,
    decide: (decision) => (decision === 'granted' ? identity.grant() : identity.deny()),
  });
  const user = settings.user == null ? settings.user : accept(settings.user);
  const identity = createIdentity({
    ...settings,
    startConsent: consent.start,
    user: user && (user.ok ? user.token : undefined),
    generateToken,
    checkToken,
    storesUser: remember !== 'page',
    sharesTokens: remember !== 'page' && (cookie !== false || settings.tokenStore !== undefined),
    tokenStore,
    tabs,
    inspect,
    batch: events.batch,
  });
  let snapshot = snapshotNow();
  const delivery = createDelivery({
    batchWindowMs,
    requestTimeoutMs,
    maxEventAgeMs,
    url: relay ? relayUrl(relay, appId) : eventsUrl(settings),
    onWire: relay ? withId : undefined,
    outbox,
    transport,
    clock,
    inspect,
    page,
    random: () => tryCall(settings.random, onError) ?? 1,
    isAwaitingConsent: () => snapshot.consent !== 'granted',
    onSettled(entry, receipt) {
      const outcome = outcomeOf(entry, receipt, events.hasListeners);
      if (outcome) events.emit(outcome);
    },
    onTrouble: warn,
    onError,
  });
  const stopFollowing = followPage({
    page,
    delivery,
    outbox,
    identity,
    isGranted: () => snapshot.consent === 'granted',
    onVisit() {
      if (!consent.isGrantDue()) return;
      identity.arrive();
      consent.grant();
    },
  });

  function snapshotNow(): UserTokenSnapshot {
    const { value, context } = identity.actor.getSnapshot();
    const { token, authenticatedToken } = context;
    return { token, authenticatedToken, state: value.visitor, consent: value.consent };
  }
  identity.actor.on('tokenChanged', events.emit);
  identity.actor.subscribe(() => {
    const before = snapshot;
    const now = snapshotNow();
    if (`${Object.values(now)}` === `${Object.values(before)}`) return;
    snapshot = now;
    if (now.consent !== before.consent) {
      consent.settle();
      obeyConsent(now.consent, delivery);
    }
    events.emit({ type: 'change', snapshot });
  });
  obeyConsent(snapshot.consent, delivery);

  const isOnServer = !settings.page && isServer();
  function follow(id: unknown, change: (token: string) => void): TokenCheck {
    const check = accept(id);
    if (!check.ok) return check;
    const { identifiedToken } = identity.actor.getSnapshot().context;
    // One account follows another where requests share this instance.
    if (isOnServer && identifiedToken && identifiedToken !== check.token) warn('shared-instance');
    change(check.token);
    return check;
  }

  let isDisposed = false;
  let tracked = 0;
  const idPrefix = `${uuid()}-`;
  const drop = (reason: DropReason): Promise<Receipt> => Promise.resolve({ status: 'dropped', reason });

  // Not async: that would cost each event two promises more.
  function track(event: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (isDisposed) return drop('disposed');
    if (snapshot.consent === 'denied') return drop('opted-out');
    identity.refresh();
    tracked += 1;
    const { entries, warnings, dropped } = toEntries(event, kind, {
      tokens: snapshot,
      checkToken,
      id: idPrefix + tracked,
      now: Math.floor(clock.now()),
      monotonicNow: clock.monotonicNow(),
    });
    if (dropped) {
      warn('event-dropped', dropped.reason, dropped.field, dropped.message);
      return Promise.resolve(dropped);
    }
    for (const field of warnings) warn('event-suspect', field);
    return delivery.add(entries);
  }

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
      grant: consent.grant,
      deny: consent.deny,
    },
    login: (id) => follow(id, identity.login),
    logout: identity.logout,
    sync(id) {
      if (id === null) identity.sync(null);
      return id == null ? { ok: true, token: snapshot.token ?? '' } : follow(id, identity.sync);
    },
    track: (event) => track(event),
    getSnapshot: () => snapshot,
    subscribe(listener) {
      const leave = events.on('change', ({ snapshot }) => listener(snapshot));
      tryCall(listener, onError, snapshot);
      return leave;
    },
    on: events.on,
    async flush(options) {
      const timeoutMs = fieldOf(options, 'timeoutMs');
      const isTimeout = typeof timeoutMs === 'number' && timeoutMs < 2 ** 31;
      return !isDisposed && flush(delivery, outbox, isTimeout ? timeoutMs : flushTimeoutMs);
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      stopFollowing();
      delivery.dispose();
      identity.stop();
      events.clear();
    },
    identity: readonlyActor(identity.actor),
    delivery: readonlyActor(delivery.actor),
  };
}
