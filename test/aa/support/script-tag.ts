import type { Page } from 'playwright-core';
import type { Stage } from '../../browser/harness.js';

/** What sites put in their pages: a function that queues calls, and the script.
 * @param pointer The name of the function. */
export const snippet = (pointer = 'aa') => `
window.AlgoliaAnalyticsObject = '${pointer}';
window.${pointer} = window.${pointer} || function () {
  (window.${pointer}.queue = window.${pointer}.queue || []).push(arguments);
};
window.${pointer}.version = '2.17.3';`;

/** Opens a page that runs `code`. Its `load()` adds the script for pages, or that of another address, and resolves when it
 * has run; its `host` is the collector. */
export async function openScripts(stage: Stage, script: string, code: string): Promise<Page> {
  const page = await (await stage.context()).newPage();
  await page.goto(stage.pages.url());
  await page.evaluate(
    ([host, text]) => {
      const load = (src = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))) =>
        new Promise((resolve, reject) => {
          const onerror = () => reject(new Error('not loaded'));
          document.head.append(Object.assign(document.createElement('script'), { src, onload: resolve, onerror }));
        });
      Object.assign(window, { host, load });
    },
    [stage.collector.origin, script] as const,
  );
  await page.addScriptTag({ content: code });
  return page;
}
