import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { bundleScriptTag } from '../../../../scripts/light-build.mjs';

const fromRoot = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const pageFile = (name: string) => fileURLToPath(new URL(`../pages/${name}.js`, import.meta.url));

async function bundle(entry: string, options: BuildOptions = {}): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    target: 'es2022',
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    write: false,
    ...options,
  });
  return outputFiles![0]!.text;
}

/** The client a page runs with: ours, or the one it stands in for. */
export type ClientName = 'usertoken' | 'search-insights';

/** A client as a page gets it. */
export interface ClientScripts {
  /** What a script tag loads. */
  readonly tag: string;
  /** What a module of the site makes of the import. */
  readonly module: string;
}

/** Bundles a page of `pages/`. */
export const bundlePage = (name: string): Promise<string> => bundle(pageFile(name));

/** The clients, ours from its source in the way the package builds it. */
export async function bundleClients(): Promise<Record<ClientName, ClientScripts>> {
  const module = pageFile('module-client');
  const published = fromRoot('node_modules/search-insights/dist/search-insights.min.js');
  const [tag, ours, theirTag, theirs] = await Promise.all([
    bundleScriptTag(),
    bundle(module, { alias: { 'search-insights': fromRoot('src/aa/index.ts') } }),
    readFile(published, 'utf8'),
    bundle(module),
  ]);
  return { usertoken: { tag, module: ours }, 'search-insights': { tag: theirTag, module: theirs } };
}
