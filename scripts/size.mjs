// Measures what each entry adds to a page (minified, gzip level 9) and fails over budget.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entries, external, liteEntries, nodeEntries, scriptTag } from './entries.mjs';
import { bundleScriptTag, lightBuild } from './light-build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Of the bindings, with their framework and the instance external. */
const binding = 600;
const budgets = {
  aa: 17_900,
  lite: 17_100,
  server: 16_250,
  vue: binding,
  svelte: binding,
  angular: binding,
  react: binding,
};
const goals = { lite: 9_216 };

/** What is measured, in bytes of gzip. The goal is where an entry should be; the budget is a ratchet that keeps it from
 * drifting away from there, to be lowered with every saving. What has none is only reported. */
const measures = [
  { name: 'usertoken', entry: 'index', budget: 14_680, goal: 8_192 },
  { name: 'usertoken with xstate', entry: 'index', budget: 27_380, goal: 21_504, withXState: true },
  ...Object.keys(entries)
    .filter((entry) => entry !== 'index')
    .map((entry) => ({ name: `usertoken/${entry}`, entry, budget: budgets[entry], goal: goals[entry] })),
  { name: `dist/${scriptTag.file}`, budget: 19_300, goal: 10_240 },
];

const sizeOf = (contents) => ({ minified: contents.length, gzip: gzipSync(contents, { level: 9 }).length });

async function measure({ entry, withXState = false }) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, entries[entry])],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: nodeEntries.includes(entry) ? 'node' : 'browser',
    external: external.filter((name) => name !== 'xstate' || !withXState),
    // As bundlers do for production: xstate's development warnings are not part of a page.
    define: { 'process.env.NODE_ENV': '"production"' },
    ...(liteEntries.includes(entry) ? lightBuild : {}),
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
  results.push({ ...item, ...(item.entry ? await measure(item) : sizeOf(await bundleScriptTag())) });
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

const [{ minified, gzip, modules }] = results;
console.log('By module of usertoken. The gzip share is proportional to the minified bytes, so an approximation.');
printTable(
  ['module', 'minified', 'gzip share'],
  modules.map(({ path, bytes }) => [path, bytes, Math.round((bytes / minified) * gzip)]),
);

const over = results.filter(({ gzip, budget }) => budget !== undefined && gzip > budget);
for (const { name, gzip, budget } of over)
  console.error(`${name} is ${gzip - budget} bytes over its budget of ${budget}.`);
process.exitCode = over.length > 0 ? 1 : 0;
