import { defineConfig } from 'vitest/config';

/** Kills and clusters: `npm test` runs them in a short form, `npm run bench -- relay` in the long one. */
export default defineConfig({
  test: {
    include: [process.env.LONG ? 'test/**/*.test.ts' : 'test/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    // Each of them loads the machine; two at a time would measure each other.
    fileParallelism: false,
  },
});
