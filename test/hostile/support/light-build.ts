import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContext } from 'playwright-core';
import { liteXState } from '../../../scripts/entries.mjs';

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url));

/** The library without XState, as a script for a page. */
export async function bundleLight(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path('src/lite/index.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'usertoken',
    target: 'es2022',
    alias: { xstate: path(liteXState) },
    write: false,
  });
  return outputFiles[0]!.text;
}

/** Serves another script in the library's place to the pages of a context. */
export async function serveInstead(context: BrowserContext, script: string): Promise<void> {
  await context.route('**/usertoken.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
}
