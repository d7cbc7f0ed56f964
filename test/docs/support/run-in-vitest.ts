import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { bundleTest } from './bundle.js';
import { root, type Snippet } from './guide.js';

const patienceMs = 60_000;

/** Runs a snippet as the test file that it is, in a Vitest of its own.
 * @param components The components that it imports.
 * @throws Error with what Vitest said when a test of it fails, or there is none. */
export async function runInVitest(snippet: Snippet, components: readonly Snippet[] = []): Promise<void> {
  const { at, code } = snippet;
  if (code.includes('// =>')) throw new Error(`${at}: a test expects with expect`);
  await mkdir(`${root}.tmp`, { recursive: true });
  const folder = await mkdtemp(`${root}.tmp/snippet-`);
  try {
    // Its own configuration: the one of this repository is for this repository.
    await writeFile(`${folder}/vitest.config.mjs`, 'export default {};');
    await writeFile(`${folder}/snippet.test.mjs`, await bundleTest(snippet, components));
    const { status, said } = await run(['run', '--root', folder]);
    if (status !== 0) throw new Error(`${at}: ended with ${status}\n${said}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function run(options: readonly string[]): Promise<{ readonly status: number | null; readonly said: string }> {
  const env = Object.entries(process.env).filter(([name]) => !/^VITEST|^NODE_OPTIONS$/.test(name));
  const child = spawn(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, ...options], {
    env: { ...Object.fromEntries(env), NO_COLOR: '1' },
    timeout: patienceMs,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      said += data;
    });
  }
  const [status] = await once(child, 'close');
  return { status, said };
}
