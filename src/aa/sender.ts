import { checkUserToken } from '../../machines/index.js';
import type { DeliverySnapshot } from '../actor.types.js';
import { pageLifecycle } from '../adapters/page-lifecycle.js';
import { isServer, outsideZone, pageWindow } from '../adapters/platform.js';
import type { Outbox, OutboxEntry, Transport } from '../adapters/ports.js';
import { storageOutbox } from '../adapters/storage-outbox.js';
import { systemClock } from '../adapters/system-clock.js';
import { uuid } from '../adapters/uuid.js';
import { defaults } from '../defaults.js';
import { createDelivery } from '../delivery/delivery.js';
import { followPage } from '../delivery/page-exit.js';
import { agent } from '../events/events-url.js';
import type { Receipt } from '../events/receipt.types.js';
import { toEntries } from '../events/to-entries.js';
import type { createWarnings } from '../warnings.js';

/** Where events go, apart from the agent. */
export interface Address {
  readonly origin: string;
  readonly appId: string;
  readonly apiKey: string;
  /** Further query parameters, which search-insights calls headers. */
  readonly others: Readonly<Record<string, string>>;
}

/** What a sender asks of its client. */
export interface SenderPorts {
  readonly transport: Transport;
  /** Added by `addAlgoliaAgent`. */
  readonly agents: readonly string[];
  /** Whether undelivered events may be kept beyond the page. */
  readonly mayStore: () => boolean;
  readonly warnings: ReturnType<typeof createWarnings>;
}

/** What usertoken/devtools listens with. The script tag's build shortens names: it may only use those that are also stored or
 * the platform's, such as `entries`, `json`, `value`, `context`, `retries`, `status`.
 * @param outbox Of the sender; it also names the sender.
 * @param told The visitor's choice, or an event that has ended.
 * @param now The delivery machine's snapshot, or the event's receipt. */
export type DevtoolsListener = (
  outbox: Outbox,
  told: 'pending' | 'granted' | 'denied' | OutboxEntry,
  now: DeliverySnapshot | Receipt,
) => void;

/** Delivers the events of one address. The client owns the tokens. */
export function createSender(address: Address, { transport, agents, mayStore, warnings }: SenderPorts) {
  const { origin, appId, apiKey, others } = address;
  const page = pageLifecycle();
  const clock = systemClock;

  /** The address at this moment: agents may have been added since. */
  function addressed<Request>(request: Request): Request {
    const query = new URLSearchParams({
      'X-Algolia-Application-Id': appId,
      'X-Algolia-API-Key': apiKey,
      'X-Algolia-Agent': [agent, ...agents].join('; '),
      ...others,
    });
    return { ...request, url: `${origin}/1/events?${query}` };
  }

  const outbox = storageOutbox({ appId, mayStore });
  let watch: DevtoolsListener | undefined;
  /** Whether the visitor has not opted out. */
  let isIn = true;
  let state: 'pending' | 'granted' | 'denied' = 'pending';
  let isOpen = false;

  /** Whether events of earlier pages may come in. */
  const isOpenable = () => state === 'granted' && mayStore();
  function open(): void {
    if (isOpen || !isOpenable()) return;
    isOpen = true;
    delivery.open();
  }
  /** Has delivery follow the visitor's choice. A prerendered page may never be visited, so it sends nothing before. */
  function follow(): void {
    const before = state;
    state = !isIn ? 'denied' : page.isPrerendering?.() ? 'pending' : 'granted';
    if (state !== before) {
      isOpen = false;
      if (state !== 'pending') delivery.actor.send({ type: isIn ? 'consent.grant' : 'consent.deny' });
    }
    open();
  }
  const delivery = createDelivery({
    ...defaults,
    // A function on a server may be frozen as soon as it has answered.
    batchWindowMs: isServer() ? 0 : defaults.batchWindowMs,
    // Written for each request.
    url: '',
    outbox,
    page,
    isAwaitingConsent: () => state !== 'granted',
    onSettled: (entry, receipt) => watch?.(outbox, entry, receipt),
    onTrouble: warnings.post,
    onError: warnings.postError,
    transport: {
      get exitBudget() {
        return transport.exitBudget;
      },
      send: (request, options) => transport.send(addressed(request), options),
      sendOnExit: (request, onRefused) => transport.sendOnExit(addressed(request), onRefused),
    },
  });
  followPage({ page, delivery, outbox, isGranted: isOpenable, onVisit: follow });
  follow();
  // usertoken/devtools asks this way, with a function as `detail`. Without it nothing is reported.
  pageWindow()?.addEventListener?.('usertoken', (event) => {
    watch = (event as CustomEvent<DevtoolsListener>).detail;
    watch(outbox, state, delivery.actor.getSnapshot());
  });

  const idPrefix = `${uuid()}-`;
  let tracked = 0;

  return {
    /** Resolves to whether the event is accepted or stored.
     * @param token The user token in force, for an event without one. */
    async send(event: object, token: string | undefined): Promise<boolean> {
      if (state === 'denied') return false;
      tracked += 1;
      const result = toEntries(
        event,
        {},
        {
          tokens: { token, authenticatedToken: undefined },
          checkToken: checkUserToken,
          id: idPrefix + tracked,
          now: clock.now(),
          monotonicNow: clock.monotonicNow(),
        },
      );
      const { entries, warnings: suspectFields, dropped } = result;
      if (dropped) {
        warnings.post('event-dropped', dropped.reason, dropped.field, dropped.message);
        return false;
      }
      for (const field of suspectFields) warnings.post('event-suspect', field);
      // A process lives until it knows; the other timers don't keep it alive.
      const hold = isServer() ? outsideZone(() => setTimeout(() => {}, 60_000)) : undefined;
      const { status } = await delivery.add(entries);
      clearTimeout(hold);
      return status !== 'dropped';
    },

    /** @param choice Whether the visitor has not opted out. A later `init` may also allow to store. */
    decide(choice: boolean): void {
      isIn = choice;
      follow();
    },
  };
}

/** See {@link createSender}. */
export type Sender = ReturnType<typeof createSender>;
