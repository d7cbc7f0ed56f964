import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { packPackage } from '../../examples/support/build.js';
import { installed, run } from '../../support/install.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where the tests of runtimes find what they run. */
export interface Runtimes {
  /** Has `usertoken` from the tarball, `xstate`, and the packages below in its `node_modules`. */
  readonly folder: string;
  /** How to run a module in each of them: the command and its first arguments. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** Cloudflare's runtime. */
  readonly workerd: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    runtimes: Runtimes;
  }
}

/** npm has the binaries under these names. */
const { platform, arch } = process;
const bun = `@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}`;
const deno = `@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}`;
const workerd = `@cloudflare/workerd-${platform}-${arch === 'x64' ? '64' : arch}`;
const node = (version: string) => `npm:node-${platform}-${arch}@${version}`;

export default async function setup(project: TestProject) {
  const { version: xstate } = JSON.parse(await readFile(join(root, 'node_modules/xstate/package.json'), 'utf8'));
  const folder = await installed('runtimes', {
    xstate,
    'node-20': node('20.20.2'),
    'node-22': node('22.23.5'),
    'node-24': node('24.22.3'),
    [bun]: '1.4.5',
    [deno]: '2.9.6',
    [workerd]: '1.20261117.1',
    // What servers put in the place of a document, and what tests do.
    domino: '2.1.8',
    linkedom: '0.18.15',
    jsdom: '26.1.0',
    'happy-dom': '21.0.4',
    jest: '30.5.2',
    'jest-environment-jsdom': '30.5.2',
  });
  const packed = await mkdtemp(join(tmpdir(), 'usertoken-runtimes-'));
  try {
    const tarball = await packPackage(packed);
    const place = join(folder, 'node_modules/usertoken');
    await rm(place, { recursive: true, force: true });
    await mkdir(place);
    await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', place]);
  } finally {
    await rm(packed, { recursive: true, force: true });
  }
  const binary = (path: string) => join(folder, 'node_modules', path);
  project.provide('runtimes', {
    folder,
    workerd: binary(`${workerd}/bin/workerd`),
    commands: {
      'Node 20': [binary('node-20/bin/node')],
      'Node 22': [binary('node-22/bin/node')],
      'Node 24': [binary('node-24/bin/node')],
      Bun: [binary(`${bun}/bin/bun`)],
      Deno: [binary(`${deno}/deno`), 'run', '--no-prompt', '--allow-net=127.0.0.1', '--allow-read', '--allow-env'],
    },
  });
}
