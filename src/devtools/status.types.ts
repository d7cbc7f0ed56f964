import type { Consent, VisitorState } from '../../machines/index.js';
import type { DeliveryState } from '../actor.types.js';

/** An event as it is shown: its tokens are masked. */
export interface ShownEvent {
  readonly type: string;
  readonly name: string;
  readonly about: string;
  readonly token: string;
  /** When it was tracked, in milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The outcome of an event. */
export interface End {
  readonly event: ShownEvent;
  readonly status: 'delivered' | 'dropped';
  readonly reason?: string | undefined;
  /** In milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What a client is like now. Tokens are masked. */
export interface Status {
  readonly token: string;
  readonly authenticatedToken: string | undefined;
  /** Undefined for the drop-in, which has no identity machine. */
  readonly visitor: VisitorState | undefined;
  readonly why: string;
  readonly consent: Consent;
  readonly delivery: DeliveryState;
  /** Failed requests in a row. */
  readonly retries: number;
  /** When the next request comes at the latest, in milliseconds since the Unix epoch; undefined while none is planned. */
  readonly retryBy: number | undefined;
  readonly waiting: readonly ShownEvent[];
  /** Whether `waiting` is what all pages of the site have stored; otherwise it is what this page holds. */
  readonly isStored: boolean;
}

/** A client, read from. */
export interface Source {
  read(): Status;
  /** Calls `onChange` after each change and `onEnd` with each event's end, until the returned function is called. */
  follow(listeners: {
    readonly onChange: () => void;
    readonly onEnd: (end: End) => void;
    readonly onRefusal: (reason: string) => void;
  }): () => void;
}
