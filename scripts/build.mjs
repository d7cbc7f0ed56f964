// Builds dist/: ESM and CommonJS with esbuild, declarations for both with tsc.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { buildCli } from './build-cli.mjs';
import {
  cli,
  defaultEntries,
  developmentEntries,
  entries,
  external,
  liteEntries,
  nodeEntries,
  scriptTag,
} from './entries.mjs';
import { bundleScriptTag, lightBuild, lightBuildInFull, shortMessages } from './light-build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  target: 'es2022',
  external,
  logLevel: 'warning',
};
const pick = (isWanted) => Object.fromEntries(Object.entries(entries).filter(([name]) => isWanted(name)));
const forNode = pick((name) => nodeEntries.includes(name));
const light = pick((name) => liteEntries.includes(name));
const portable = pick((name) => !(name in forNode) && !(name in light));

/** Servers and development read whole sentences, production pages a code and a link. */
const inFull = (all) =>
  Object.fromEntries(
    Object.keys(all)
      .filter((name) => developmentEntries.includes(name))
      .map((name) => [`${name}.development`, entries[name]]),
  );
const { server, ...onPages } = portable;
const variants = [{ entryPoints: onPages, plugins: [shortMessages] }, { entryPoints: { server, ...inFull(portable) } }];
const lightVariants = [
  { ...lightBuild, entryPoints: light },
  { ...lightBuildInFull, entryPoints: inFull(light) },
];
const commonJs = { format: 'cjs', platform: 'neutral', outExtension: { '.js': '.cjs' } };
const withoutDefault = (all) =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !defaultEntries.includes(name)));

/** The subset refuses charts it could not run as XState does, in development alone: what is shipped relies on this. */
async function checkCharts() {
  const { outputFiles } = await build({
    ...lightBuild,
    define: { 'process.env.NODE_ENV': '"development"' },
    entryPoints: [entries.machines],
    format: 'esm',
    write: false,
  });
  await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

async function* filesBelow(folder) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

/** What a module exports, types included. */
function namesIn(program, file) {
  const checker = program.getTypeChecker();
  return checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map(({ name }) => name);
}

/** Declares a module that is its default export, with the other names on it: what `require()` gives. */
function callableModule(names, from) {
  const others = names.filter((name) => name !== 'default');
  return `import * as all ${from}
declare function main<Method extends keyof all.InsightsMethodMap>(
  method: Method,
  ...args: all.InsightsMethodMap[Method][0]
): all.InsightsMethodMap[Method][1];
declare namespace main {
${others.map((name) => `  export import ${name} = all.${name};\n`).join('')}  let version: string | undefined;
  export { main as default, version };
}
export = main;
`;
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
  const program = ts.createProgram(
    defaultEntries.map((name) => join(root, entries[name])),
    { ...ts.readConfigFile(join(root, 'tsconfig.build.json'), ts.sys.readFile).config.compilerOptions, noEmit: true },
  );
  for (const [name, source] of Object.entries(entries)) {
    const target = `./types/${source.replace(/\.ts$/, '')}`;
    for (const [end, format] of [
      ['d.ts', 'js'],
      ['d.cts', 'cjs'],
    ]) {
      const from = `from '${target}.${format}';\n`;
      const hasDefault = defaultEntries.includes(name);
      const text =
        hasDefault && format === 'cjs'
          ? callableModule(namesIn(program, join(root, source)), from)
          : `export * ${from}${hasDefault ? `export { default } ${from}` : ''}`;
      await writeFile(join(dist, `${name}.${end}`), text);
    }
  }
}

await checkCharts();
await rm(dist, { recursive: true, force: true });
await Promise.all([
  ...variants.map((variant) =>
    build({ ...shared, ...variant, format: 'esm', platform: 'neutral', splitting: true, chunkNames: 'shared-[hash]' }),
  ),
  ...variants.map((variant) =>
    build({ ...shared, ...variant, ...commonJs, entryPoints: withoutDefault(variant.entryPoints) }),
  ),
  build({
    ...shared,
    ...commonJs,
    entryPoints: pick((name) => name in portable && defaultEntries.includes(name)),
    plugins: [shortMessages],
    // require() gives the default export itself, with the other names on it, as search-insights has it.
    footer: { js: 'module.exports = Object.assign(module.exports.default, module.exports);' },
  }),
  ...lightVariants.map((variant) => build({ ...shared, ...variant, format: 'esm', platform: 'neutral' })),
  ...lightVariants.map((variant) => build({ ...shared, ...variant, ...commonJs })),
  bundleScriptTag().then((script) => writeFile(join(dist, scriptTag.file), script)),
  build({ ...shared, entryPoints: forNode, format: 'esm', platform: 'node' }),
  build({ ...shared, entryPoints: forNode, format: 'cjs', platform: 'node', outExtension: { '.js': '.cjs' } }),
  buildCli(join(dist, cli.file)),
]);
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
await addCommonJsDeclarations();
