/** What the invoked `sendBatch` gets. */
export interface BatchInput {
  /** Names this batch in every action that settles it. Counted from 1. */
  readonly batchId: number;
  /** Failed requests in a row before this one. */
  readonly retries: number;
}

/** What the invoked `sendBatch` resolves to. It should not reject. */
export interface BatchResult {
  /** The HTTP status; 0 when there was no answer, or none that a page may read. 200 when nothing was left to send. */
  readonly status: number;
  /** The pause the server asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the server rejected the age of events that are fresh by the monotonic clock. @default false */
  readonly isClockWrong?: boolean | undefined;
  /** Number of events in the batch. */
  readonly size: number;
  /** Whether more events are due at once: the batch was cut at its limits, or others must travel apart. */
  readonly backlog: boolean;
}

/** What the machine knows in addition to its state. The events themselves stay in the outbox. */
export interface DeliveryContext {
  /** The latest batch; 0 before the first. */
  readonly batchId: number;
  /** Failed requests in a row. */
  readonly retries: number;
  /** The pause the server asked for with the last failure, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Whether the next batch need not wait for the window. */
  readonly backlog: boolean;
}

/** Events of the delivery machine. */
export type DeliveryEvent =
  /** Events came into the outbox. Needed once per batch, not once per event. */
  | { readonly type: 'delivery.queued' }
  /** Don't wait for the batch window. A pause that the network or the server asked for is kept. */
  | { readonly type: 'delivery.flush' }
  | { readonly type: 'consent.grant' }
  | { readonly type: 'consent.deny' }
  | { readonly type: 'network.online' }
  | { readonly type: 'network.offline' }
  /** Another page of the site has seen the API fail. */
  | { readonly type: 'outage.known'; readonly retries: number; readonly retryAfterMs?: number | undefined }
  /** The page became hidden, or is being left: it may never be seen again. */
  | { readonly type: 'page.hidden' }
  /** `pagehide`: the last moment in which the browser takes anything. */
  | { readonly type: 'page.exit' }
  /** The page came back from the back-forward cache. */
  | { readonly type: 'page.restored' };
