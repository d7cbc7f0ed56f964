import type { Tally } from './rules.js';
import type { Fields } from './steps.types.js';
import type { Sent } from './world.types.js';

/** What is to be received. */
export interface Expected {
  readonly sent: (Sent & { isDropped?: boolean })[];
}

export type RequestFn = (url: string, data: Record<string, unknown>) => Promise<boolean>;

/** Takes what search-insights sends, and keeps it as it is to be received.
 * @param deliver Sends it on. */
export function outgoing(hit: Tally['hit'], deliver: RequestFn) {
  const sent: Expected['sent'] = [];
  const changes = new Map<unknown, Fields>();
  let inBatch: { events: Expected['sent']; answer: (isAccepted: boolean) => void }[] = [];
  let isMuted = false;

  function request(url: string, { events }: Record<string, unknown>): Promise<boolean> {
    if (isMuted) return Promise.resolve(false);
    const [origin = '', text = ''] = url.split('?');
    const { 'X-Algolia-Agent': agent = '', ...query } = Object.fromEntries(new URLSearchParams(text));
    const own = agent.split('; ').filter((each) => !each.startsWith('insights-js'));
    hit('agent');
    const made = (events as Record<string, unknown>[]).map((raw) => {
      const event = JSON.parse(JSON.stringify(raw)) as Record<string, unknown>;
      if (typeof event.userToken === 'number') {
        hit('number-token');
        event.userToken = String(event.userToken);
      }
      if (!event.authenticatedUserToken && event.authenticatedUserToken !== 0) {
        if ('authenticatedUserToken' in event) hit('empty-token');
        delete event.authenticatedUserToken;
      } else event.authenticatedUserToken = String(event.authenticatedUserToken);
      const changed = changes.get(event.tag) ?? {};
      if ('timestamp' in changed) hit('timestamp');
      return {
        event: JSON.parse(JSON.stringify({ ...event, ...changed })) as Fields,
        ...{ origin, query },
        agents: own.filter(Boolean),
      };
    });
    sent.push(...made);
    const delivered = deliver(url, { events });
    return new Promise((resolve) => {
      inBatch.push({ events: made, answer: (isAccepted) => resolve(isAccepted ? delivered : false) });
    });
  }

  return {
    sent,
    request,
    /** What stands in an event otherwise than search-insights sends it. */
    change: (tag: unknown, changed: Fields) => void changes.set(tag, changed),
    /** Has a call without its requests. */
    muted(effect: () => void): void {
      isMuted = true;
      try {
        effect();
      } finally {
        isMuted = false;
      }
    },
    isWaiting: () => inBatch.length > 0,
    /** What waits in a batch is not sent. */
    drop(): void {
      for (const { events, answer } of inBatch) {
        for (const each of events) each.isDropped = true;
        answer(false);
      }
      inBatch = [];
    },
    /** What waits in a batch goes out, with the agents of now. */
    release(agents: readonly string[]): void {
      for (const { events, answer } of inBatch) {
        for (const each of events) {
          if (each.agents.length < agents.length) hit('batching');
          Object.assign(each, { agents: [...agents] });
        }
        answer(true);
      }
      inBatch = [];
    },
  };
}
