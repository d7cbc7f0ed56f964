import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests of what is built around the library: the docs site and its snippets, the demo, the inspector, servers. */
const site = [
  'test/docs/{site,snippets,instantsearch}.test.ts',
  'test/aa/script-tag.test.ts',
  'test/cli/{timeline,playwright}.test.ts',
  'test/demo/{access,chart,start,walk}.test.ts',
  'test/inspector/{viewer,production}.test.ts',
  'test/server/{sending,two-processes,page}.test.ts',
];

/** Chromium walks through every example in the project `examples`; the other engines take one of them. */
const isChromium = (process.env.ENGINE ?? 'chromium') === 'chromium';
const example = 'test/browser/example-app.test.ts';

/** Puts the compiled charts of usertoken/lite in the place of XState. */
const onSubset = {
  extends: true as const,
  resolve: {
    alias: [
      { find: /^(\.\.?\/)+(src\/)?charts\.js$/, replacement: resolve(import.meta.dirname, 'src/lite/charts.ts') },
    ],
  },
};
const subsetEnv = { INTERPRETER: 'lite' };

/** Bundlers, compilers and installations run in these. */
const slow = { testTimeout: 300_000, hookTimeout: 300_000 };

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // A retry may wait for seconds, a page's events are taken over after ten, and a busy machine is slow, not wrong.
    expect: { poll: { timeout: 25_000 } },
    // Most tests wait for a browser or a clock: on two cores one worker would leave the machine idle.
    maxWorkers: 2,
    projects: [
      // Everything that runs in Node alone.
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [
            'test/{browser,package,equality,compat,examples,hostile,fuzz}/**',
            'test/docs/home.test.ts',
            ...site,
          ],
        },
      },
      // Pages in a real browser: ENGINE=chromium (the default), firefox or webkit.
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          exclude: isChromium ? [example] : [],
          globalSetup: isChromium ? [] : ['test/browser/example.setup.ts'],
          // The files of a worker share its browser, which the environment closes.
          isolate: false,
          environment: './test/browser/environment.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The package as npm packs and installs it.
      {
        extends: true,
        test: {
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          globalSetup: ['test/package/support/install.setup.ts'],
          testTimeout: 120_000,
        },
      },
      // What the declarations accept and refuse.
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
      // Pages, servers, tabs and inputs that mean no good.
      {
        extends: true,
        test: {
          name: 'hostile',
          include: ['test/{hostile,fuzz}/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The compiled charts next to XState, on the real machines and on random ones.
      { extends: true, test: { name: 'equality', include: ['test/equality/**/*.test.ts'], ...slow } },
      // Tests of the projects unit and browser, once more on the compiled charts.
      {
        ...onSubset,
        test: {
          name: 'lite',
          include: ['test/{delivery,identity,contract,properties,browser,aa}/**/*.test.ts', 'test/*.test.ts'],
          env: subsetEnv,
          exclude: [
            // Inspection is XState's.
            'test/masked-inspect.test.ts',
            'test/identity/paths.test.ts',
            // The script tag is built without XState anyway.
            'test/aa/script-tag.test.ts',
            'test/browser/drop-in.test.ts',
            example,
          ],
        },
      },
      // search-insights and the libraries of Algolia beside the drop-in.
      { extends: true, test: { name: 'compat', include: ['test/compat/**/*.test.ts'], ...slow } },
      {
        ...onSubset,
        test: { name: 'lite-compat', include: ['test/compat/differential/**/*.test.ts'], env: subsetEnv, ...slow },
      },
      // The examples, installed from the package, built and walked through.
      { extends: true, test: { name: 'examples', include: ['test/examples/**/*.test.ts'], ...slow } },
      { extends: true, test: { name: 'site', include: site, testTimeout: 120_000, hookTimeout: 300_000 } },
      // The home page builds the site too, and two builds at a time would write the same files.
      {
        extends: true,
        test: {
          name: 'home',
          include: ['test/docs/home.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
