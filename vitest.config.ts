import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests of the docs site, built, and of every snippet in the guide. */
const docs = ['test/docs/{site,home,snippets,instantsearch}.test.ts'];

/** Tests in a browser or under load of what is built around the client. */
const around = [
  'test/aa/{script-tag*,types}.test.ts',
  'test/cli/{timeline,playwright}.test.ts',
  'test/demo/{access,chart,start,walk}.test.ts',
  'test/devtools/panel.test.ts',
  'test/inspector/{guide,viewer,production}.test.ts',
  'test/server/{sending,two-processes,page}.test.ts',
];

/** Chromium walks through every example in the project `examples`; the other engines take one of them. */
const isChromium = (process.env.ENGINE ?? 'chromium') === 'chromium';
const example = 'test/browser/example-app.test.ts';

/** Puts the compiled charts of usertoken/lite in the place of XState. */
const onCompiledCharts = {
  extends: true as const,
  resolve: {
    alias: [
      { find: /^(\.\.?\/)+(src\/)?charts\.js$/, replacement: resolve(import.meta.dirname, 'src/lite/charts.ts') },
    ],
  },
};
const liteEnv = { INTERPRETER: 'lite' };

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
            'test/{browser,package,equality,compat,examples,hostile,fuzz,runtimes,angular}/**',
            ...docs,
            ...around,
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
      // The runtime of compiled charts next to XState, on random charts and events.
      { extends: true, test: { name: 'equality', include: ['test/equality/**/*.test.ts'], ...slow } },
      // Tests of the projects unit and browser in which machines do the work, once more on compiled charts.
      {
        ...onCompiledCharts,
        test: {
          name: 'lite',
          include: [
            'test/{contract,delivery,identity,properties,aa}/**/*.test.ts',
            'test/*.test.ts',
            'test/browser/{story,tabs,outages,page-exit,page-return}.test.ts',
          ],
          env: liteEnv,
          exclude: [
            // Inspection is XState's.
            'test/masked-inspect.test.ts',
            'test/identity/paths.test.ts',
            // The script tag is built without XState anyway.
            'test/aa/{script-tag*,types}.test.ts',
          ],
        },
      },
      // search-insights and the libraries of Algolia beside the drop-in.
      { extends: true, test: { name: 'compat', include: ['test/compat/**/*.test.ts'], ...slow } },
      {
        ...onCompiledCharts,
        test: { name: 'lite-compat', include: ['test/compat/differential/**/*.test.ts'], env: liteEnv, ...slow },
      },
      // The examples, installed from the package, built and walked through.
      { extends: true, test: { name: 'examples', include: ['test/examples/**/*.test.ts'], ...slow } },
      // The docs site, built, and every snippet in the guide, run.
      {
        extends: true,
        test: { name: 'docs', include: docs, globalSetup: ['test/docs/support/build-site.setup.ts'], ...slow },
      },
      // The demo, the script tag, the collector's pages, the inspector, servers.
      { extends: true, test: { name: 'around', include: around, ...slow } },
    ],
  },
});
