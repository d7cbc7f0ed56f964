import type { CollectedEvent, CollectedRequest, Fault } from '../testing/index.js';

/** A request as the timeline shows it. */
export interface TimelineRequest extends CollectedRequest {
  /** The events of its body, accepted or not; empty when there was none that could be read. */
  readonly sent: readonly Readonly<Record<string, unknown>>[];
  /** How many of them were accepted. */
  readonly accepted: number;
  /** Whether a fault answered in place of the API. */
  readonly isFaulted: boolean;
  /** The rule that was broken, when the answer is 422. */
  readonly message?: string;
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
