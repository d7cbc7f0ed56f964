// Changes the code of one folder in many small ways and looks whether a test fails each time: `npm run mutate -- machines`.
// The report is printed, and written as JSON to .tmp/mutation/<folder>/. A folder takes up to half an hour.
// A second argument takes a part of it instead: `npm run mutate -- src/delivery src/delivery/flush.ts:9-12`.
import { fileURLToPath } from 'node:url';
import { Stryker } from '@stryker-mutator/core';

/** What is mutated of each folder. */
const folders = {
  machines: 'machines/**/*.ts',
  'src/identity': 'src/identity/**/*.ts',
  'src/delivery': 'src/delivery/**/*.ts',
  'src/events': 'src/events/**/*.ts',
  // What keeps cookies and what keeps events.
  'src/adapters':
    'src/adapters/{cookies,cookie-token-store,storage-outbox,memory-outbox,chunk,adoption,unconfirmed,outage-record,short-lock,web-storage}.ts',
};

const folder = process.argv[2]?.replace(/\/$/, '');
if (!Object.hasOwn(folders, folder ?? '')) {
  console.error(`Which folder? One of ${Object.keys(folders).join(', ')}.`);
  process.exit(2);
}
process.chdir(fileURLToPath(new URL('..', import.meta.url)));
// For the order of the tests, in vitest.mutate.config.ts.
process.env.MUTATED = folder;
const stryker = new Stryker({
  mutate: [process.argv[3] ?? folders[folder]],
  testRunner: 'vitest',
  // Not `related`: the tests of a mutant are known from coverage, and asking Vite again for each mutant takes longer.
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // A mutant in what runs at import needs every test. The charts of the machines are built at import.
  ignoreStatic: folder !== 'machines',
  // Mutants that the compiler rejects count neither as killed nor as survived.
  checkers: ['typescript'],
  tsconfigFile: 'tsconfig.build.json',
  typescriptChecker: { prioritizePerformanceOverAccuracy: true },
  concurrency: 2,
  timeoutMS: 5_000,
  // What no test of vitest.mutate.config.ts reads.
  ignorePatterns: ['/.tmp', '/bench', '/demo', '/dist', '/docs', '/examples'],
  tempDirName: '.tmp/stryker',
  reporters: ['clear-text', 'json', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.tmp/mutation/${folder}/mutation.json` },
});
await stryker.runMutationTest();
