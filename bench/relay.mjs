import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The long form of the relay's tests: each is told how often. Takes about half an hour.
 * @returns The exit code. */
export function benchRelay() {
  const cwd = fileURLToPath(new URL('../relay', import.meta.url));
  const long = {
    LONG: '1',
    SECONDS: '20',
    QUEUED: '1000000',
    KILLS: '300',
    NODE_KILLS: '50',
    BODIES: '100000',
    WALKS: '500',
  };
  for (const args of [['ci'], ['test']]) {
    const { status } = spawnSync('npm', args, { cwd, stdio: 'inherit', env: { ...process.env, ...long } });
    if (status !== 0) return status ?? 1;
  }
  return 0;
}
