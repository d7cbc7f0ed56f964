import type { CollectedEvent, CollectedRequest, CollectorCondition, CollectorWaitOptions } from './collector.types.js';

/** A list that can be waited for. */
export interface Inbox<T> {
  readonly items: T[];
  /** Looks at every wait again. */
  changed(): void;
  wait(condition: CollectorCondition<T>, options?: CollectorWaitOptions): Promise<T[]>;
  /** Fails every wait, now and later. */
  end(): void;
}

/** An empty inbox.
 * @param noun What the items are called in the message of a failed wait.
 * @param describe Says in that message what was there. */
export function createInbox<T>(noun: string, describe: (items: readonly T[]) => string): Inbox<T> {
  const items: T[] = [];
  const waits = new Set<{ check(): void; fail(why: string): void }>();
  let ended = false;
  return {
    items,
    changed() {
      for (const wait of [...waits]) wait.check();
    },
    end() {
      ended = true;
      for (const wait of [...waits]) wait.fail('the collector was closed');
    },
    wait(condition, { timeoutMs = 5000 } = {}) {
      const wanted = typeof condition === 'number' ? `${condition} ${noun}` : `${noun} that meet the condition`;
      return new Promise((resolve, reject) => {
        const settle = (settleNow: () => void) => {
          clearTimeout(timer);
          waits.delete(wait);
          settleNow();
        };
        const wait = {
          check() {
            try {
              const holds = typeof condition === 'number' ? items.length >= condition : condition(items);
              if (holds) settle(() => resolve([...items]));
            } catch (error) {
              settle(() => reject(error));
            }
          },
          fail(why: string) {
            settle(() => reject(new Error(`${why} while waiting for ${wanted}; ${noun} there: ${describe(items)}`)));
          },
        };
        const timer = setTimeout(() => wait.fail(`${timeoutMs} ms passed`), timeoutMs);
        waits.add(wait);
        wait.check();
        if (ended && waits.has(wait)) wait.fail('the collector was closed');
      });
    },
  };
}

/** Events in a sentence. */
export function describeEvents(items: readonly CollectedEvent[]): string {
  return list(items, ({ event, userToken }) => `${event.eventType} "${event.eventName}" by ${userToken}`);
}

/** Requests in a sentence. */
export function describeRequests(items: readonly CollectedRequest[]): string {
  return list(items, ({ method, path, status }) => `${method} ${path} ${status === 0 ? 'unanswered' : status}`);
}

/** The count and the newest ten. */
function list<T>(items: readonly T[], describe: (item: T) => string): string {
  return items.length === 0 ? 'none' : `${items.length} (${items.slice(-10).map(describe).join(', ')})`;
}
