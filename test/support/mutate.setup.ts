import fc from 'fast-check';
import { afterEach } from 'vitest';

// Set-up of every file in mutation tests, all of them in one worker.

// Each property is tried thousands of times: few values, and the same each time, since what a mutant meets must not be luck.
fc.configureGlobal({ numRuns: 20, seed: 1 });

// Vitest, told to stop at the first test that fails, skips the tests after it and loads their files all the same, which takes
// longer than the tests.
const worker = globalThis as { hasFailed?: boolean };
if (worker.hasFailed) throw new Error('Not loaded: a test failed, so the mutant is dead.');

afterEach(({ task }) => {
  if (task.result?.state === 'fail') worker.hasFailed = true;
});
