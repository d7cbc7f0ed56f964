import { fetchTransport } from 'usertoken';
import { type BatchInput, type BatchResult, deliveryMachine, retryDelayMs } from 'usertoken/machines';
import { type ActorOptions, createActor, fromPromise } from 'xstate';
import type { Metrics } from './metrics.js';
import { maxEvents } from './read-events.js';
import type { QueuedEvent, RelayStore } from './store.js';

/** The most bytes of a batch: the API rejects 2 MB and more. */
const maxBatchBytes = 1_990_000;
const frameBytes = '{"events":[]}'.length;
/** Refusals in a row that need no pause: those by which a culprit among a thousand is found. */
const maxRefusals = 20;
/** Between requests after more than that. */
const refusalPauseMs = 1_000;
/** Failures of a batch, others passing in between, after which its halves are tried apart. */
const suspiciousFailures = 3;
/** Such failures of a single event after which it is rejected. */
const maxFailures = 10;
/** In an outage no more than this is held in memory. */
const maxHeldEvents = 4_000;
/** How often the store is asked for events that another process has accepted, or that came in while it failed. */
const pollMs = 2_000;

/** Events that travel together. */
interface Group {
  readonly events: readonly QueuedEvent[];
  /** Failures while other groups passed. */
  readonly failures: number;
  /** How many groups had passed at the last of these. */
  readonly since: number;
}

/** Where the events of an application go. */
export interface Application {
  /** A key with the ACL `search`. It stays on the server. */
  readonly apiKey: string;
  /** Origin of the Insights API. @default 'https://insights.algolia.io' */
  readonly upstream?: string | undefined;
  /** A key with the ACL `deleteObject`, with which `forget` also deletes what the API has. @default the API keeps it */
  readonly adminKey?: string | undefined;
}

/** What a forwarder works with. */
export interface ForwarderPorts extends Application {
  readonly appId: string;
  readonly store: RelayStore;
  readonly metrics: Metrics;
  readonly inspect?: ActorOptions<typeof deliveryMachine>['inspect'];
  readonly batchWindowMs?: number | undefined;
  readonly requestTimeoutMs?: number | undefined;
  /** Told of trouble and of its end, without tokens. */
  readonly onTrouble: (trouble: string, details?: object) => void;
}

/** The address of the API's events, credentials in the query. */
export const apiUrl = (
  path: string,
  appId: string,
  { apiKey, upstream = 'https://insights.algolia.io' }: Application,
) =>
  `${upstream.replace(/\/+$/, '')}${path}?${new URLSearchParams({
    'X-Algolia-Application-Id': appId,
    'X-Algolia-API-Key': apiKey,
    'X-Algolia-Agent': 'usertoken-relay (0.1.0)',
  })}`;

const tokensIn = ({ json }: QueuedEvent): string[] => {
  const { userToken, authenticatedUserToken } = JSON.parse(json);
  return [userToken, authenticatedUserToken].filter((token) => typeof token === 'string');
};

