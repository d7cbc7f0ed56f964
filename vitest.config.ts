import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** What takes long beside the tests of the library itself: the documentation site, built and looked at in a browser, every
 * snippet of it run, pages of the collector, the demo, the script tag, the inspector's viewer, servers under load. */
const siteTests = [
  'test/docs/{site,home,snippets}.test.ts',
  'test/aa/script-tag.test.ts',
  'test/cli/{timeline,playwright}.test.ts',
  'test/demo/{access,chart,walk}.test.ts',
  'test/inspector/{viewer,production}.test.ts',
  'test/server/{sending,two-processes,page}.test.ts',
];

/** Tests that stand, once more on the compiled charts of usertoken/lite. */
const onSubset = {
  extends: true as const,
  resolve: {
    alias: [
      { find: /^(\.\.?\/)+(src\/)?charts\.js$/, replacement: resolve(import.meta.dirname, 'src/lite/charts.ts') },
    ],
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
          exclude: ['test/{package,equality,compat,examples,engines,hostile,fuzz}/**', ...siteTests],
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
        test: {
          name: 'site',
          include: siteTests,
          exclude: ['test/docs/home.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'home',
          include: ['test/docs/home.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          // It builds the site too, and two builds at a time would write the same files.
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...onSubset,
        test: {
          name: 'lite',
          include: ['test/{controller,contract,properties,browser,aa}/**/*.test.ts'],
          env: subsetEnv,
          exclude: [
            // Inspection is XState's.
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
