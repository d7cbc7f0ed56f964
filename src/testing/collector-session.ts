import type { CollectedEvent, CollectedRequest, CollectorOptions, CollectorSession, Fault } from './collector.types.js';
import { type Answer, checkFault, decodeChunk, jsonAnswer } from './collector-http.js';
import { createInbox, describeEvents, describeRequests } from './collector-inbox.js';
import { checkEventsBody } from './insights-rules.js';

/** A request while it is answered. */
export type KeptRequest = { -readonly [Name in keyof CollectedRequest]: CollectedRequest[Name] };

/** A session, and what the server does with it. */
export interface RunningSession {
  /** What a test sees. */
  readonly view: CollectorSession;
  /** The fault that this request meets, which counts as met then. */
  takeFault(request: KeptRequest, sent: readonly object[] | undefined): Fault | null;
  /** The answer to a body with events, which are kept if all are accepted. */
  pushEvents(request: KeptRequest, json: unknown): Answer;
  /** The answer to the deletion of a user token. */
  deleteUserToken(chunk: string): Answer;
  keep(request: KeptRequest): void;
  /** Calls those who listen to requests. */
  notify(request: KeptRequest): void;
  /** Fails every wait, now and later. */
  end(): void;
}

/** Keeps what is sent to one origin, with a fault of its own.
 * @param onKept Called after the session's own listeners. */
export function createSession(
  origin: string,
  { maxEventAgeDays }: CollectorOptions,
  onKept: (request: KeptRequest) => void = () => {},
): RunningSession {
  const requests = createInbox<KeptRequest>('requests', describeRequests);
  const events = createInbox<CollectedEvent>(
    'events',
    (items) => `${describeEvents(items)}; requests there: ${describeRequests(requests.items)}`,
  );
  const listeners = new Set<(request: CollectedRequest) => void>();
  let fault: Fault | null = null;
  let faultsLeft = Number.POSITIVE_INFINITY;

  function notify(request: KeptRequest): void {
    for (const listener of [...listeners]) rethrowLater(() => listener(request));
  }

  return {
    notify,
    view: {
      origin,
      events: events.items,
      requests: requests.items,
      get fault() {
        return fault;
      },
      byToken: () => groupByToken(events.items),
      clear() {
        events.items.length = 0;
        requests.items.length = 0;
      },
      setFault(next) {
        if (next !== null) checkFault(next);
        fault = next;
        faultsLeft = next?.times ?? Number.POSITIVE_INFINITY;
      },
      waitForEvents: events.wait,
      waitForRequests: requests.wait,
      onRequest(listener) {
        // An entry of its own, so that a listener added twice is called twice and removed once.
        const entry = (request: CollectedRequest) => listener(request);
        listeners.add(entry);
        return () => void listeners.delete(entry);
      },
    },

    takeFault(request, sent) {
      const current = fault;
      if (current === null || !request.path.startsWith('/1/')) return null;
      if (request.preflight && current.cors !== false) return null;
      if (current.when && (sent === undefined || !current.when(sent))) return null;
      faultsLeft -= 1;
      if (faultsLeft === 0) fault = null;
      return current;
    },

    pushEvents(request, json) {
      const verdict = checkEventsBody(json, request.at, { maxEventAgeDays });
      if (verdict.status === 422) {
        request.message = verdict.message;
        return jsonAnswer(422, verdict.message);
      }
      for (const event of (json as { events: Record<string, unknown>[] }).events) {
        const userToken = event.userToken as string;
        const authenticatedUserToken = event.authenticatedUserToken as string | undefined;
        events.items.push({ event, userToken, authenticatedUserToken, receivedAt: request.at, requestId: request.id });
      }
      return jsonAnswer(200, 'OK');
    },

    deleteUserToken(chunk) {
      const token = decodeChunk(chunk);
      if (token === undefined) return jsonAnswer(422, 'userToken in the path must be URL-encoded');
      const kept = events.items.filter((item) => item.userToken !== token);
      events.items.splice(0, events.items.length, ...kept);
      return { status: 204 };
    },

    keep(request) {
      requests.items.push(request);
      events.changed();
      requests.changed();
      notify(request);
      onKept(request);
    },

    end() {
      events.end();
      requests.end();
    },
  };
}

/** Keeps an error of foreign code from breaking the answer, and still has it reported as uncaught. */
export function rethrowLater(action: () => void): void {
  try {
    action();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

function groupByToken(items: readonly CollectedEvent[]): Map<string, CollectedEvent[]> {
  const groups = new Map<string, CollectedEvent[]>();
  for (const item of items) {
    const group = groups.get(item.userToken);
    if (group) group.push(item);
    else groups.set(item.userToken, [item]);
  }
  return groups;
}
