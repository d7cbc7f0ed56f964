import { checkUserToken } from '../../machines/index.js';
import { pageLifecycle } from '../adapters/page-lifecycle.js';
import type { Outbox, Transport } from '../adapters/ports.js';
import { storageOutbox } from '../adapters/storage-outbox.js';
import { systemClock } from '../adapters/system-clock.js';
import { uuid } from '../adapters/uuid.js';
import { createConsent, obeyConsent } from '../consent.js';
import { defaults } from '../defaults.js';
import { createDelivery } from '../delivery/delivery.js';
import { followPage } from '../delivery/page-exit.js';
import { agent } from '../events/events-url.js';
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

/** Delivers the events of one address. The client owns the tokens: every event carries its own. */
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

  const stored = storageOutbox({ appId, mayStore });
  const outbox = Object.create(stored) as Outbox;
  let open = () => {};
  outbox.open = (onAdopted) => {
    open = () => {
      if (!mayStore()) return;
      open = () => {};
      stored.open!(onAdopted);
    };
    open();
  };

  let state: 'pending' | 'granted' | 'denied' = 'pending';
  const isGranted = () => state === 'granted';
  const consent = createConsent({
    consent: 'granted',
    page,
    decide(decision) {
      if (decision === state) return;
      state = decision;
      obeyConsent(state, delivery);
    },
  });
  const delivery = createDelivery({
    ...defaults,
    batchWindowMs: globalThis.document ? defaults.batchWindowMs : 0,
    // Written for each request.
    url: '',
    outbox,
    isOnline: page.isOnline,
    isLeavingWithinSite: page.isLeavingWithinSite,
    isGranted,
    onTrouble: warnings.post,
    onError: warnings.postError,
    transport: {
      get exitBudget() {
        return transport.exitBudget;
      },
      send: (request, options) => transport.send(addressed(request), options),
      sendOnExit: (request) => transport.sendOnExit(addressed(request)),
    },
  });
  followPage({ page, delivery, outbox, isGranted, onVisit: () => consent.isGrantDue() && consent.grant() });
  consent.grant();

  const idPrefix = `${uuid()}-`;
  let tracked = 0;

  return {
    /** Resolves to whether the event is accepted or stored. */
    async send(event: object): Promise<boolean> {
      if (state === 'denied') return false;
      tracked += 1;
      const {
        entries,
        warnings: suspectFields,
        dropped,
      } = toEntries(
        event,
        {},
        {
          tokens: { token: undefined, authenticatedToken: undefined },
          checkToken: checkUserToken,
          id: idPrefix + tracked,
          now: clock.now(),
          monotonicNow: clock.monotonicNow(),
        },
      );
      if (dropped) {
        warnings.post('event-dropped', dropped.reason, dropped.field, dropped.message);
        return false;
      }
      for (const field of suspectFields) warnings.post('event-suspect', field);
      // On Node a process lives until it knows; the other timers don't keep it alive.
      const hold = globalThis.document ? undefined : setTimeout(() => {}, 60_000);
      const { status } = await delivery.add(entries);
      clearTimeout(hold);
      return status !== 'dropped';
    },

    /** @param isIn Whether the visitor has not opted out. */
    decide(isIn: boolean): void {
      if (isIn) consent.grant();
      else consent.deny();
      // A later `init` may allow to store.
      if (isIn) open();
    },
  };
}
