import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, LaunchOptions, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import type { ClickedObjectIDs, InsightsEvent, Receipt, UserTokenClient, Warning } from '../../src/index.js';
import { createCollector } from '../../src/testing/collector.js';
import type { Collector } from '../../src/testing/collector.types.js';
import { type PageServer, type PageTraits, servePages } from './page-server.js';

declare global {
  interface Window {
    usertoken: typeof import('../../src/index.js');
    user: UserTokenClient;
    /** Codes of the warnings so far. */
    warnings: Warning['code'][];
    /** Directives of the content security policy that something ran against. */
    violations: string[];
    /** Whether the page came from the back-forward cache. */
    wasRestored: boolean;
    receipts: Promise<Receipt>[];
  }
}

const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

/** A browser, a server of pages and, on another origin, a collector: one of each for a test file. */
export interface Stage {
  readonly browser: Browser;
  readonly pages: PageServer;
  readonly collector: Collector;
  /** A fresh context, closed after the test. What its pages report is watched. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Watches the pages of a context made elsewhere. */
  watch(context: BrowserContext): void;
  /** The address of a page whose instance sends to the collector; see {@link PageServer.url}. */
  shopUrl(options?: Record<string, unknown>, page?: PageTraits): string;
  /** Opens such a page. */
  open(context: BrowserContext, options?: Record<string, unknown>, traits?: PageTraits): Promise<Page>;
  /** From now to the end of the test, errors in the console that match are no failure. */
  expectErrors(pattern: RegExp): void;
}

/** Sets a stage up for the tests of a file. After each test nothing may have been reported on a page: no console error
 * and no uncaught error, beside those the test expects. */
export function useStage(launch: Pick<LaunchOptions, 'args' | 'ignoreDefaultArgs'> = {}): Stage {
  let browser: Browser;
  let pages: PageServer;
  let collector: Collector;
  const contexts: BrowserContext[] = [];
  const problems: string[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    [browser, pages, collector] = await Promise.all([
      chromium.launch({ ...launch, executablePath: browserPath(), args: [...args, ...(launch.args ?? [])] }),
      servePages(),
      createCollector(),
    ]);
  });
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    collector.setFault(null);
    collector.clear();
    const unexpected = problems.splice(0).filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    expected.length = 0;
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), pages?.close(), collector?.close()]);
  });

  function watch(context: BrowserContext): void {
    context.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    context.on('weberror', (error) => problems.push(`uncaught: ${error.error()}`));
  }

  const shopUrl: Stage['shopUrl'] = (options, page) => pages.url({ host: collector.origin, ...options }, page);
  return {
    get browser() {
      return browser;
    },
    get pages() {
      return pages;
    },
    get collector() {
      return collector;
    },
    async context(options) {
      const context = await browser.newContext(options);
      contexts.push(context);
      watch(context);
      return context;
    },
    watch,
    shopUrl,
    async open(context, options, traits) {
      const page = await context.newPage();
      await page.goto(shopUrl(options, traits));
      return page;
    },
    expectErrors: (pattern) => void expected.push(pattern),
  };
}

/** The Chromium that `npm test` made sure of. */
function browserPath(): string {
  const path = findBrowser();
  if (path === undefined) throw new Error('There is no Chromium; node scripts/ensure-browser.mjs says what to do.');
  return path;
}

/** A context of a browser where the user has blocked cookies and site data, as the browser's own settings do it. */
export async function openBlockingContext(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
  await mkdir(join(profile, 'Default'));
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, { executablePath: browserPath(), args });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** A browser as a person has it: a tab behind another is hidden. The driver's own contexts pretend that every page is
 * in front. */
export async function openPlainBrowser(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
  const flags = [...args, '--headless', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'];
  const child = spawn(browserPath(), flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /ws:\/\/\S+/.exec(said)?.[0];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`The browser ended: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  return {
    context: browser.contexts()[0]!,
    async close() {
      await browser.close();
      child.kill();
      await exited;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** With a window this long it is the end of the page that sends, however slow the machine. */
export const untilExit = { batchWindowMs: 60_000 };

/** A click on one product. */
export const clickOn = (objectID: string): ClickedObjectIDs => ({
  eventType: 'click',
  eventName: 'Product Clicked',
  index: 'products',
  objectIDs: [objectID],
});

/** Tracks on the page and resolves to the receipt. */
export function track(page: Pick<Page, 'evaluate'>, event: InsightsEvent): Promise<Receipt> {
  return page.evaluate((given) => window.user.track(given), event);
}

/** The cookies of a context by name. */
export async function cookiesOf(context: BrowserContext): Promise<Record<string, string>> {
  return Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]));
}

/** What was received, as `token: objectIDs`, in order of arrival. */
export function received(collector: Collector): string[] {
  return collector.events.map(({ event, userToken }) => `${userToken}: ${(event.objectIDs as string[]).join()}`);
}

/** Tracks events, `<prefix>0` and so on, without waiting for what becomes of them. */
export const trackMany = (page: Page, prefix: string, count: number) =>
  page.evaluate(
    ([event, prefix, count]) => {
      for (let n = 0; n < count; n += 1) void window.user.track({ ...event, objectIDs: [`${prefix}${n}`] });
    },
    [clickOn('x'), prefix, count] as const,
  );

/** The names of what {@link trackMany} tracked. */
export const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** Crashes the renderer of a page. */
export async function crash(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => {});
  await crashed;
}
