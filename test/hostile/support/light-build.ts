import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { entries } from '../../../scripts/entries.mjs';
import { lightBuild } from '../../../scripts/light-build.mjs';

/** The library without XState, as a script for a page. */
export async function bundleLight(): Promise<string> {
  const { outputFiles } = await build({
    ...lightBuild,
    entryPoints: [entries.lite],
    format: 'iife',
    globalName: 'usertoken',
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Serves another script in the library's place to the pages of a context. */
export async function serveInstead(context: BrowserContext, script: string): Promise<void> {
  await context.route('**/usertoken.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
}
