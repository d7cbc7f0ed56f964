import { outsideZone } from './platform.js';
import type { Clock } from './ports.js';

/** The clock of the platform. Its timers keep no process alive and no Angular application from being stable. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  setTimeout(callback, delayMs) {
    const handle: unknown = outsideZone(() => setTimeout(callback, delayMs));
    (handle as { unref?: () => void }).unref?.();
    return handle;
  },
  clearTimeout: (handle) => clearTimeout(handle as number),
};
