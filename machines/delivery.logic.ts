import { offlineDelayMs, retryDelayMs } from './delivery.retry.js';
import type { BatchInput, BatchResult, DeliveryContext } from './delivery.types.js';

// The guards, context changes and parameters of the delivery chart, each under the name that the chart gives it.

/** What the chart gives each of them. The output is there on an answer alone, which is what its readers are asked on. */
interface Args {
  readonly context: DeliveryContext;
  readonly event: { readonly type: string; readonly output?: BatchResult };
}

const hasStatus = ({ event }: Args, pattern: RegExp) => pattern.test(`${event.output?.status}`);

/** Where every delivery begins. */
export const startingContext = (): DeliveryContext => ({
  batchId: 0,
  retries: 0,
  retryAfterMs: undefined,
  backlog: false,
});

// Guards

export const hasBacklog = ({ context }: Args): boolean => context.backlog;
export const isAccepted = (args: Args): boolean => hasStatus(args, /^2/);
export const isClockWrong = ({ event }: Args): boolean => event.output?.isClockWrong === true;
export const areCredentialsRefused = (args: Args): boolean => hasStatus(args, /^40[13]$/);
/** For what is in the batch: malformed, too large, invalid. */
export const isRefused = (args: Args): boolean => hasStatus(args, /^(400|413|422)$/);
export const hasSeveralEvents = ({ event }: Args): boolean => event.output!.size > 1;
/** A 4xx that no retry would change. */
export const isUndeliverable = (args: Args): boolean => hasStatus(args, /^4(?!08|29)/);
/** No answer, or none that a page may read. */
export const hasNoAnswer = ({ event }: Args): boolean => event.output!.status === 0;
export const isHealthy = ({ context }: Args): boolean => context.retries === 0;
export const isOwnPause = ({ context }: Args): boolean => context.retryAfterMs === undefined;

// Context changes

export const countBatch = ({ context }: Args): Partial<DeliveryContext> => ({ batchId: context.batchId + 1 });
/** The server answered and the batch is settled. Where nothing was left to send, nothing was learned of an outage. */
export const noteDone = ({ event }: Args): Partial<DeliveryContext> => {
  const { size, backlog } = event.output!;
  return size > 0 ? { backlog, retries: 0, retryAfterMs: undefined } : { backlog };
};
/** The request failed; a readable answer may ask for a pause. */
export const noteFailed = ({ context, event }: Args): Partial<DeliveryContext> => ({
  backlog: true,
  retries: context.retries + 1,
  retryAfterMs: event.output?.retryAfterMs,
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

/** The batch that a request sends, and an action settles. */
export const ofBatch = ({ context }: Args): BatchInput => ({ batchId: context.batchId, retries: context.retries });
export const offlineDelay = ({ context }: Args): number => offlineDelayMs(context);
export const retryDelay = ({ context }: Args): number => retryDelayMs(context);
