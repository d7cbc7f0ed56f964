// The builds without XState.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { external, liteXState, scriptTag } from './entries.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('esbuild').Plugin} */
const withoutInspection = {
  name: 'without inspection',
  setup({ onResolve }) {
    onResolve({ filter: /\/masked-inspect\.js$/ }, () => ({ path: join(root, 'src/lite/no-inspect.ts') }));
  },
};

/** Puts a code and a link in the place of each long message: a production build for pages has these.
 * @type {import('esbuild').Plugin} */
export const shortMessages = {
  name: 'short messages',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/(.*\/)?(messages|check-options)\.js$/ }, ({ path }) => ({
      path: join(root, `src/${/[\w-]+(?=\.js$)/.exec(path)[0]}.short.ts`),
    }));
  },
};

/** The same with the long messages, for development and Node.
 * @satisfies {import('esbuild').BuildOptions} */
export const lightBuildInFull = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  // External would win over an alias.
  external: external.filter((name) => name !== 'xstate'),
  alias: { xstate: join(root, liteXState) },
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [withoutInspection],
};

/** How esbuild bundles them: with the subset of XState in XState's place, for production.
 * @satisfies {import('esbuild').BuildOptions} */
export const lightBuild = {
  ...lightBuildInFull,
  plugins: [withoutInspection, shortMessages],
};

/** Names of properties that never leave the script tag: no page, server, storage or other tab reads or writes them. Those
 * of all private names whose shortening saves bytes. */
export const privateNames = (
  'actorId actors batchWindow batchWindowMs canBlameClock choose clearTimer createId createMachine delays persistent ' +
  'enters exitBudget failures generateToken getInitialSnapshot getSnapshot givenUp guard halve hears ' +
  'implementations isOnline isPrerendering keysUnder maxBytes maxEventAgeMs maxEvents monotonicNow onDone onSuspect ' +
  'onDrop onPage outlives owe prepare reenter storesUser requestTimeout requestTimeoutMs retryDelay settle ' +
  'storeAll trackedAt userMaxAgeSeconds userName'
).split(' ');

/** Asks Chromium to compile every function while the script arrives, off the main thread, instead of each at its first call.
 * @see https://github.com/WICG/explicit-javascript-compile-hints-file-based */
const compileHint = '//# allFunctionsCalledOnLoad\n';

/** The script of `dist/aa.min.js`. */
export async function bundleScriptTag() {
  const { outputFiles } = await build({ ...lightBuild, entryPoints: [scriptTag.source], format: 'iife', write: false });
  const { code = '' } = await minify(outputFiles[0].text, {
    ecma: 2020,
    compress: { passes: 3 },
    mangle: { properties: { regex: new RegExp(`^(${privateNames.join('|')})$`) } },
  });
  return compileHint + code;
}
