import { tryCall } from '../../machines/try-call.js';
import type { Clock } from './ports.js';

/** How long a lock outlives the change it guards: localStorage is not ordered by locks. */
const afterglowMs = 1_000;
/** A free lock is granted in milliseconds. A browser that says nothing for this long has no locks. */
const maxWaitMs = 5_000;

/** Web Locks as far as they are used here, where there are any. */
export type Locks = Pick<LockManager, 'request'> | undefined;

/** Resolves after a while. */
export const pause = (clock: Clock, delayMs: number): Promise<unknown> =>
  new Promise((resolve) => clock.setTimeout(resolve, delayMs));

/** Runs `change` under the Web Lock of this name if it is free now, and holds it for a second more. No lock is held for
 * the life of a page: that would cost Firefox the back-forward cache.
 * @returns Whether the lock was free; `undefined` if the browser has no locks, refuses them or does not answer.
 * @see https://w3c.github.io/web-locks/ */
export function withShortLock(
  locks: Locks,
  clock: Clock,
  name: string,
  change: () => void,
): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const end = (isFree?: boolean): void => {
      clock.clearTimeout(timer);
      resolve(isFree);
    };
    const timer = clock.setTimeout(() => end(), maxWaitMs);
    const request = tryCall(() =>
      locks!.request(name, { ifAvailable: true }, (lock) => {
        if (lock) change();
        end(!!lock);
        return lock && pause(clock, afterglowMs);
      }),
    );
    if (request) request.catch(() => end());
    else end();
  });
}
