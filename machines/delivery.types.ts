/** What came of one attempt to send a batch, in the terms that decide what happens next. */
export type BatchOutcome =
  /** The server took it, or there was nothing left to send. */
  | { readonly kind: 'accepted' }
  /** The server refused the batch for what is in it: 400, 413, 422. */
  | { readonly kind: 'refused'; readonly message: string; readonly status: number }
  /** The server refused the age of events that are fresh by the monotonic clock: the device's clock is wrong. */
  | { readonly kind: 'clockIsWrong' }
  /** 401 or 403. */
  | { readonly kind: 'credentialsRefused'; readonly status: number }
  /** Any other 4xx: no retry would help, and no half of it either. */
  | { readonly kind: 'undeliverable'; readonly message: string; readonly status: number }
  /** Worth another try: no answer, 408, 429, 5xx. */
  | { readonly kind: 'failed'; readonly status: number; readonly retryAfterMs?: number | undefined };

/** What the invoked `sendBatch` resolves to. It must not reject. */
export interface BatchResult {
  readonly outcome: BatchOutcome;
  /** Events in the batch. */
  readonly size: number;
  /** Events that wait beside this batch. */
  readonly waiting: number;
  /** Whether some of those are due at once: the batch was cut at its limits, or a group must travel apart. */
  readonly backlog: boolean;
}

/** What `createActor(deliveryMachine, { input })` takes. */
export interface DeliveryInput {
  /** Whether events may leave. @default false: held until `consent.grant` */
  readonly granted?: boolean;
  /** @default true */
  readonly online?: boolean;
  /** Events that an earlier page left. @default 0 */
  readonly waiting?: number;
  /** Whether the outbox survives the page. @default false */
  readonly durable?: boolean;
}

/** Counts and switches only: the events themselves stay in the outbox. */
export interface DeliveryContext {
  readonly granted: boolean;
  readonly online: boolean;
  readonly durable: boolean;
  /** Events in the outbox, as far as told. */
  readonly waiting: number;
  /** Whether the next batch need not wait for the window. */
  readonly backlog: boolean;
  /** Failed attempts in a row. */
  readonly attempt: number;
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
  | { readonly type: 'page.exit' };
