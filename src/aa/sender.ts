import { isAnonymousToken } from '../../machines/index.js';
import { memoryTokenStore } from '../adapters/memory-token-store.js';
import { pageLifecycle } from '../adapters/page-lifecycle.js';
import type { Outbox, Transport } from '../adapters/ports.js';
import { storageOutbox } from '../adapters/storage-outbox.js';
import { systemClock } from '../adapters/system-clock.js';
import { agent } from '../options.js';
import { createWarnings } from '../warnings.js';
import { wireUp } from '../wire-up.js';

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
  /** What `addAlgoliaAgent` has added. */
  readonly agents: readonly string[];
  /** Whether undelivered events may be kept beyond the page. */
  readonly mayStore: () => boolean;
}

/** Delivers the events of one address, with the machines of `createUserToken` behind it. */
export function createSender(address: Address, { transport, agents, mayStore }: SenderPorts) {
  const { origin, appId, apiKey, others } = address;

  /** The address of this moment: agents may have been added since. */
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

  const user = wireUp({
    clock: systemClock,
    consent: 'granted',
    // The client keeps the cookie: search-insights writes it at other moments.
    tokenStore: memoryTokenStore(),
    storesUser: true,
    outbox,
    page: pageLifecycle(),
    warnings: createWarnings(),
    // Written above, for each request.
    url: '',
    batchWindowMs: globalThis.document ? 250 : 0,
    transport: {
      get exitBudget() {
        return transport.exitBudget;
      },
      send: (request, options) => transport.send(addressed(request), options),
      sendOnExit: (request) => transport.sendOnExit(addressed(request)),
    },
  });

  return {
    /** Resolves to whether the event is accepted or stored. */
    async send(event: object): Promise<boolean> {
      // On Node a process lives until it knows; its other timers keep it from no end.
      const hold = globalThis.document ? undefined : setTimeout(() => {}, 60_000);
      const { status } = await user.track(event as never);
      clearTimeout(hold);
      return status !== 'dropped';
    },

    /** Brings the identity machine to the token in force. */
    follow(token: unknown): void {
      if (!isAnonymousToken(token)) return void user.sync((token as string) || null);
      const state = user.state === 'anonymous' ? 'anonymous' : 'loggedOut';
      user.identity.send({ type: 'tabs.changed', state, anonymousToken: token });
    },

    /** @param isGranted Whether the visitor has not opted out. */
    decide(isGranted: boolean): void {
      user.consent[isGranted ? 'grant' : 'deny']();
      // What was not allowed before may be now.
      if (isGranted) open();
    },
  };
}
