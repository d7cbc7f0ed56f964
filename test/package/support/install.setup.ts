import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { packPackage } from '../../examples/support/build.js';

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
    const tarball = await packPackage(folder);
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
