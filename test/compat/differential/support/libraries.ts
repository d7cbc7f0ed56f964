import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** What both libraries export, as far as it is used here. */
export interface Library {
  readonly createInsightsClient: (
    requestFn: (url: string, data: Record<string, unknown>) => unknown,
  ) => (method: string, ...args: unknown[]) => unknown;
  readonly getRequesterForBrowser: () => (url: string, data: Record<string, unknown>) => Promise<boolean>;
}

const sources = {
  ours: at('src/aa/index.ts'),
  oursByTag: at('src/aa/script-tag.ts'),
  theirsForPages: at('node_modules/search-insights/dist/search-insights-browser.mjs'),
  theirsForNode: at('node_modules/search-insights/dist/search-insights-node.mjs'),
  theirsByTag: at('node_modules/search-insights/dist/search-insights.min.js'),
};
export type LibraryName = keyof typeof sources;

/** The script of a library: the body of a function that returns its exports. */
export async function scriptOf(name: LibraryName): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [sources[name]],
    bundle: true,
    format: 'iife',
    globalName: 'library',
    target: 'es2022',
    platform: 'browser',
    external: ['http', 'https', 'url'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
    write: false,
  });
  return `${outputFiles[0]!.text}\nreturn library;`;
}