/** Sends what is queued for one application to the Insights API, with the delivery machine that pages run. */
export function createForwarder(ports: ForwarderPorts) {
  const { appId, store, metrics, onTrouble } = ports;
  const url = apiUrl('/1/events', appId, ports);
  /** Taken from the store and not settled yet, in the order in which they are tried. */
  let groups: Group[] = [];
  let underWay: Group | undefined;
  /** Events under way whose visitor is to be forgotten, should the request fail. */
  const forgotten = new WeakSet<QueuedEvent>();
  let settling: Promise<void> = Promise.resolve();
  let message = '';
  let passes = 0;
  let refusals = 0;
  let unanswered = 0;
  let lastFailed = false;
  let mayHaveEvents = true;
  let mayHaveArrived = false;
  let isClosing = false;
  let isClosed = false;
  const transport = fetchTransport({
    fetch: async (...args) => {
      mayHaveArrived = true;
      try {
        return await fetch(...args);
      } catch (error) {
        const { code } = Object((error as { cause?: unknown }).cause);
        // The connection was not made, so nothing arrived.
        if (/^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/.test(code)) mayHaveArrived = false;
        throw error;
      }
    },
  });
  const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
  const heldEvents = () => groups.reduce((sum, { events }) => sum + events.length, 0);

  /** Has the store forget these, as often as it takes: what it gives out again is sent again. */
  function settle(events: readonly QueuedEvent[]): void {
    settling = settling.then(async () => {
      while (!isClosed) {
        try {
          return await store.settle(appId, events);
        } catch (error) {
          onTrouble('store-unavailable', { error: String(error) });
          await pause(1_000);
        }
      }
    });
  }

  async function takeGroup(): Promise<Group | undefined> {
    const events = await store.take(appId, maxEvents, maxBatchBytes - frameBytes);
    return events.length > 0 ? { events, failures: 0, since: passes } : undefined;
  }
  /** After a failure others go first: if they pass, the API is not at fault. */
  async function nextGroup(): Promise<Group | undefined> {
    const fresh = lastFailed && heldEvents() < maxHeldEvents ? await takeGroup() : undefined;
    return fresh ?? groups.shift() ?? (await takeGroup());
  }

  function countAmbiguous(events: number): void {
    if (events > 0) metrics.ambiguous.inc({ app: appId }, events);
  }

  async function sendBatch({ signal }: { input: BatchInput; signal: AbortSignal }): Promise<BatchResult> {
    await settling;
    if (refusals > maxRefusals) await pause(refusalPauseMs);
    const nothing = { status: 200, size: 0, backlog: false };
    if (signal.aborted || isClosing) return nothing;
    mayHaveEvents = false;
    const group = await nextGroup();
    if (!group) return nothing;
    const { events } = group;
    try {
      await store.begin?.(appId, events);
    } catch (error) {
      groups.unshift(group);
      throw error;
    }
    if (signal.aborted || isClosing) {
      groups.unshift(group);
      return nothing;
    }
    underWay = group;
    countAmbiguous(events.filter((event) => event.mayHaveArrived && group.failures === 0).length);
    const body = `{"events":[${events.map(({ json }) => json)}]}`;
    mayHaveArrived = false;
    const answer = await transport.send({ url, body, bytes: Buffer.byteLength(body) }, { outlives: false, signal });
    const { status, retryAfterMs } = answer;
    if (status > 0 && unanswered > 0) {
      if (unanswered >= suspiciousFailures) onTrouble('api-reachable');
      unanswered = 0;
    }
    message = answer.message || `HTTP ${status}`;
    // A gateway's time-out says as little about what arrived as no answer does.
    if ((status === 0 && mayHaveArrived) || status === 504) countAmbiguous(events.length);
    mayHaveEvents = true;
    // Less than a full batch waits for company, as in a page.
    const backlog = groups.length > 0 || events.length === maxEvents;
    return { status, retryAfterMs, size: events.length, backlog };
  }

  /** An action on the batch that was answered. */
  const settlingBatch = (effect: (group: Group) => void) => (): void => {
    const group = underWay;
    underWay = undefined;
    if (!group) return;
    const events = group.events.filter((event) => !forgotten.has(event));
    if (events.length < group.events.length) settle(group.events.filter((event) => forgotten.has(event)));
    if (events.length > 0) effect({ ...group, events });
  };
  function keep(group: Group): void {
    lastFailed = true;
    groups.push(group);
  }
  function split({ events, failures, since }: Group): Group[] {
    const half = Math.ceil(events.length / 2);
    return [events.slice(0, half), events.slice(half)].map((part) => ({ events: part, failures, since }));
  }
  function reject(events: readonly QueuedEvent[], reason: string): void {
    metrics.rejected.inc({ app: appId, reason }, events.length);
    for (const event of events) {
      // The API may quote a token.
      const said = tokensIn(event).reduce((text, token) => text.replaceAll(token, '***'), message);
      onTrouble('event-rejected', { message: reason === 'refused' ? said : reason });
    }
    settle(events);
  }
  /** There was no answer, or one that blames nobody. */
  const suspect = (isAnswered: boolean) => (group: Group) => {
    if (!isAnswered) unanswered += 1;
    if (unanswered === suspiciousFailures) onTrouble('api-unreachable');
    const isSuspicious = passes > group.since;
    const failed = { ...group, failures: group.failures + (isSuspicious ? 1 : 0), since: passes };
    if (failed.events.length > 1 && failed.failures >= suspiciousFailures) {
      lastFailed = true;
      groups.push(...split({ ...failed, failures: suspiciousFailures - 1 }));
    } else if (failed.failures >= maxFailures) reject(failed.events, 'no-answer');
    else keep(failed);
  };
  /** Gives back what is held, so that another process may send it. */
  function releaseAll(): void {
    const events = groups.flatMap((group) => group.events);
    groups = [];
    if (events.length > 0) store.release(appId, events).catch(() => {});
  }

  const actor = createActor(
    deliveryMachine.provide({
      actors: { sendBatch: fromPromise(sendBatch) },
      guards: { hasEvents: () => mayHaveEvents && !isClosing },
      delays: {
        batchWindow: ports.batchWindowMs ?? 250,
        requestTimeout: ports.requestTimeoutMs ?? 30_000,
        retryDelay: ({ context }) => retryDelayMs(context, Math.random()),
      },
      actions: {
        removeBatch: settlingBatch(({ events }) => {
          refusals = 0;
          passes += 1;
          lastFailed = false;
          metrics.forwarded.inc({ app: appId }, events.length);
          settle(events);
        }),
        halveBatch: settlingBatch((group) => {
          refusals += 1;
          groups.unshift(...split(group));
        }),
        dropEvent: settlingBatch(({ events }) => {
          refusals += 1;
          reject(events, 'refused');
        }),
        dropBatch: settlingBatch(({ events }) => reject(events, 'refused')),
        keepBatch: settlingBatch(suspect(true)),
        suspectBatch: settlingBatch(suspect(false)),
        reportCredentials() {
          onTrouble('credentials-refused');
          releaseAll();
        },
      },
    }),
    { id: 'delivery', ...(ports.inspect && { inspect: ports.inspect }) },
  );
  actor.subscribe({ error: (error) => onTrouble('error-contained', { error: String(error) }) });
  actor.start();
  function wake(): void {
    mayHaveEvents = true;
    if (actor.getSnapshot().value === 'idle') actor.send({ type: 'delivery.queued' });
  }
  const poll = setInterval(wake, pollMs);
  poll.unref();

  return {
    /** Events came into the store. */
    wake,
    /** The state of the delivery machine. */
    state: (): string => String(actor.getSnapshot().value),
    /** Lets nothing that is held go out under this token. A request under way goes on, and is not
     * repeated for them. */
    async forget(token: string): Promise<void> {
      const isTheirs = (event: QueuedEvent) => tokensIn(event).includes(token);
      for (const event of underWay?.events.filter(isTheirs) ?? []) forgotten.add(event);
      const theirs = groups.flatMap(({ events }) => events.filter(isTheirs));
      groups = groups
        .map((group) => ({ ...group, events: group.events.filter((event) => !isTheirs(event)) }))
        .filter(({ events }) => events.length > 0);
      if (theirs.length > 0) await store.settle(appId, theirs);
    },
    /** Finishes the request under way, which takes ten seconds at most, and leaves the rest in the store. */
    async close(): Promise<void> {
      isClosing = true;
      clearInterval(poll);
      const until = Date.now() + 10_000;
      while (underWay && Date.now() < until) await pause(20);
      actor.stop();
      releaseAll();
      await Promise.race([settling, pause(2_000)]);
      isClosed = true;
    },
  };
}

/** See {@link createForwarder}. */
export type Forwarder = ReturnType<typeof createForwarder>;
