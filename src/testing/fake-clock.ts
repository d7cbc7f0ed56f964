import type { Clock } from '../adapters/ports.js';

/** A {@link Clock} that stands still until you move it. */
export interface FakeClock extends Clock {
  /** Lets time pass, timer by timer, and lets promises settle in between. */
  advance(ms: number): Promise<void>;
  /** Sets the device's clock, as a user or a time server does. The monotonic clock goes on as it was. */
  setNow(epochMs: number): void;
  /** Timers that are set. */
  readonly timers: number;
}

/** Lets every promise that is ready settle, and those that become ready by it. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A clock for tests.
 * @param epochMs What `now()` says at first. @default 1_800_000_000_000 (January 2027) */
export function fakeClock(epochMs = 1_800_000_000_000): FakeClock {
  const timers = new Map<number, { readonly due: number; readonly callback: (...args: unknown[]) => void }>();
  let elapsed = 0;
  let offset = epochMs;
  let last = 0;

  return {
    now: () => offset + elapsed,
    monotonicNow: () => elapsed,
    setTimeout(callback, delayMs) {
      last += 1;
      timers.set(last, { due: elapsed + Math.max(0, delayMs || 0), callback });
      return last;
    },
    clearTimeout: (handle) => void timers.delete(handle as number),
    setNow(now) {
      offset = now - elapsed;
    },
    get timers() {
      return timers.size;
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settled();
      for (;;) {
        const [next] = [...timers].filter(([, { due }]) => due <= end).sort(([, a], [, b]) => a.due - b.due);
        if (!next) break;
        const [handle, { due, callback }] = next;
        timers.delete(handle);
        elapsed = Math.max(elapsed, due);
        callback();
        await settled();
      }
      elapsed = end;
    },
  };
}
