import { offlineDelayMs, retryDelayMs } from './delivery.retry.js';
import type { BatchInput, BatchResult, DeliveryContext } from './delivery.types.js';

// The guards, context changes and parameters of the delivery chart, each under the name that the chart gives it.

interface Args {
  readonly context: DeliveryContext;
  readonly event: unknown;
}

const resultIn = (event: unknown) => (event as { readonly output: BatchResult }).output;
const hasStatus = (event: unknown, pattern: RegExp) => pattern.test(`${resultIn(event).status}`);

/** Where every delivery begins. */
export const startingContext = (): DeliveryContext => ({
  batchId: 0,
  retries: 0,
  retryAfterMs: undefined,
  backlog: false,
});

// Guards

export const hasBacklog = ({ context }: Args): boolean => context.backlog;
export const isAccepted = ({ event }: Args): boolean => hasStatus(event, /^2/);
export const isClockWrong = ({ event }: Args): boolean => resultIn(event).isClockWrong === true;
export const areCredentialsRefused = ({ event }: Args): boolean => hasStatus(event, /^40[13]$/);
/** For what is in the batch: malformed, too large, invalid. */
export const isRefused = ({ event }: Args): boolean => hasStatus(event, /^(400|413|422)$/);
export const hasSeveralEvents = ({ event }: Args): boolean => resultIn(event).size > 1;
/** A 4xx that no retry would change. */
export const isUndeliverable = ({ event }: Args): boolean => hasStatus(event, /^4(?!08|29)/);
/** No answer, or none that a page may read. */
export const hasNoAnswer = ({ event }: Args): boolean => resultIn(event).status === 0;
export const isHealthy = ({ context }: Args): boolean => context.retries === 0;
export const isOwnPause = ({ context }: Args): boolean => context.retryAfterMs === undefined;

// Context changes

export const countBatch = ({ context }: Args): Partial<DeliveryContext> => ({ batchId: context.batchId + 1 });
/** The server answered and the batch is settled. Where nothing was left to send, nothing was learned of an outage. */
export const noteDone = ({ event }: Args): Partial<DeliveryContext> => {
  const { size, backlog } = resultIn(event);
  return size > 0 ? { backlog, retries: 0, retryAfterMs: undefined } : { backlog };
};
/** The request failed; a readable answer may ask for a pause. */
export const noteFailed = ({ context, event }: Args): Partial<DeliveryContext> => ({
  backlog: true,
  retries: context.retries + 1,
  retryAfterMs: resultIn(event).retryAfterMs,
});
/** The request broke or took too long. */
export const noteNoAnswer = ({ context }: Args): Partial<DeliveryContext> => ({
  backlog: true,
  retries: context.retries + 1,
  retryAfterMs: undefined,
});
/** Another page's failures count here too: an outage is one outage on every page. */
export const noteOutage = ({ context, event }: Args): Partial<DeliveryContext> => {
  const { retries = context.retries, retryAfterMs } = event as { retries?: number; retryAfterMs?: number };
  return { backlog: true, retries, retryAfterMs };
};
export const noteNothingLeft = (): Partial<DeliveryContext> => ({
  backlog: false,
  retries: 0,
  retryAfterMs: undefined,
});

// Parameters and delays

export const batchInput = ({ context }: Args): BatchInput => ({ batchId: context.batchId, retries: context.retries });
/** The batch that an action settles. */
export const ofBatch = ({ context }: Args): { readonly batchId: number } => ({ batchId: context.batchId });
export const offlineDelay = ({ context }: Args): number => offlineDelayMs(context);
export const retryDelay = ({ context }: Args): number => retryDelayMs(context);
