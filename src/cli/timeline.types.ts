import type { CollectedEvent, CollectedRequest, Fault } from '../testing/index.js';

/** A request as the timeline shows it. */
export interface TimelineRequest extends CollectedRequest {
  /** How many of its events were accepted. */
  readonly accepted: number;
}

/** What `GET /collected` answers. */
export interface Collected {
  readonly origin: string;
  readonly fault: Fault | null;
  /** Accepted events in order of arrival. */
  readonly events: readonly CollectedEvent[];
  /** Requests in order of arrival, refused ones and preflights included. */
  readonly requests: readonly TimelineRequest[];
}
