import type { BrowserContext } from 'playwright-core';
import { entries } from '../../../scripts/entries.mjs';
import { lightBuild } from '../../../scripts/light-build.mjs';
import { bundleForPage } from '../../support/interpreter.js';

/** The library without XState, as a script for a page. */
export const bundleLight = (): Promise<string> =>
  bundleForPage(entries.lite, { ...lightBuild, globalName: 'usertoken' });

/** Serves another script in the library's place to the pages of a context. */
export async function serveInstead(context: BrowserContext, script: string): Promise<void> {
  await context.route('**/usertoken.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
}
