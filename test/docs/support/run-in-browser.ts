import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/ensure-browser.mjs';
import { entries } from '../../../scripts/entries.mjs';
import { type Collector, createCollector } from '../../../src/testing/index.js';
import { bundle } from './bundle.js';
import { prelude, withExpectations } from './expectations.js';
import { root, type Snippet } from './guide.js';
import { checkAnswers } from './run-in-node.js';

const sources: Readonly<Record<string, string>> = entries;
const patienceMs = 10_000;

export function launchChromium(): Promise<Browser> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error('there is no Chromium; run npm test, which installs it or says how');
  const args = ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args: [...args, '--disable-quic', '--no-first-run'] });
}

/** What a page finds under /node_modules/: this package from its source, others as they are installed. */
async function fileAt(path: string): Promise<string | undefined> {
  const [, entry] = /^\/node_modules\/usertoken\/dist\/(\w+)\.js$/.exec(path) ?? [];
  if (entry) return bundle(`export * from ${JSON.stringify(root + sources[entry])}`, 'browser', ['xstate']);
  return /^\/node_modules\/[\w./-]+\.js$/.test(path) ? readFile(root + path.slice(1), 'utf8') : undefined;
}

/** Runs a snippet in a page of its own: a module on an empty page, or a whole page whose buttons are clicked.
 * @throws Error when the page throws, something is not as the snippet says, or a click brings no accepted event. */
export async function runInBrowser(browser: Browser, snippet: Snippet): Promise<void> {
  const isPage = snippet.language === 'html';
  const { code, count } = isPage ? { code: '', count: 0 } : withExpectations(snippet);
  const html = isPage
    ? snippet.code
    : `<!doctype html><script type="module">${await bundle(code, 'browser')}\n;globalThis.__isDone = true;</script>`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const text = request.url === '/' ? html : await fileAt(request.url ?? '');
    if (text === undefined) return false;
    response.setHeader('content-type', `text/${request.url === '/' ? 'html' : 'javascript'}; charset=utf-8`);
    response.end(text);
    return true;
  }

  const collector = await createCollector({ fallback: answer });
  const page = await browser.newPage();
  const errors: string[] = [];
  const broken = new Promise<void>((resolve) => {
    page.on('pageerror', (error) => {
      errors.push(String(error));
      resolve();
    });
  });
  try {
    await page.addInitScript(`{${prelude(collector.origin)}}`);
    await page.goto(collector.origin);
    await Promise.race([isPage ? clickAll(page, collector) : finish(page), broken]);
    if (!isPage) errors.push(...(await failuresOn(page, count)));
    checkAnswers(snippet.at, collector);
    if (errors.length > 0) throw new Error(`${snippet.at}: ${errors.join('\n')}`);
  } finally {
    await page.close();
    await collector.close();
  }
}

async function clickAll(page: Page, collector: Collector): Promise<void> {
  const buttons = await page.locator('button').all();
  if (buttons.length === 0) throw new Error('a page of the guide needs a button to click');
  for (const [index, button] of buttons.entries()) {
    await button.click();
    await collector.waitForEvents(index + 1);
  }
}

interface Outcome {
  readonly __isDone?: boolean;
  readonly __seen: ReadonlySet<number>;
  readonly __failures: readonly string[];
}

/** Waits for the end of the module. One that never ends is found by what it did not reach. */
async function finish(page: Page): Promise<void> {
  const isDone = () => (globalThis as unknown as Outcome).__isDone === true;
  await page.waitForFunction(isDone, undefined, { timeout: patienceMs }).catch(() => {});
}

async function failuresOn(page: Page, count: number): Promise<string[]> {
  const { isDone, seen, failures } = await page.evaluate(() => {
    const { __isDone, __seen, __failures } = globalThis as unknown as Outcome;
    return { isDone: __isDone === true, seen: __seen.size, failures: [...__failures] };
  });
  return isDone && seen === count ? failures : [...failures, 'not everything it says was reached'];
}
