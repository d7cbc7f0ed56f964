// The builds without XState.
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import ts from 'typescript';
import { external, scriptTag } from './entries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Puts modules in the place of others, by path from the root.
 * @param {Record<string, string>} modules
 * @returns {import('esbuild').Plugin} */
const replace = (modules) => ({
  name: 'replace',
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ path, resolveDir }) => {
      const found = modules[relative(root, join(resolveDir, path)).replace(/\.js$/, '.ts')];
      return found && { path: join(root, found) };
    });
  },
});

/** Puts a code and a link in the place of each long message: a production build for pages has these. */
const short = { 'src/messages.ts': 'src/messages.short.ts', 'src/check-options.ts': 'src/check-options.short.ts' };
export const shortMessages = replace(short);

/** How esbuild bundles without XState.
 * @param {Record<string, string>} modules What stands in for others.
 * @satisfies {import('esbuild').BuildOptions} */
const withoutXState = (modules) => ({
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  // One that is imported all the same comes in, and a test finds it.
  external: external.filter((name) => name !== 'xstate'),
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [replace({ 'src/masked-inspect.ts': 'src/lite/no-inspect.ts', ...modules })],
});

/** How esbuild bundles `usertoken/lite`. */
export const lightBuild = withoutXState({ 'src/charts.ts': 'src/lite/charts.ts', ...short });

/** The same with the long messages, for development and Node. */
export const lightBuildInFull = withoutXState({ 'src/charts.ts': 'src/lite/charts.ts' });

/** How esbuild bundles `usertoken/aa` and the script tag. */
export const dropInBuild = withoutXState({ 'src/charts.ts': 'src/lite/drop-in-charts.ts', ...short });

/** How esbuild bundles the entries without XState, by entry. */
export const lightBuilds = { lite: lightBuild, aa: dropInBuild };

const words = (text) => text.match(/\w+/g) ?? [];

/** Names of properties that browsers and Node give a meaning: TypeScript's declarations name the members of options, which
 * no object shows; terser's list, which it keeps itself, names handlers of newer events. */
async function platformNames() {
  const lib = dirname(createRequire(import.meta.url).resolve('typescript'));
  const paths = (await readdir(lib)).filter((name) => /^lib\.(es\d+|dom)[.\w]*\.d\.ts$/.test(name));
  const texts = await Promise.all(
    [...paths.map((name) => join(lib, name)), join(root, 'node_modules/@types/node/timers.d.ts')].map((path) =>
      readFile(path, 'utf8'),
    ),
  );
  const declared = texts.flatMap((text) => [...text.matchAll(/^\s+(?:(?:readonly|get|set) )?"?(\w+)"?\??[:(<]/gm)]);
  const { domprops } = await import(pathToFileURL(join(root, 'node_modules/terser/tools/domprops.js')).href);
  const events = domprops.filter((name) => name.startsWith('on')).map((name) => name.slice(2));
  return [...declared.map(([, name]) => name), ...events];
}

/** The strings of a script. */
function stringsIn(script) {
  const found = [];
  const visit = (node) => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('script.js', script, ts.ScriptTarget.Latest));
  return found;
}

/** Every name in the modules whose names leave the script: the types of the drop-in and of events, for callers, the page and
 * the API; what reads or writes JSON, for storage, other tabs and the API; what reads the platform's globals. */
async function publicNames(inputs) {
  const modules = [...inputs, 'src/aa/insights.types.ts', 'src/aa/page.types.ts', 'src/events/event.types.ts'];
  const texts = await Promise.all(modules.map((path) => readFile(join(root, path), 'utf8')));
  const isPublic = (path, text) => path.endsWith('.types.ts') || /\bJSON\b|\bjsonOf\b|\bglobalThis\b/.test(text);
  return texts.filter((text, index) => isPublic(modules[index], text)).flatMap(words);
}

/** Asks Chromium to compile every function while the script arrives, off the main thread, instead of each at its first call.
 * @see https://github.com/WICG/explicit-javascript-compile-hints-file-based */
const compileHint = '//# allFunctionsCalledOnLoad\n';

/** The script of `dist/aa.min.js`, and the names of properties that it shortens. */
export async function makeScriptTag({ source, edition } = scriptTag) {
  const { outputFiles, metafile } = await build({
    ...dropInBuild,
    target: `es${edition}`,
    entryPoints: [source],
    format: 'iife',
    metafile: true,
    write: false,
    minifySyntax: true,
    // It looks whether there is a CommonJS module around it.
    logOverride: { 'commonjs-variable-in-esm': 'silent' },
  });
  const [{ text }] = outputFiles;
  const reserved = [
    ...(await platformNames()),
    ...(await publicNames(Object.keys(metafile.inputs))),
    ...stringsIn(text),
  ];
  /** @type {{ props?: { props: Record<string, string> } }} */
  const nameCache = {};
  const { code = '' } = await minify(text, {
    ecma: Math.min(edition, 2020),
    compress: { passes: 3, inline: 1 },
    mangle: { properties: { keep_quoted: true, reserved } },
    nameCache,
  });
  const shortened = Object.keys(nameCache.props?.props ?? {}).map((name) => name.slice(1));
  return { script: compileHint + code, shortened };
}

/** The script of `dist/aa.min.js`. */
export const bundleScriptTag = async () => (await makeScriptTag()).script;
