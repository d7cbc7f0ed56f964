import type { TokenCheck, Tokens } from '../../machines/index.js';
import { tryCall } from '../../machines/try-call.js';
import { fetchTransport } from '../adapters/fetch-transport.js';
import { memoryOutbox } from '../adapters/memory-outbox.js';
import { uuid } from '../adapters/uuid.js';
import { contain } from '../contain.js';
import { defaults } from '../defaults.js';
import { createDelivery } from '../delivery/delivery.js';
import { flush } from '../delivery/flush.js';
import { type EventOutcome, outcomeOf } from '../delivery/outcome.js';
import { createEmitter } from '../emitter.js';
import type { EventKind } from '../events/event-methods.js';
import { eventsUrl } from '../events/events-url.js';
import type { Receipt } from '../events/receipt.types.js';
import { toEntries } from '../events/to-entries.js';
import type { createWarnings } from '../warnings.js';
import { withDefaults } from '../with-defaults.js';
import type { UserTokenServerOptions } from './server-options.js';

/** What a server holds at most while the API is out of reach. */
const outboxLimits = { maxEvents: 50_000, maxBytes: 32_000_000 };

/** What a server's sender works with. */
export interface ServerSenderPorts {
  readonly options: Omit<UserTokenServerOptions, 'secure' | 'cookie'>;
  readonly checkToken: (token: unknown) => TokenCheck;
  readonly warnings: ReturnType<typeof createWarnings>;
}

/** Delivers the events of all visitors of a server, each under the tokens of its request. */
export function createServerSender({ options, checkToken, warnings }: ServerSenderPorts) {
  const { post: warn, postError: onError } = warnings;
  const settings = withDefaults(options, defaults);
  const { clock } = settings;
  const events = createEmitter<EventOutcome>(onError);
  const outbox = settings.outbox ? contain(settings.outbox, onError) : memoryOutbox(outboxLimits);
  const delivery = createDelivery({
    ...settings,
    url: eventsUrl(settings),
    outbox,
    transport: settings.transport ? contain(settings.transport, onError) : fetchTransport({ now: clock.now }),
    isAwaitingConsent: () => false,
    random: () => tryCall(settings.random, onError) ?? 1,
    onSettled(entry, receipt) {
      const outcome = outcomeOf(entry, receipt, events.hasListeners);
      if (outcome) events.emit(outcome);
    },
    onTrouble: warn,
    onError,
  });
  delivery.open();
  const idPrefix = `${uuid()}-`;
  let tracked = 0;
  let isDisposed = false;

  return {
    on: events.on,

    /** @param tokens Those of the request. */
    track(event: unknown, kind: EventKind, tokens: Tokens): Promise<Receipt> {
      if (isDisposed) return Promise.resolve({ status: 'dropped', reason: 'disposed' });
      tracked += 1;
      const { entries, warnings, dropped } = toEntries(event, kind, {
        tokens,
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
    },

    flush: async (timeoutMs: number): Promise<boolean> => !isDisposed && flush(delivery, outbox, timeoutMs),

    dispose(): void {
      isDisposed = true;
      delivery.dispose();
      events.clear();
    },
  };
}

/** See {@link createServerSender}. */
export type ServerSender = ReturnType<typeof createServerSender>;
