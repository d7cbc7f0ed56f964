import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const manifest = JSON.parse(read('package.json'));

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: true;
  readonly link?: true;
}
const lock = JSON.parse(read('package-lock.json')) as { lockfileVersion: number; packages: Record<string, Locked> };
const locked = Object.entries(lock.packages).filter(([path, { link }]) => path.includes('node_modules/') && !link);
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences that let anyone use, change and pass on, and MPL, which asks for the changes of its own files. */
const allowedLicences = new Set([
  'MIT',
  'MIT/X11',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'MIT OR Apache-2.0',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'MPL-2.0',
  'Python-2.0',
]);

/** Development tools whose licence is not told in the allowed words; each was read. None is part of what is published. */
const readLicences: Readonly<Record<string, string>> = {
  'hogan.js': 'Apache-2.0',
  elkjs: 'EPL-2.0',
  'caniuse-lite': 'CC-BY-4.0',
  '@segment/facade': 'MIT',
  '@segment/isodate': 'MIT',
  '@segment/isodate-traverse': 'MIT',
  'new-date': 'MIT',
};

/** Packages that may run something when they are installed. */
const allowedInstallScripts = ['esbuild', 'fsevents'];

describe('the package', () => {
  test('runs no script when it is installed, from its tarball or its repository', () => {
    const atInstall = Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name));
    expect(atInstall).toEqual([]);
    expect(manifest).not.toHaveProperty('gypfile');
    expect(readdirSync(root)).not.toContain('binding.gyp');
  });

  test('has no dependencies, and xstate as its only peer that is not optional', () => {
    for (const kind of ['dependencies', 'bundleDependencies', 'bundledDependencies', 'optionalDependencies']) {
      expect(manifest, kind).not.toHaveProperty(kind);
    }
    const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
    const required = Object.keys(manifest.peerDependencies).filter((name) => !optional.includes(name));
    expect(required).toEqual(['xstate']);
  });

  test('publishes dist, README, CHANGELOG and LICENSE alone', () => {
    expect(manifest.files).toEqual(['dist', 'aa', 'README.md', 'CHANGELOG.md', 'LICENSE']);
    expect(manifest.private).toBeUndefined();
  });
});

describe('the lockfile', () => {
  test('belongs to this version and has a SHA-512 for every package', () => {
    expect(lock.lockfileVersion).toBe(3);
    expect(lock.packages['']!.version).toBe(manifest.version);
    expect(locked.length).toBeGreaterThan(100);
    const unsure = locked.filter(([, { integrity }]) => !/^sha512-[A-Za-z0-9+/]{86}==( |$)/.test(integrity ?? ''));
    expect(unsure.map(([path]) => path)).toEqual([]);
  });

  test('takes nothing from git, a file or plain http', () => {
    const strange = locked.filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://'));
    expect(strange.map(([path]) => path)).toEqual([]);
    const { dependencies, devDependencies, peerDependencies } = manifest;
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies })) {
      expect(range, name).toMatch(/^(npm:[\w@/-]+@)?(>=|[\^~]?)\d+(\.\d+){0,2}( \|\| [\^~]?\d+(\.\d+){0,2})*$/);
    }
  });

  test('has only known packages that run a script when they are installed', () => {
    const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    expect(running.filter((name) => !allowedInstallScripts.includes(name))).toEqual([]);
  });

  test('has only packages with allowed licences, and no exception that is not needed', () => {
    const others = locked.filter(([, { license = 'none' }]) => !allowedLicences.has(license));
    const unread = others.filter(([path]) => !(nameOf(path) in readLicences));
    expect(unread.map(([path, { license }]) => `${path}: ${license}`)).toEqual([]);
    const needed = new Set(others.map(([path]) => nameOf(path)));
    expect(Object.keys(readLicences).filter((name) => !needed.has(name))).toEqual([]);
  });
});

describe('the publish workflow', () => {
  const workflow = read('.github/workflows/publish.yml');
  const commands = [...workflow.matchAll(/^\s+(?:- )?run: (.+)$/gm)].map(([, command]) => command!);

  test('publishes with provenance and without a secret', () => {
    expect(workflow).toMatch(/id-token: write/);
    expect(workflow).toMatch(/npm publish --provenance --access public/);
    expect(workflow).not.toMatch(/secrets\.|_authToken|NODE_AUTH_TOKEN/);
  });

  test('installs by the lockfile without scripts of packages, and runs all checks before it publishes', () => {
    expect(commands.filter((command) => /npm (ci|install|i)\b/.test(command) && !command.includes('-g '))).toEqual([
      'npm ci --ignore-scripts',
    ]);
    const publish = commands.findIndex((command) => command.startsWith('npm publish'));
    for (const check of ['npm test', 'npm run check']) {
      const at = commands.findIndex((command) => command.startsWith(check));
      expect(at, check).toBeGreaterThanOrEqual(0);
      expect(at, check).toBeLessThan(publish);
    }
  });

  test('adds the repository to the manifest, without which npm takes no provenance statement', async () => {
    const step = commands.at(-2)!;
    const folder = await mkdtemp(join(tmpdir(), 'usertoken-manifest-'));
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    const given = { GITHUB_SERVER_URL: 'https://github.com', GITHUB_REPOSITORY: 'someone/usertoken' };
    execFileSync('bash', ['-ec', step], { cwd: folder, env: { ...process.env, ...given } });
    const { repository, ...others } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    await rm(folder, { recursive: true });
    expect(repository).toEqual({ type: 'git', url: 'git+https://github.com/someone/usertoken.git' });
    expect(others).toEqual(manifest);
  });

  test('uses actions by commit, and asks for no right that it does not need', () => {
    const uses = [...workflow.matchAll(/uses: (\S+)/g)].map(([, action]) => action!);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/.test(action))).toEqual([]);
    const rights = [...workflow.matchAll(/^\s+([\w-]+): (write|read)$/gm)].map(
      ([, right, level]) => `${right} ${level}`,
    );
    expect(rights.sort()).toEqual(['contents read', 'id-token write']);
    expect(workflow).toMatch(/^permissions: \{\}$/m);
  });
});
