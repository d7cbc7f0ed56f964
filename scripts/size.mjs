// Measures what each entry adds to a page (minified, gzip level 9), fails over budget, and lists the modules.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entries, external, nodeEntries, scriptTag } from './entries.mjs';
import { bundleScriptTag, dropInBuild, lightBuilds, shortMessages } from './light-build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Of the bindings, with their framework and the instance external. */
const binding = 600;
const budgets = {
  aa: 17_390,
  lite: 18_020,
  server: 17_280,
  vue: binding,
  svelte: binding,
  angular: binding,
  react: binding,
};
const goals = { lite: 9_216 };

/** What is measured, in bytes of gzip. The goal is where an entry should be; the budget is a ratchet that keeps it from
 * drifting away from there, to be lowered with every saving. What has none is only reported. */
const measures = [
  { name: 'usertoken', entry: 'index', budget: 15_710, goal: 8_192 },
  { name: 'usertoken with xstate', entry: 'index', budget: 28_330, goal: 21_504, withXState: true },
  ...Object.keys(entries)
    .filter((entry) => entry !== 'index')
    .map((entry) => ({ name: `usertoken/${entry}`, entry, budget: budgets[entry], goal: goals[entry] })),
  { name: `dist/${scriptTag.file}`, source: scriptTag.source, budget: 18_530, goal: 10_240 },
];

/** Modules with fewer minified bytes than this share the last row. */
const smallBytes = 300;
const sizeOf = (contents) => ({ minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length });

async function measure({ entry, source = entries[entry], withXState = false }) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, source)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: nodeEntries.includes(entry) ? 'node' : 'browser',
    external: external.filter((name) => name !== 'xstate' || !withXState),
    // As bundlers do for production: xstate's development warnings are not part of a page.
    define: { 'process.env.NODE_ENV': '"production"' },
    // Servers have the long messages.
    plugins: ['server', 'testing'].includes(entry) ? [] : [shortMessages],
    ...(entry ? lightBuilds[entry] : dropInBuild),
    metafile: true,
    write: false,
    outdir: 'out',
    logLevel: 'warning',
  });
  const [{ contents }] = outputFiles;
  const [{ inputs }] = Object.values(metafile.outputs);
  const modules = Object.entries(inputs)
    .map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);
  return { ...sizeOf(contents), modules };
}

function printTable(head, rows) {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => String(row[column]).length)));
  for (const row of [head, ...rows]) {
    console.log(
      row
        .map((cell, column) => String(cell)[column ? 'padStart' : 'padEnd'](widths[column]))
        .join('  ')
        .trimEnd(),
    );
  }
  console.log();
}

const results = [];
for (const item of measures) {
  results.push({ ...item, ...(await measure(item)), ...(item.source && sizeOf(await bundleScriptTag())) });
}

printTable(
  ['entry', 'minified', 'gzip', 'budget', 'left', 'goal'],
  results.map(({ name, minified, gzip, budget, goal }) => [
    name,
    minified,
    gzip,
    budget ?? '-',
    budget === undefined ? '-' : budget - gzip,
    goal ?? '-',
  ]),
);

const onPages = results.filter(({ entry, withXState }) => !['server', 'testing'].includes(entry) && !withXState);
/** The most that a module has in any entry for pages. */
const largest = new Map();
for (const { path, bytes } of onPages.flatMap(({ modules }) => modules)) {
  largest.set(path, Math.max(bytes, largest.get(path) ?? 0));
}
/** The entry usertoken, and the script tag. */
const shown = [onPages[0], onPages.at(-1)];
const bytesIn = ({ modules }, path) => modules.find((module) => module.path === path)?.bytes ?? 0;

/** A row of the table, for one module or several together. */
function rowOf(name, paths) {
  const sum = (bytesOf) => paths.reduce((total, path) => total + bytesOf(path), 0);
  return {
    name,
    bytes: sum((path) => largest.get(path)),
    shares: shown.map((of) => Math.round((sum((path) => bytesIn(of, path)) / of.minified) * of.gzip)),
  };
}
const isSmall = (path) => largest.get(path) < smallBytes;
const paths = [...largest.keys()].sort((a, b) => largest.get(b) - largest.get(a));
const rows = [
  ...paths.filter((path) => !isSmall(path)).map((path) => rowOf(path, [path])),
  rowOf('smaller ones', paths.filter(isSmall)),
];
console.log('By module, minified by esbuild. The gzip share is proportional, so an approximation.');
printTable(
  ['module', 'minified', 'of usertoken, gzip', `of ${scriptTag.file}, gzip`],
  rows.map(({ name, bytes, shares }) => [name, bytes, ...shares.map((share) => share || '-')]),
);

const faults = results
  .filter(({ gzip, budget }) => budget !== undefined && gzip > budget)
  .map(({ name, gzip, budget }) => `${name} is ${gzip - budget} bytes over its budget of ${budget}.`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length > 0 ? 1 : 0;
