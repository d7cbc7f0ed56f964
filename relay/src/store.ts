/** How long ids are kept, in milliseconds: 31 days, since pages give an event up after 30. */
export const idLifetimeMs = 31 * 86_400_000;

/** An event on its way into a store. */
export interface NewEvent {
  /** Unique within the application. The second event with an id is a duplicate for 31 days. */
  readonly id: string;
  /** The event as JSON text, as the API gets it. */
  readonly json: string;
  /** The user tokens in it, one or two. */
  readonly tokens: readonly string[];
}

/** An event that a store gave out to be sent. */
export interface QueuedEvent {
  /** What the store knows it by. */
  readonly key: unknown;
  /** The event as JSON text, as the API gets it. */
  readonly json: string;
  /** Whether a process died while it was sending this event, so that the API may have it. */
  readonly mayHaveArrived: boolean;
}

/** What is queued for an application. */
export interface QueueSize {
  readonly events: number;
  /** When the oldest was accepted, in milliseconds since the Unix epoch; `undefined` for an empty queue. */
  readonly oldestAt: number | undefined;
}

/** Where accepted events are kept until the API has them. Every method rejects when the store can't do it now; nothing is
 * lost by that, and the caller tries again. */
export interface RelayStore {
  /** Keeps events, and resolves once they survive the end of the process, and for stores on disk of the machine.
   * @returns For each event whether it is new; the others are duplicates. */
  add(appId: string, events: readonly NewEvent[]): Promise<readonly boolean[]>;
  /** Gives out the oldest events that nobody was given yet, up to both limits. They are the caller's until `settle`,
   * `release` or the end of its process. */
  take(appId: string, maxEvents: number, maxBytes: number): Promise<readonly QueuedEvent[]>;
  /** The caller is about to send these, as one batch. */
  begin?(appId: string, events: readonly QueuedEvent[]): Promise<void>;
  /** The API has answered: these are never given out again. Their ids stay known. */
  settle(appId: string, events: readonly QueuedEvent[]): Promise<void>;
  /** Gives these back, to be given out again. */
  release(appId: string, events: readonly QueuedEvent[]): Promise<void>;
  /** Removes the queued events of a visitor and resolves to their number. */
  forget(appId: string, token: string): Promise<number>;
  /** What is queued. */
  size(appId: string): Promise<QueueSize>;
  /** Bytes that the store takes, where it knows. */
  bytes?(): Promise<number>;
  /** Ends it. What is queued stays. */
  close(): Promise<void>;
}
