import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What takes long beside the tests of the library itself: the documentation site, built and looked at in a browser, every
 * snippet of it run, pages of the collector, the demo, the script tag, the inspector's viewer, servers under load. */
const siteTests = [
  'test/docs/{site,snippets}.test.ts',
  'test/aa/script-tag.test.ts',
  'test/cli/{timeline,playwright}.test.ts',
  'test/demo/{access,chart,walk}.test.ts',
  'test/inspector/{viewer,production}.test.ts',
  'test/server/{sending,two-processes,page}.test.ts',
];

/** Tests that stand, once more on the small interpreter of usertoken/lite. */
const onSubset = {
  extends: true as const,
  resolve: {
    alias: [{ find: /^xstate$/, replacement: resolve(import.meta.dirname, 'test/equality/support/xstate-alias.ts') }],
  },
};
const subsetEnv = { INTERPRETER: 'lite' };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // A retry may wait for seconds, what a page left is taken over after ten, and a busy machine is slow, not wrong.
    expect: { poll: { timeout: 25_000 } },
    // Most tests wait for a browser or a clock: on two cores one worker would leave the machine idle.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'behaviour',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{package,equality,compat,examples,engines,hostile,fuzz,runtimes,angular}/**', ...siteTests],
        },
      },
      // Pages and inputs that mean no good: `npm run test:hostile`.
      {
        extends: true,
        test: {
          name: 'hostile',
          include: ['test/{hostile,fuzz}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // What takes longer than a developer waits for; `npm run test:wide` runs it.
      ...['equality', 'compat', 'examples'].map((name) => ({
        extends: true as const,
        test: { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 300_000, hookTimeout: 300_000 },
      })),
      {
        extends: true,
        test: { name: 'site', include: siteTests, testTimeout: 120_000, hookTimeout: 300_000 },
      },
      {
        ...onSubset,
        test: {
          name: 'lite',
          include: ['test/{machines,controller,contract,properties,browser,aa}/**/*.test.ts'],
          env: subsetEnv,
          exclude: [
            // It walks the machine with xstate/graph.
            'test/machines/identity.graph.test.ts',
            // Machines inside machines, restored snapshots, inspection: the subset has none of them.
            'test/machines/standalone.test.ts',
            'test/controller/inspect.test.ts',
            // A page with an inspector; what is shipped without XState anyway.
            'test/browser/demo.test.ts',
            'test/aa/script-tag.test.ts',
          ],
        },
      },
      {
        ...onSubset,
        test: {
          name: 'lite-compat',
          include: ['test/compat/differential/**/*.test.ts'],
          env: subsetEnv,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'engines',
          include: ['test/engines/**/*.test.ts'],
          globalSetup: ['test/engines/harness/example.setup.ts'],
          testTimeout: 90_000,
          hookTimeout: 90_000,
          // One for each engine: their tests wait more than they work. After the others, which need the machine.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      // Runtimes that the docs name, and Angular's majors: packages that nothing else needs, installed on demand.
      {
        extends: true,
        test: {
          name: 'runtimes',
          include: ['test/{runtimes,angular}/**/*.test.ts'],
          globalSetup: ['test/runtimes/support/install.setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/support/install.setup.ts'],
          // Bundlers and compilers run in these.
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './test/types/tsconfig.json',
          },
        },
      },
    ],
  },
});
