import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Collector, createCollector } from '../../../src/testing/index.js';
import { bundle } from './bundle.js';
import { prelude, withExpectations } from './expectations.js';
import { root, type Snippet } from './guide.js';

const patienceMs = 20_000;

/** Runs a snippet as an ES module of its own in a Node of its own, to which a collector is the Insights API.
 * @throws Error when it throws, does not end by itself, or something is not as it says. */
export async function runInNode(snippet: Snippet): Promise<void> {
  const { code, count } = withExpectations(snippet);
  const collector = await createCollector();
  try {
    const ending = `
process.on('exit', (status) => {
  for (const failure of globalThis.__failures) console.error(failure);
  if (globalThis.__seen.size < ${count}) console.error('not everything it says was reached');
  if (globalThis.__failures.length > 0 || globalThis.__seen.size < ${count}) process.exitCode = status || 1;
});`;
    await runModule(snippet.at, prelude(collector.origin) + ending + (await bundle(code, 'node')));
    checkAnswers(snippet.at, collector);
  } finally {
    await collector.close();
  }
}

async function runModule(at: string, module: string): Promise<void> {
  // In the repository's folder, so that what a snippet imports from other packages is found.
  const child = spawn(process.execPath, ['--input-type=module', '-'], { cwd: root, timeout: patienceMs });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  child.stdout.resume();
  child.stdin.end(module);
  const [status, signal] = await once(child, 'close');
  if (signal) throw new Error(`${at}: did not end within ${patienceMs} ms\n${said}`);
  if (status !== 0) throw new Error(`${at}: ended with ${status}\n${said}`);
}

/** Every request of a snippet is one that the API would accept.
 * @throws Error that names the answers which say otherwise. */
export function checkAnswers(at: string, { requests }: Collector): void {
  const refused = requests
    .filter(({ status, path }) => status !== 200 && path.startsWith('/1/'))
    .map(({ status, path }) => `${path}: ${status}`);
  if (refused.length > 0) throw new Error(`${at}: the collector answered ${refused.join(', ')}`);
}
