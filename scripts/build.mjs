// Builds dist/: ESM and CommonJS with esbuild, declarations for both with tsc.
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import ts from 'typescript';
import { buildCli } from './build-cli.mjs';
import { writeCharts } from './compile-charts.mjs';
import {
  callableEntries,
  cli,
  defaultEntries,
  developmentEntries,
  dropInEdition,
  entries,
  external,
  frameworkServers,
  liteEntries,
  nodeEntries,
  nuxtFiles,
  scriptTag,
} from './entries.mjs';
import { bundleScriptTag, lightBuildInFull, lightBuilds, shortMessages } from './light-build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  target: 'es2022',
  external,
  // Angular's build looks for `ɵɵngDeclare` as it is written.
  charset: 'utf8',
  logLevel: 'warning',
};
const pick = (isWanted) => Object.fromEntries(Object.entries(entries).filter(([name]) => isWanted(name)));
const forNode = pick((name) => nodeEntries.includes(name));
const portable = pick((name) => !nodeEntries.includes(name) && !liteEntries.includes(name));

const cjs = {
  format: 'cjs',
  outExtension: { '.js': '.cjs' },
  // Nuxt's `import.meta.prerender` is undefined in CommonJS, which Nuxt does not load.
  logOverride: { 'empty-import-meta': 'silent' },
};
/** require() gives the default export itself, with the other names on it, as search-insights has it. */
const forOldTools = {
  target: `es${dropInEdition}`,
  footer: { js: 'module.exports = Object.assign(module.exports.default, module.exports);' },
};
/** Servers and development read whole sentences, production pages a code and a link. */
const inFull = (names) =>
  Object.fromEntries(
    names.filter((name) => developmentEntries.includes(name)).map((name) => [`${name}.development`, entries[name]]),
  );
const isOnServer = (name) => name === 'server' || frameworkServers.includes(name);
const onPages = Object.fromEntries(Object.entries(portable).filter(([name]) => !isOnServer(name)));
const { 'nuxt/plugin': nuxtPlugin, ...onNuxtServers } = nuxtFiles;
const variants = [
  { entryPoints: { ...onPages, 'nuxt/plugin': nuxtPlugin }, plugins: [shortMessages] },
  {
    entryPoints: {
      ...pick(isOnServer),
      ...onNuxtServers,
      ...inFull(Object.keys(portable)),
    },
  },
];
const lightVariants = [
  ...liteEntries.map((name) => ({ ...lightBuilds[name], entryPoints: pick((each) => each === name), name })),
  { ...lightBuildInFull, entryPoints: inFull(liteEntries), name: 'in full' },
];

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
    callableEntries.map((name) => join(root, entries[name])),
    { ...ts.readConfigFile(join(root, 'tsconfig.build.json'), ts.sys.readFile).config.compilerOptions, noEmit: true },
  );
  for (const [name, source] of Object.entries(entries)) {
    const target = `${name.includes('/') ? '..' : '.'}/types/${source.replace(/\.ts$/, '')}`;
    for (const [end, format] of [
      ['d.ts', 'js'],
      ['d.cts', 'cjs'],
    ]) {
      const from = `from '${target}.${format}';\n`;
      const hasDefault = defaultEntries.includes(name);
      const text =
        callableEntries.includes(name) && format === 'cjs'
          ? callableModule(namesIn(program, join(root, source)), from)
          : `export * ${from}${hasDefault ? `export { default } ${from}` : ''}`;
      await writeFile(join(dist, `${name}.${end}`), text);
    }
  }
}

await writeCharts();
await rm(dist, { recursive: true, force: true });
await Promise.all([
  ...variants.flatMap((variant) => [
    build({ ...shared, ...variant, format: 'esm', platform: 'neutral', splitting: true, chunkNames: 'shared-[hash]' }),
    build({ ...shared, ...variant, ...cjs, platform: 'neutral' }),
  ]),
  ...lightVariants.flatMap(({ name, ...variant }) => [
    build({ ...shared, ...variant, format: 'esm', platform: 'neutral' }),
    build({ ...shared, ...variant, ...cjs, platform: 'neutral', ...(callableEntries.includes(name) && forOldTools) }),
  ]),
  bundleScriptTag().then((script) => writeFile(join(dist, scriptTag.file), script)),
  build({ ...shared, entryPoints: forNode, format: 'esm', platform: 'node' }),
  build({ ...shared, entryPoints: forNode, ...cjs, platform: 'node' }),
  buildCli(join(dist, cli.file)),
]);
execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
await addCommonJsDeclarations();
