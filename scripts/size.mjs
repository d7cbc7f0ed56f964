// Prints what each entry adds to a page, minified and compressed, and fails over a budget.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { entries, external, scriptTag } from './entries.mjs';
import { bundleScriptTag, lightBuilds, shortMessages } from './light-build.mjs';

/** The most that an entry may weigh, in bytes of gzip -9. Lower a budget with every saving. What a page pays for a binding
 * without its directive or hooks, and for these, is in test/bindings/size.test.ts. */
const budgets = {
  usertoken: 19_520,
  'usertoken with xstate': 32_230,
  'usertoken/machines': 3_870,
  'usertoken/aa': 18_090,
  'usertoken/lite': 19_880,
  'usertoken/server': 18_570,
  'usertoken/vue': 592,
  'usertoken/svelte': 526,
  'usertoken/angular': 764,
  'usertoken/react': 600,
  'usertoken/next': 20_225,
  'usertoken/next/server': 18_940,
  'usertoken/nuxt': 500,
  'usertoken/nuxt/server': 18_730,
  'usertoken/devtools': 8_000,
  [`dist/${scriptTag.file}`]: 16_640,
};

/** Bundles an entry as a site does for production. What the page provides is external, and so is XState unless it counts. */
async function bundle(entry, withXState) {
  const { outputFiles } = await build({
    absWorkingDir: fileURLToPath(new URL('..', import.meta.url)),
    entryPoints: [join('.', entries[entry])],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    external: external.filter((name) => name !== 'xstate' || !withXState),
    define: { 'process.env.NODE_ENV': '"production"' },
    // Servers have the long messages.
    plugins: entry.endsWith('server') ? [] : [shortMessages],
    ...lightBuilds[entry],
    write: false,
    logLevel: 'warning',
  });
  return outputFiles[0].contents;
}

async function bytesOf(name) {
  if (name === `dist/${scriptTag.file}`) return Buffer.from(await bundleScriptTag());
  const [, entry = 'index'] = /^usertoken\/([\w/]+)/.exec(name) ?? [];
  return bundle(entry, name.endsWith(' with xstate'));
}

const rows = await Promise.all(
  Object.entries(budgets).map(async ([name, budget]) => {
    const bytes = await bytesOf(name);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    return { entry: name, minified: bytes.length, gzip, brotli: brotliCompressSync(bytes).length, budget };
  }),
);
console.table(Object.fromEntries(rows.map(({ entry, ...sizes }) => [entry, sizes])));

for (const { entry, gzip, budget } of rows) {
  if (gzip <= budget) continue;
  console.error(`${entry} is ${gzip - budget} bytes over its budget of ${budget}.`);
  process.exitCode = 1;
}
