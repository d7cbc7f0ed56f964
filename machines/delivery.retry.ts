import type { BatchOutcome, DeliveryContext } from './delivery.types.js';

/** The first pause is at most this long, and each further one at most twice the one before. In milliseconds. */
export const firstRetryDelayMs = 2_000;
/** No pause is longer than this, unless the server asks for more. In milliseconds. */
export const maxRetryDelayMs = 300_000;
/** The longest pause a server can ask for with `Retry-After`: a day, in milliseconds. */
export const maxRetryAfterMs = 86_400_000;

/** How long to wait before the next attempt: exponential with full jitter, and at least what the server asked for.
 * @param random From 0 (at once) to 1 (the whole of the pause). @default 1
 * @returns Milliseconds.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function retryDelayMs(context: Pick<DeliveryContext, 'attempt' | 'retryAfterMs'>, random = 1): number {
  const ceiling = Math.min(maxRetryDelayMs, firstRetryDelayMs * 2 ** Math.max(0, context.attempt - 1));
  const asked = Math.min(maxRetryAfterMs, context.retryAfterMs ?? 0);
  const share = random >= 0 && random <= 1 ? random : 1;
  return Math.round(asked + share * ceiling);
}

/** What an HTTP status means for a batch; 0 stands for no readable answer.
 * @see insights-api: 200 accepted, 422 validation failure of the whole batch, 413 body over 2 MB, 401 credentials */
export function outcomeOf(status: number, message: string, retryAfterMs?: number): BatchOutcome {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 401 || status === 403) return { kind: 'credentialsRefused', status };
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', message, status };
  if (status === 408 || status === 429 || status < 400 || status >= 500)
    return { kind: 'failed', status, retryAfterMs };
  return { kind: 'undeliverable', message, status };
}
