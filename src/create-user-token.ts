import { checkUserToken, type TokenCheck } from '../machines/index.js';
import { attempt, fieldOf } from '../machines/tolerant.js';
import { generateAnonymousToken } from './adapters/anonymous-token.js';
import { cookieJar } from './adapters/cookie-jar.js';
import { fetchTransport } from './adapters/fetch-transport.js';
import { memoryJar } from './adapters/memory-jar.js';
import { memoryOutbox } from './adapters/memory-outbox.js';
import { pageLifecycle } from './adapters/page-lifecycle.js';
import { storageOutbox } from './adapters/storage-outbox.js';
import { systemClock } from './adapters/system-clock.js';
import { broadcastTabs } from './adapters/tabs.js';
import { uuid } from './adapters/uuid.js';
import { localStorageOf } from './adapters/web-storage.js';
import { createDelivery } from './delivery/create-delivery.js';
import { emitter } from './emitter.js';
import { type EventKind, eventMethods } from './events/event-methods.js';
import { eventFreezer } from './events/freeze-event.js';
import type { Dropped, DropReason, Receipt } from './events/receipt.types.js';
import { createIdentity } from './identity/create-identity.js';
import { followTabs } from './identity/follow-tabs.js';
import { maskedInspect } from './masked-inspect.js';
import { noticeBoard } from './notices.js';
import { checkOptions, eventsUrl, type UserTokenOptions } from './options.js';
import type { UserToken, UserTokenEvent, UserTokenSnapshot } from './user-token.types.js';

const defaults = {
  clock: systemClock,
  remember: 'session',
  random: Math.random,
  generateToken: generateAnonymousToken,
  batchWindowMs: 250,
  requestTimeoutMs: 30_000,
  maxEventAgeMs: 2_592_000_000,
} as const;

/** Creates and starts what knows who is acting on this page. One for each application on a page; on a server one for
 * each visitor.
 * @throws TypeError that names the option at fault and what would be right. Nothing throws later. */
export function createUserToken(options: UserTokenOptions): UserToken {
  const settings = { ...defaults, ...checkOptions(options) };
  const { clock, remember, cookie, user, page = pageLifecycle(), appId } = settings;
  const isPrerendering = () => page.isPrerendering?.();
  /** Whether consent is granted and waits for the visit that a prerendered page may never have. */
  let isGrantDue = settings.consent === 'granted' && isPrerendering();
  const outbox =
    settings.outbox ?? (cookie !== false && localStorageOf() ? storageOutbox({ appId, clock }) : memoryOutbox());
  const { post, postError: onError } = noticeBoard(settings.onNotice);
  const inspect = settings.inspect && maskedInspect(settings.inspect, onError);
  const events = emitter<UserTokenEvent | { readonly type: 'change' }>(onError);
  const checkToken = (token: unknown) => checkUserToken(token, settings.checkToken);

  const identity = createIdentity({
    ...settings,
    consent: isGrantDue ? 'pending' : settings.consent,
    jar:
      settings.jar ??
      (cookie === false
        ? memoryJar()
        : cookieJar(cookie, { rememberUser: remember === 'device', now: clock.now, onTrouble: post })),
    rememberUser: remember !== 'page',
    checkToken,
    inspect,
    onError,
  });
  const { send } = identity.actor;
  const delivery = createDelivery({
    transport: fetchTransport({ now: clock.now }),
    ...settings,
    url: eventsUrl(settings),
    page,
    outbox,
    inspect,
    isGranted: identity.isGranted,
    hears: events.hears,
    onEnd: events.emit,
    onTrouble: post,
    onError,
  });

  const others = followTabs({
    tabs: broadcastTabs(`usertoken:${appId}`),
    ...settings,
    identity,
    sharesTokens: remember !== 'page' && (cookie !== false || !!settings.jar),
  });

  let snapshot = identity.view();
  identity.actor.subscribe(() => {
    const before = snapshot;
    const now = identity.view();
    const isChanged = (key: keyof UserTokenSnapshot) => now[key] !== before[key];
    if (!(Object.keys(now) as (keyof UserTokenSnapshot)[]).some(isChanged)) return;
    snapshot = now;
    if (isChanged('consent')) {
      isGrantDue = false;
      delivery.actor.send({ type: now.consent === 'denied' ? 'consent.deny' : 'consent.grant' });
      if (now.consent === 'granted') delivery.open();
    }
    attempt(() => others.tell(isChanged('consent')), onError);
    // The machine emits a change with each login; under a denial it puts no other token in force.
    if (isChanged('token') || isChanged('authenticatedToken')) {
      events.emit({ type: 'tokenChanged', ...identity.tokens() });
    }
    events.emit({ type: 'change' });
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
    if (event === 'activated') return isGrantDue ? grant() : undefined;
    if (event === 'restored') {
      attempt(() => others.open(true), onError);
      identity.reread();
      if (snapshot.consent === 'granted') delivery.open();
    }
    delivery.onPage(event);
    if (event === 'exit') attempt(others.close, onError);
  });

  let isDisposed = false;
  let tracked = 0;
  const idPrefix = `${uuid()}-`;
  const freeze = eventFreezer({
    clock,
    tokens: identity.tokens,
    checkToken,
    createId: () => idPrefix + ++tracked,
    onDoubt: (field) => post('event-doubtful', field),
  });

  const refuse = async (reason: DropReason): Promise<Dropped> => ({ status: 'dropped', reason });

  function track(event: unknown, kind: EventKind = {}): Promise<Receipt> {
    if (isDisposed) return refuse('disposed');
    if (snapshot.consent === 'denied') return refuse('opted-out');
    const { entries, dropped } = freeze(event, kind);
    if (dropped) {
      post('event-dropped', dropped.reason, dropped.field, dropped.message);
      return Promise.resolve(dropped);
    }
    // Only an outbox of the application's own can throw here.
    return attempt(() => delivery.enqueue(entries), onError) ?? refuse('error-contained');
  }

  function sync(id: unknown): TokenCheck {
    send({ type: 'identity.sync', token: id });
    return id === null ? { ok: true, token: snapshot.token ?? '' } : checkToken(id);
  }
  attempt(() => others.open(), onError);
  if (snapshot.consent === 'granted') delivery.open();
  // What earlier pages left goes too.
  if (snapshot.consent === 'denied') {
    delivery.actor.send({ type: 'consent.deny' });
    attempt(() => others.tell(true), onError);
  }
  if (user !== undefined) sync(user);

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
    subscribe: (listener) => events.on('change', () => listener(snapshot)),
    on: events.on,
    async flush(options) {
      const timeoutMs = fieldOf(options, 'timeoutMs');
      return !isDisposed && delivery.flush(typeof timeoutMs === 'number' && timeoutMs < 2 ** 31 ? timeoutMs : 5_000);
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      leavePage();
      attempt(others.close, onError);
      delivery.stop();
      identity.actor.stop();
      events.clear();
    },
    identity: identity.actor,
    delivery: delivery.actor,
  };
}
