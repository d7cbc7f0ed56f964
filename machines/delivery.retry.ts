import type { DeliveryContext } from './delivery.types.js';

/** The first pause is at most this long, and each further one at most twice the one before. In milliseconds. */
export const firstRetryDelayMs = 2_000;
/** No pause is longer than this, unless the server asks for more. In milliseconds. */
export const maxRetryDelayMs = 300_000;
/** The longest pause a server can ask for with `Retry-After`: a day, in milliseconds. */
export const maxRetryAfterMs = 86_400_000;

/** How long to wait before the next request: exponential with full jitter, and at least what the server asked for.
 * @param random From 0 (at once) to 1 (the whole of the pause). @default 1
 * @returns Milliseconds.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
export function retryDelayMs(context: Pick<DeliveryContext, 'retries' | 'retryAfterMs'>, random = 1): number {
  const ceiling = Math.min(maxRetryDelayMs, firstRetryDelayMs * 2 ** (context.retries - 1));
  const { retryAfterMs = 0 } = context;
  const asked = retryAfterMs > 0 ? Math.min(maxRetryAfterMs, retryAfterMs) : 0;
  return asked + ceiling * (random >= 0 && random <= 1 ? random : 1);
}

/** How long a browser that says it is offline is believed: 30 seconds at first, doubled with each failed try, five minutes
 * at most.
 * @returns Milliseconds. */
export function offlineDelayMs({ retries }: Pick<DeliveryContext, 'retries'>): number {
  return Math.min(maxRetryDelayMs, 30_000 * 2 ** retries);
}
