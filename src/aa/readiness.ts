import { tryCall } from '../../machines/try-call.js';
import { outsideZone } from '../adapters/platform.js';

/** How long a call waits for `init` before its answer is no. */
const patienceMs = 10_000;
/** The most calls that wait. */
const maxWaiting = 1_000;

/** The calls that wait until `init` has said where events go. */
export function readiness(isReady: () => boolean, onError: (error: unknown) => void) {
  const waiting: (() => void)[] = [];

  /** Calls `proceed` once ready; before that `giveUp`, when it takes long. */
  function wait(proceed: () => void, giveUp: () => void): void {
    const timer = outsideZone(() => setTimeout(giveUp, patienceMs));
    waiting.push(() => {
      // On Node it would keep the process from its end.
      clearTimeout(timer);
      proceed();
    });
  }

  return {
    /** Calls `send` once ready. Resolves to what it resolves to; to false when that takes long, though it may still be
     * called then. */
    defer: (send: () => Promise<boolean>): Promise<boolean> =>
      new Promise((resolve) => {
        if (waiting.length >= maxWaiting) return resolve(false);
        wait(
          () => resolve(send()),
          () => resolve(false),
        );
      }),

    /** Calls `callback` once, with `null` when ready, else with what is missing. */
    onReady(callback: (error: Error | null) => void): void {
      let isTold = false;
      const tell = (error: Error | null) => {
        if (!isTold) tryCall(callback, onError, error);
        isTold = true;
      };
      if (isReady()) tell(null);
      else
        wait(
          () => tell(null),
          () => tell(new Error('init has not been called with appId and apiKey')),
        );
    },

    /** Lets go of what waits, if it is time. */
    check(): void {
      if (isReady()) for (const proceed of waiting.splice(0)) proceed();
    },
  };
}
