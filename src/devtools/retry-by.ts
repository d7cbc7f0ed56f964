import { offlineDelayMs, retryDelayMs } from '../../machines/index.js';
import type { DeliverySnapshot } from '../actor.types.js';

/** Follows when the next request comes at the latest: the pause itself is random, up to a bound that is known. */
export function followRetries() {
  let key = '';
  let since = 0;
  return ({ value, context }: Pick<DeliverySnapshot, 'value' | 'context'>): number | undefined => {
    const now = `${value} ${context.retries}`;
    if (now !== key) since = Date.now();
    key = now;
    if (value === 'backingOff') return since + retryDelayMs(context);
    return value === 'offline' ? since + offlineDelayMs(context) : undefined;
  };
}
