// Builds dist/: ESM and CommonJS with esbuild, declarations for both with tsc.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { entries, nodeEntries } from './entries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  target: 'es2022',
  external: ['xstate'],
  logLevel: 'warning',
};
const isForNode = ([name]) => nodeEntries.includes(name);
const forNode = Object.fromEntries(Object.entries(entries).filter(isForNode));
const portable = Object.fromEntries(Object.entries(entries).filter((entry) => !isForNode(entry)));

async function* filesBelow(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** Each format needs declarations of its own: TypeScript takes the format from the file's ending. */
async function addCommonJsDeclarations() {
  for await (const file of filesBelow(join(dist, 'types'))) {
    const text = await readFile(file, 'utf8');
    await writeFile(
      file.replace(/\.d\.ts$/, '.d.cts'),
      text.replace(/((?:from\s+|import\()(['"])\.[^'"]*)\.js\2/g, '$1.cjs$2'),
    );
  }
  for (const [name, source] of Object.entries(entries)) {
    const target = `./types/${source.replace(/\.ts$/, '')}`;
    await writeFile(join(dist, `${name}.d.ts`), `export * from '${target}.js';\n`);
    await writeFile(join(dist, `${name}.d.cts`), `export * from '${target}.cjs';\n`);
  }
}

await rm(dist, { recursive: true, force: true });
await Promise.all([
  build({
    ...shared,
    entryPoints: portable,
    format: 'esm',
    platform: 'neutral',
    splitting: true,
    chunkNames: 'shared-[hash]',
  }),
  build({ ...shared, entryPoints: portable, format: 'cjs', platform: 'neutral', outExtension: { '.js': '.cjs' } }),
  build({ ...shared, entryPoints: forNode, format: 'esm', platform: 'node' }),
  build({ ...shared, entryPoints: forNode, format: 'cjs', platform: 'node', outExtension: { '.js': '.cjs' } }),
]);
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
await addCommonJsDeclarations();
