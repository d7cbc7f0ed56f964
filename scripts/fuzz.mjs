// Runs the tests of test/fuzz/ with more inputs than CI does: `npm run fuzz` (thirty times as many), `npm run fuzz -- 100`.
// FUZZ_SEED=<seed> repeats a run.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const factor = Number(process.argv[2] ?? 30);
if (!(factor > 0)) {
  console.error('How many times as long as in CI? A number above 0.');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const child = spawn('npx', ['vitest', 'run', '--project', 'hostile', 'test/fuzz'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_FACTOR: `${factor}` },
});
child.once('exit', (code) => {
  process.exitCode = code ?? 1;
});
