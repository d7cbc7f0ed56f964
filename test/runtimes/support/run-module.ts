import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

/** The environment of a server: the test runner sets NODE_ENV. */
const { NODE_ENV, ...env } = process.env;

/** Runs a module in a runtime, with the package installed beside it.
 * @param code An ES module that prints one line of JSON.
 * @returns What it printed. */
export async function runModule<Printed>(
  runtime: string,
  code: string,
  moreEnv: Readonly<Record<string, string>> = {},
): Promise<Printed> {
  const { folder, commands } = inject('runtimes');
  const [command, ...args] = commands[runtime] as [string, ...string[]];
  const place = await mkdtemp(join(folder, 'module-'));
  try {
    const file = join(place, 'module.mjs');
    await writeFile(file, code);
    const options = { cwd: folder, env: { ...env, ...moreEnv }, timeout: 60_000 };
    const { stdout } = await promisify(execFile)(command, [...args, file], options);
    return JSON.parse(stdout);
  } finally {
    await rm(place, { recursive: true });
  }
}
