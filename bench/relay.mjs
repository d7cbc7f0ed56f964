import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Starts a relay in its own process, which keeps its port and its file when it is killed and started again. Needs
 * `npm ci && npm run build` in relay/.
 * @param {string} upstream The origin of the stand-in for the API.
 * @param {string} shop The origin of the pages. */
export async function startRelay(upstream, shop) {
  const folder = await mkdtemp(join(tmpdir(), 'relay-bench-'));
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  const command = fileURLToPath(new URL('../relay/dist/cli.js', import.meta.url));
  const args = ['--app-id', 'bench', '--upstream', upstream, '--origin', shop, '--port', String(port)];
  let child;
  async function start() {
    child = spawn(
      process.execPath,
      [command, ...args, '--data', join(folder, 'relay.db'), '--events-per-minute', '100000000'],
      {
        env: { ...process.env, USERTOKEN_API_KEY: 'key' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for await (const text of child.stdout.iterator({ destroyOnReturn: false })) {
      if (String(text).includes('listening')) break;
    }
    child.stdout.resume();
  }
  async function kill() {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }
  let before = 0;
  /** How many events the relay has sent again without knowing whether they had arrived, over all its lives. */
  async function ambiguous() {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return before + Number(/ambiguous_total\{[^}]*\} (\d+)/.exec(text)?.[1] ?? 0);
  }
  await start();
  return {
    origin: `http://127.0.0.1:${port}`,
    ambiguous,
    async restart() {
      before = await ambiguous();
      await kill();
      await start();
    },
    async close() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The long form of the relay's tests, each with a number of repetitions. Takes about half an hour.
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
