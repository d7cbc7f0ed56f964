import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a command; when it fails, the error says what the command said. */
export async function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    return (await promisify(execFile)(command, [...args], { maxBuffer: 1e7, ...options })).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed.\n${stdout}${stderr}`);
  }
}

/** Packages that only some tests need, in a folder of their own: as devDependencies they would make every `npm ci` download
 * several hundred megabytes. Installed once for each change of the list; no script of a package runs.
 * @param name The folder below `.tmp`.
 * @param dependencies Exact versions by name, as in a manifest.
 * @returns The folder. */
export async function installed(name: string, dependencies: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(root, '.tmp', name);
  const stamp = join(folder, 'installed.json');
  const wanted = JSON.stringify(dependencies, null, 2);
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return folder;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
  await run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--prefer-offline'],
    {
      cwd: folder,
    },
  );
  await writeFile(stamp, wanted);
  return folder;
}
