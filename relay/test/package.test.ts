import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir } from './setup.js';

const relayFolder = join(import.meta.dirname, '..');
const npm = (args: readonly string[], cwd: string) => execFileSync('npm', args, { cwd, encoding: 'utf8' });

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
function pack(folder: string, target: string): Packed {
  const output = npm(['pack', folder, '--ignore-scripts', '--json', '--pack-destination', target], target);
  const parsed = JSON.parse(output) as Packed[] | Record<string, Packed>;
  return Object.values(parsed)[0] as Packed;
}

it('installs from its tarball next to the core, runs, and can be imported', () => {
  const folder = tempDir();
  const core = pack(join(relayFolder, '..'), folder);
  const relay = pack(relayFolder, folder);
  expect(core.files.filter(({ path }) => path.startsWith('relay'))).toEqual([]);
  expect(relay.files.filter(({ path }) => !/^(dist\/.*\.(js|d\.ts)|package\.json|README\.md)$/.test(path))).toEqual([]);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  npm(['install', '--no-audit', '--no-fund', '--prefer-offline', `./${core.filename}`, `./${relay.filename}`], folder);
  const version = execFileSync('npx', ['usertoken-relay', '--version'], { cwd: folder, encoding: 'utf8' });
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  const script = `import { createRelay, memoryStore, nodeHandler, sqliteStore } from 'usertoken-relay';
    import { jetStreamStore } from 'usertoken-relay/jetstream';
    console.log([createRelay, memoryStore, nodeHandler, sqliteStore, jetStreamStore].map((each) => typeof each).join());`;
  const types = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(types.trim()).toBe('function,function,function,function,function');
});
