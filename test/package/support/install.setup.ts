import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

/** Runs a command; when it fails, the error tells what the command said. */
async function run(command: string, args: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  try {
    return (await promisify(execFile)(command, [...args], options)).stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed.\n${stdout}${stderr}`);
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const leftOut = new Set(['node_modules', 'dist', '.git', '.tmp']);

/** Where the tests of the installed package find what they need. */
export interface PackedPackage {
  /** Files in the tarball, sorted. */
  readonly files: readonly string[];
  /** A project with the tarball, and the xstate and the frameworks of this repository, installed. */
  readonly consumer: string;
  /** One with the oldest xstate that the package claims to work with, and no framework. */
  readonly oldestConsumer: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    packed: PackedPackage;
  }
}

async function readJson(path: string) {
  return JSON.parse(await readFile(path, 'utf8'));
}

/** Packs a copy of the sources, as a publish from a clean checkout would: dist/ comes from `prepack` alone. */
async function pack(folder: string): Promise<string> {
  const source = join(folder, 'source');
  await cp(root, source, {
    recursive: true,
    filter: (path) => !leftOut.has(relative(root, path)) && !path.endsWith('.tgz'),
  });
  await symlink(join(root, 'node_modules'), join(source, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', folder], { cwd: source });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('npm pack left no tarball');
  return join(folder, tarball);
}

/** What the bindings bind to, in the versions of this repository. */
const frameworks = ['vue', 'svelte', 'react', '@angular/core'];

async function install(folder: string, tarball: string, others: readonly string[]): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--save-exact'];
  await run('npm', ['install', ...options, tarball, ...others], { cwd: folder });
  return folder;
}

export default async function setup(project: TestProject) {
  // Outside of the repository, so that nothing is resolved to its node_modules.
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'usertoken-package-')));
  const teardown = () => rm(folder, { recursive: true, force: true });
  try {
    const tarball = await pack(folder);
    const list = await run('tar', ['-tzf', tarball]);
    const installed = async (name: string) => {
      const { version } = await readJson(join(root, 'node_modules', name, 'package.json'));
      return `${name}@${version}`;
    };
    const { peerDependencies } = await readJson(join(root, 'package.json'));
    project.provide('packed', {
      files: list.trim().split('\n').sort(),
      consumer: await install(
        join(folder, 'consumer'),
        tarball,
        await Promise.all(['xstate', ...frameworks].map(installed)),
      ),
      oldestConsumer: await install(join(folder, 'oldest'), tarball, [
        `xstate@${peerDependencies.xstate.replace('^', '')}`,
      ]),
    });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}
