import { bundleScriptTag } from '../../../../scripts/light-build.mjs';
import { bundleForPage, isLight } from '../../../support/interpreter.js';

/** What both libraries export, as far as it is used here. */
export interface Library {
  readonly createInsightsClient: (
    requestFn: (url: string, data: Record<string, unknown>) => unknown,
  ) => (method: string, ...args: unknown[]) => unknown;
  readonly getRequesterForBrowser: () => (url: string, data: Record<string, unknown>) => Promise<boolean>;
}

const sources = {
  ours: 'src/aa/index.ts',
  oursByTag: 'src/aa/script-tag.ts',
  theirsForPages: 'node_modules/search-insights/dist/search-insights-browser.mjs',
  theirsForNode: 'node_modules/search-insights/dist/search-insights-node.mjs',
};
export type LibraryName = keyof typeof sources;

/** The script of a library: the body of a function that returns its exports. On the small interpreter our script tag is the
 * one that is shipped. */
export async function scriptOf(name: LibraryName): Promise<string> {
  if (name === 'oursByTag' && isLight) return bundleScriptTag();
  const text = await bundleForPage(sources[name], {
    globalName: 'library',
    external: ['http', 'https', 'url'],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  });
  return `${text}\nreturn library;`;
}
