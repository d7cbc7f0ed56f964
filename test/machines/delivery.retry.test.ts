import { describe, expect, it } from 'vitest';
import {
  firstRetryDelayMs,
  maxRetryAfterMs,
  maxRetryDelayMs,
  offlineDelayMs,
  retryDelayMs,
} from '../../machines/index.js';

const failed = (retries: number, retryAfterMs?: number) => ({ retries, retryAfterMs });

describe('the pause before a retry', () => {
  it('is two seconds at first and doubles with each failure, up to five minutes', () => {
    const pauses = Array.from({ length: 10 }, (_, index) => retryDelayMs(failed(index + 1)) / 1_000);
    expect(pauses).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    expect([firstRetryDelayMs, maxRetryDelayMs]).toEqual([2_000, 300_000]);
  });

  it('is a random part of that', () => {
    expect([0, 0.25, 1].map((random) => retryDelayMs(failed(5), random))).toEqual([0, 8_000, 32_000]);
  });

  it('is the whole of that when the random number is out of range', () => {
    expect([-1, 1.5, Number.NaN].map((random) => retryDelayMs(failed(5), random))).toEqual([32_000, 32_000, 32_000]);
  });

  it('begins after the pause that the server asked for', () => {
    expect(retryDelayMs(failed(1, 60_000), 0)).toBe(60_000);
    expect(retryDelayMs(failed(1, 60_000), 0.5)).toBe(61_000);
  });

  it('honours a pause of at most a day, which a timer can still hold', () => {
    expect(maxRetryAfterMs).toBe(86_400_000);
    expect(retryDelayMs(failed(40, 1e15), 1)).toBe(maxRetryAfterMs + maxRetryDelayMs);
    expect(maxRetryAfterMs + maxRetryDelayMs).toBeLessThan(2 ** 31);
  });

  it('ignores a pause that is negative or not a number', () => {
    expect([-5, Number.NaN].map((asked) => retryDelayMs(failed(1, asked)))).toEqual([2_000, 2_000]);
  });
});

describe('the time a browser that says it is offline is believed', () => {
  it('is thirty seconds at first and doubles with each failed request, up to five minutes', () => {
    const delays = Array.from({ length: 6 }, (_, retries) => offlineDelayMs({ retries }) / 1_000);
    expect(delays).toEqual([30, 60, 120, 240, 300, 300]);
  });
});
