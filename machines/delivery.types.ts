/** What the invoked `sendBatch` resolves to. It should not reject. */
export interface BatchResult {
  /** The HTTP status; 0 when there was no answer, or none that a page may read. 200 where nothing was left to send. */
  readonly status: number;
  /** What the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the server refused the age of events that are fresh by the monotonic clock. @default false */
  readonly isClockWrong?: boolean | undefined;
  /** Events in the batch. */
  readonly size: number;
  /** Events that wait beside this batch. */
  readonly waiting: number;
  /** Whether some of those are due at once: the batch was cut at its limits, or others must travel apart. */
  readonly backlog: boolean;
}

/** What `createActor(deliveryMachine, { input })` takes. */
export interface DeliveryInput {
  /** Events that an earlier page left. @default 0 */
  readonly waiting?: number;
}

/** Counts only: the events themselves stay in the outbox. */
export interface DeliveryContext {
  /** Events in the outbox, as far as told. */
  readonly waiting: number;
  /** Whether the next batch need not wait for the window. */
  readonly backlog: boolean;
  /** Failed attempts in a row. */
  readonly retries: number;
  /** What the server asked for with the last failure, in milliseconds. */
  readonly retryAfterMs: number | undefined;
}

/** Events of the delivery machine. */
export type DeliveryEvent =
  /** Events came into the outbox. Needed once per batch, not once per event. */
  | { readonly type: 'delivery.queued'; readonly waiting: number }
  /** Don't wait for the batch window. A pause that the network or the server asked for is kept. */
  | { readonly type: 'delivery.flush' }
  | { readonly type: 'consent.grant' }
  | { readonly type: 'consent.deny' }
  | { readonly type: 'network.online' }
  | { readonly type: 'network.offline' }
  /** The page became hidden: it may never be seen again. */
  | { readonly type: 'page.hidden' }
  /** `pagehide`: the last moment in which anything can be handed to the browser. */
  | { readonly type: 'page.exit' }
  /** The page came back from the back-forward cache. */
  | { readonly type: 'page.restored' };
