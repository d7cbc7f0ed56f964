import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { demoPages } from '../../../demo/server.mjs';
import * as machines from '../../../machines/index.js';
import { createCollector } from '../../../src/testing/collector.js';
import type { Collector } from '../../../src/testing/collector.types.js';
import type { Stage } from '../../browser/harness.js';
import { setFault } from './start-demo.js';

const library = fileURLToPath(new URL('../../../src/index.ts', import.meta.url));

/** The demo's pages, of the library's source, for the tests of a file. After each test the API answers again and has
 * forgotten all. */
export function useDemoPages(stage: Stage) {
  let collector: Collector;
  beforeAll(async () => {
    collector = await createCollector({ fallback: await demoPages(() => collector, machines, library) });
  });
  afterEach(async () => {
    await setFault(collector.origin, 'none');
    collector.clear();
  });
  afterAll(() => collector?.close());

  return {
    get collector() {
      return collector;
    },
    get origin() {
      return collector.origin;
    },
    /** Opens the shop in a context of its own, charts drawn. */
    async open(options?: BrowserContextOptions): Promise<Page> {
      const page = await (await stage.context(options)).newPage();
      await visit(page, collector.origin);
      return page;
    },
  };
}

/** Opens the shop on a page, charts drawn. */
export async function visit(page: Page, origin: string): Promise<void> {
  await page.goto(`${origin}/`);
  await page.locator('.machine-delivery').waitFor();
}

/** Presses the button of this name. */
export const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();

/** Waits until the text of an element matches. */
export const shows = (page: Page, id: string, pattern: RegExp) =>
  page.waitForFunction(([target, source]) => new RegExp(source).test(document.getElementById(target)!.textContent), [
    id,
    pattern.source,
  ] as const);

/** The states of the events on a page, newest first. */
export const states = (page: Page) => page.locator('#events .state').allTextContents();

/** Sets the fault as a visitor does, and waits until it is in force. */
export async function choose(page: Page, kind: string): Promise<void> {
  const isSet = page.waitForResponse((response) => response.url().endsWith('/demo/fault'));
  await page.locator(`#fault [value="${kind}"]`).check();
  await isSet;
}
