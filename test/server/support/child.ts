import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundle } from '../../docs/support/bundle.js';
import { root } from '../../docs/support/guide.js';

/** A Node process that runs a module against the source of this package. */
export interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  /** Resolves once the process has written this many lines to its output, to all of them. */
  lines(count: number): Promise<readonly string[]>;
  /** Resolves when it has ended by itself or by a signal. */
  readonly ended: Promise<{ readonly status: number | null; readonly signal: string | null; readonly said: string }>;
}

/** Starts a Node process.
 * @param code An ES module; `usertoken` and its other entries are this repository's source.
 * @param patienceMs When it is ended by force. */
export async function startNode(code: string, patienceMs = 25_000): Promise<Child> {
  const module = await bundle(code, 'node');
  const child = spawn(process.execPath, ['--input-type=module', '-'], { cwd: root, timeout: patienceMs });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data) => {
    output += data;
  });
  child.stderr.on('data', (data) => {
    errors += data;
  });
  child.stdin.end(module);
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal, said: errors }));
  const linesNow = () => output.split('\n').slice(0, -1);
  return {
    process: child,
    ended,
    async lines(count) {
      while (linesNow().length < count) {
        const end = await Promise.race([once(child.stdout, 'data'), ended]);
        if (!Array.isArray(end) && linesNow().length < count) throw new Error(`ended early: ${errors}`);
      }
      return linesNow();
    },
  };
}
