import type { InsightsClient } from '../aa/insights.types.js';
import type { DevtoolsListener } from '../aa/sender.js';
import type { DeliverySnapshot } from '../actor.types.js';
import type { OutboxEntry } from '../adapters/ports.js';
import { followRetries } from './retry-by.js';
import { shownEntry, shownToken } from './shown-event.js';
import type { Source, Status } from './status.types.js';

/** How often the drop-in is asked, in milliseconds: it has no listener that leaves other listeners alone. Less than its batch
 * window, so that a sender which is made later is known before its first events end. */
const askEveryMs = 100;

interface Seen {
  readonly consent: Status['consent'];
  readonly snapshot: DeliverySnapshot;
  readonly waiting: readonly OutboxEntry[];
}

/** Reads the drop-in for search-insights: its function, and its senders, one for each address. */
export function dropInSource(aa: InsightsClient): Source {
  const retryBy = followRetries();
  const senders = new Map<object, Seen>();

  /** Has every sender call the listener. */
  const ask = (detail: DevtoolsListener) => window.dispatchEvent(new CustomEvent('usertoken', { detail }));

  /** The sender to show: one that waits for another try, else the last. */
  function shownSender(): Seen | undefined {
    const all = [...senders.values()];
    return all.find(({ snapshot }) => snapshot.context.retries > 0) ?? all.at(-1);
  }

  return {
    read() {
      const sender = shownSender();
      const token = aa('getUserToken');
      const account = aa('getAuthenticatedUserToken');
      return {
        token: shownToken(token),
        authenticatedToken: account == null ? undefined : shownToken(account),
        visitor: undefined,
        why: 'Your calls of the drop-in decide: setUserToken, setAuthenticatedUserToken and init.',
        consent: sender?.consent ?? 'pending',
        delivery: sender?.snapshot.value ?? 'idle',
        retries: sender?.snapshot.context.retries ?? 0,
        retryBy: sender && retryBy(sender.snapshot),
        waiting: [...senders.values()].flatMap(({ waiting }) => waiting.map(shownEntry)),
        isStored: false,
      };
    },
    follow({ onChange, onEnd }) {
      let isOver = false;
      const listener: DevtoolsListener = (outbox, told, now) => {
        if (isOver) return;
        if (typeof told === 'string') {
          senders.set(outbox, {
            consent: told,
            snapshot: now as DeliverySnapshot,
            waiting: [...(outbox.entries() ?? [])],
          });
          return;
        }
        const { status, reason } = now as { status: 'delivered' | 'dropped'; reason?: string };
        onEnd({ event: shownEntry(told), status, reason, at: Date.now() });
      };
      const look = () => {
        ask(listener);
        onChange();
      };
      const timer = setInterval(look, askEveryMs);
      look();
      return () => {
        isOver = true;
        clearInterval(timer);
      };
    },
  };
}
