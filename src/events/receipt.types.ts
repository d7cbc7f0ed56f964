/** Why an event was dropped. The union is closed. */
export type DropReason =
  /** Consent is denied. */
  | 'opted-out'
  /** Not a plain object with an `eventType`, or one that can't be written as JSON. */
  | 'not-an-event'
  /** A token of its own that is no user token, or no token in force. */
  | 'invalid-token'
  /** The list of objects or filters is empty. */
  | 'nothing-to-send'
  /** More bytes than the API takes in a request. */
  | 'too-large'
  /** Older than `maxEventAgeMs`. */
  | 'too-old'
  /** The outbox was full, and this was the oldest event in it. */
  | 'outbox-full'
  /** The server refused it, or refused its like before. */
  | 'refused'
  /** `dispose()` was called. */
  | 'disposed'
  /** An outbox that the application supplied threw. */
  | 'error-contained';

/** The end of an event that is not delivered. */
export interface Dropped {
  /** Distinguishes it from `delivered` and `stored`. */
  readonly status: 'dropped';
  /** Why it is dropped. */
  readonly reason: DropReason;
  /** The field at fault, where one is known. */
  readonly field?: string;
  /** What would be right, or what the server said, which may quote a token. It reaches no warning and no inspector. */
  readonly message?: string | undefined;
}

/** What `track` resolves to. It never rejects.
 * - `delivered`: the server accepted the event.
 * - `stored`: it waits in the outbox; `eventDelivered` or `eventDropped` reports the outcome.
 * - `dropped`: it will not be sent, for the reason given. */
export type Receipt = { readonly status: 'delivered' } | { readonly status: 'stored' } | Dropped;
