import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { entries } from '../../../scripts/entries.mjs';
import { type Collector, createCollector } from '../../../src/testing/index.js';
import { localSearch, type Search } from '../../compat/clients/support/local-search.js';
import { bundle, bundleComponent, componentLanguages } from './bundle.js';
import { prelude, withExpectations } from './expectations.js';
import { root, type Snippet } from './guide.js';
import { checkAnswers } from './run-in-node.js';

export { launchChromium } from '../../browser/drivers/chromium.js';

const sources: Readonly<Record<string, string>> = entries;
const isComponent = (language: string) => componentLanguages.includes(language);

/** What a page finds under /node_modules/: this package from its source, others as they are installed. */
async function fileAt(path: string): Promise<string | undefined> {
  const [, entry] = /^\/node_modules\/usertoken\/dist\/(\w+)\.js$/.exec(path) ?? [];
  if (entry) return bundle(`export * from ${JSON.stringify(root + sources[entry])}`, 'browser', ['xstate']);
  return /^\/node_modules\/[\w./-]+\.js$/.test(path) ? readFile(root + path.slice(1), 'utf8') : undefined;
}

const moduleTag = (code: string) => `<script type="module">${code}\n;globalThis.__isDone = true;</script>`;

/** A snippet as a page. A module that shows `hits` or `suggestions` finds an element of that purpose. */
async function pageOf(snippet: Snippet, code: string): Promise<string> {
  if (snippet.language === 'html') return snippet.code;
  const body = ['app', 'search', 'hits'].map((id) => `<div id="${id}"></div>`).join('');
  const module = isComponent(snippet.language) ? bundleComponent(snippet) : bundle(code, 'browser');
  return `<!doctype html>${body}${moduleTag(await module)}`;
}

/** Runs a snippet in a page of its own: a module on an empty page, or a component or whole page whose buttons are
 * clicked. Searches are answered with three products.
 * @param patienceMs How long each step may take.
 * @throws Error when the page throws, something is not as the snippet says, a click brings no accepted event, or an event
 *   has another token than the search it names. */
export async function runInBrowser(browser: Browser, snippet: Snippet, patienceMs = 10_000): Promise<void> {
  const { language, flags } = snippet;
  const isPage = language === 'html' || isComponent(language);
  const { code, count } = isPage ? { code: '', count: 0 } : withExpectations(snippet);
  const html = await pageOf(snippet, code);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    // A content security policy names the API, which the page finds in the collector.
    const text =
      request.url === '/'
        ? html.replaceAll('https://insights.algolia.io', collector.origin)
        : await fileAt(request.url ?? '');
    if (text === undefined) return false;
    response.setHeader('content-type', `text/${request.url === '/' ? 'html' : 'javascript'}; charset=utf-8`);
    response.end(text);
    return true;
  }

  const collector = await createCollector({ fallback: answer });
  const page = await browser.newPage();
  page.setDefaultTimeout(patienceMs);
  const errors: string[] = [];
  const broken = new Promise<void>((resolve) => {
    page.on('pageerror', (error) => {
      errors.push(String(error));
      resolve();
    });
  });
  try {
    const searches = await answerSearches(page);
    await page.addInitScript(`{${prelude(collector.origin)}}`);
    await page.goto(collector.origin);
    if (!isPage) {
      await Promise.race([finish(page), broken]);
      errors.push(...(await failuresOn(page, count)));
    }
    if (flags.includes('suggestions')) await Promise.race([selectSuggestion(page, collector, patienceMs), broken]);
    if (isPage || flags.includes('hits')) await Promise.race([clickAll(page, collector, patienceMs), broken]);
    checkAnswers(snippet.at, collector);
    checkTokens(snippet.at, collector, searches);
    if (errors.length > 0) throw new Error(`${snippet.at}: ${errors.join('\n')}`);
  } finally {
    await page.close();
    await collector.close();
  }
}

/** Answers for Algolia's search.
 * @returns The searches, which grow. */
async function answerSearches(page: Page): Promise<readonly Search[]> {
  const searches: Search[] = [];
  const client = localSearch(searches);
  await page.route(/^https:\/\/[^/]+\.algolia(net)?\.(net|com)\//, async (route) => {
    const { requests } = route.request().postDataJSON();
    const asked = requests.map(({ indexName, ...params }: { indexName: string }) => ({ indexName, params }));
    const headers = { 'access-control-allow-origin': '*' };
    await route.fulfill({ headers, json: await client.search({ requests: asked }) });
  });
  return searches;
}

/** @throws Error where an event that names a search has another token than that search. */
function checkTokens(at: string, { events }: Collector, searches: readonly Search[]): void {
  for (const { event, userToken } of events) {
    const search = searches.find(({ queryID }) => queryID === event.queryID);
    if (search && search.userToken !== userToken) {
      throw new Error(`${at}: ${event.eventName} of ${userToken} follows a search of ${search.userToken}`);
    }
  }
}

const isByClick = ({ event }: { readonly event: { readonly eventType?: unknown } }) =>
  event.eventType === 'click' || event.eventType === 'conversion';

async function selectSuggestion(page: Page, collector: Collector, timeoutMs: number): Promise<void> {
  // Without its style sheet it opens from a button.
  await page.click('.aa-DetachedSearchButton');
  await page.fill('.aa-Input', 'tea');
  await page.locator('.aa-Item').first().click();
  await collector.waitForEvents((events) => events.some(isByClick), { timeoutMs });
}

async function clickAll(page: Page, collector: Collector, timeoutMs: number): Promise<void> {
  await page
    .locator('button')
    .first()
    .waitFor()
    .catch(() => Promise.reject(new Error('a page of the guide needs a button to click')));
  for (const [index, button] of (await page.locator('button').all()).entries()) {
    await button.click();
    await collector.waitForEvents((events) => events.filter(isByClick).length > index, { timeoutMs });
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
  await page.waitForFunction(isDone).catch(() => {});
}

async function failuresOn(page: Page, count: number): Promise<string[]> {
  const { isDone, seen, failures } = await page.evaluate(() => {
    const { __isDone, __seen, __failures } = globalThis as unknown as Outcome;
    return { isDone: __isDone === true, seen: __seen.size, failures: [...__failures] };
  });
  return isDone && seen === count ? failures : [...failures, 'not everything it says was reached'];
}
