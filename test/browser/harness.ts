import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';
import type { ClickedObjectIDs, InsightsEvent, Receipt, UserTokenClient, Warning } from '../../src/index.js';
import { createCollector } from '../../src/testing/collector.js';
import type { Collector } from '../../src/testing/collector.types.js';
import { launchBlocking } from './drivers/chromium.js';
import type { Driver, DriverProfile, LaunchOptions } from './drivers/driver.types.js';
import { engine } from './engines.js';
import { type PageServer, type PageTraits, servePages } from './page-server.js';
import { openPassage, type Passage } from './passage.js';
import { type Tab, tabOf } from './tab.js';

declare global {
  interface Window {
    usertoken: typeof import('../../src/index.js');
    user: UserTokenClient;
    /** Codes of the warnings so far. */
    warnings: Warning['code'][];
    /** Errors that nobody caught. */
    uncaught: string[];
    /** Directives of the content security policy that something ran against. */
    violations: string[];
    /** Whether the page came from the back-forward cache. */
    wasRestored: boolean;
    receipts: Promise<Receipt>[];
  }
}

/** Cookies and storage of one visitor, in the engine under test. */
export interface Profile {
  newTab(): Promise<Tab>;
  /** A new tab with a page of the shop; see {@link Stage.shopUrl}. */
  open(options?: Record<string, unknown>, traits?: PageTraits): Promise<Tab>;
  /** The tab that a page opened itself, once it is there. */
  opened(): Promise<Tab>;
  setOffline(isOffline: boolean): Promise<void>;
  close(): Promise<void>;
}

/** A browser, a server of pages and, on other origins, a collector and a slow way to it: one of each for a test file. */
export interface Stage {
  readonly pages: PageServer;
  readonly collector: Collector;
  readonly passage: Passage;
  /** A fresh profile, closed after the test. In WebKit one at a time. */
  profile(): Promise<Profile>;
  /** A profile that a folder keeps, alone in a browser as a visitor starts it. */
  profileIn(folder: string): Promise<Profile>;
  /** A folder that is removed after the test. */
  folder(): Promise<string>;
  /** The address of a page whose instance sends to the collector; see {@link PageServer.url}. */
  shopUrl(options?: Record<string, unknown>, page?: PageTraits): string;

  /** Playwright's browser. This and all below is there in Chromium alone. */
  readonly browser: Browser;
  /** A fresh context of Playwright's, closed after the test. What its pages report is watched. */
  context(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** Watches the pages of a context made elsewhere. */
  watch(context: BrowserContext): void;
  /** Opens a page of the shop in such a context. */
  open(context: BrowserContext, options?: Record<string, unknown>, traits?: PageTraits): Promise<Page>;
  /** From now to the end of the test, errors in the console that match are no failure. */
  expectErrors(pattern: RegExp): void;
}

/** Starts a browser, or takes the one that another file of this worker started. */
function driverFor(launch: LaunchOptions): Promise<Driver> {
  const shared = globalThis.sharedBrowsers;
  const key = JSON.stringify(launch);
  const driver = shared?.get(key) ?? engine.launch(launch);
  shared?.set(key, driver);
  return driver;
}

/** Sets a stage up for the tests of a file, in the engine that `ENGINE` names. After each test no page may have reported an
 * error that the test does not expect. */
export function useStage(launch: LaunchOptions = {}): Stage {
  let driver: Driver;
  let pages: PageServer;
  let collector: Collector;
  let passage: Passage;
  const contexts: BrowserContext[] = [];
  const profiles: { profile: DriverProfile; tabs: Set<Tab> }[] = [];
  const folders: string[] = [];
  const problems: string[] = [];
  const expected: RegExp[] = [];

  beforeAll(async () => {
    [driver, pages, collector] = await Promise.all([driverFor(launch), servePages(), createCollector()]);
    passage = await openPassage(collector.port);
  });
  afterEach(async () => {
    for (const { profile, tabs } of profiles.splice(0)) {
      // A tab whose renderer crashed answers nothing.
      const ask = (tab: Tab) => tab.evaluate(() => [...(window.warnings ?? []), ...(window.uncaught ?? [])]);
      const reports = await Promise.all([...tabs].map((tab) => ask(tab).catch(() => [])));
      problems.push(...reports.flat().filter((report) => /^(error-contained|uncaught)/.test(report)));
      await profile.close();
    }
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    collector.setFault(null);
    collector.clear();
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
    const unexpected = problems.splice(0).filter((problem) => !expected.some((pattern) => pattern.test(problem)));
    expected.length = 0;
    expect(unexpected).toEqual([]);
  });
  afterAll(async () => {
    await Promise.all([pages?.close(), passage?.close(), collector?.close()]);
    if (!globalThis.sharedBrowsers) await driver?.close();
  });

  function watch(context: BrowserContext): void {
    context.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    context.on('weberror', (error) => problems.push(`uncaught: ${error.error()}`));
  }

  const shopUrl: Stage['shopUrl'] = (options, page) => pages.url({ host: collector.origin, ...options }, page);

  function profileOf(made: DriverProfile): Profile {
    const entry = { profile: made, tabs: new Set<Tab>() };
    profiles.push(entry);
    const enter = (tab: Tab) => {
      entry.tabs.add(tab);
      return { ...tab, close: () => tab.close().finally(() => entry.tabs.delete(tab)) };
    };
    const newTab = async () => enter(tabOf(await made.newTab()));
    return {
      newTab,
      async open(options, traits) {
        const tab = await newTab();
        await tab.goto(shopUrl(options, traits));
        return tab;
      },
      async opened() {
        const tab = await vi.waitUntil(async () => (await made.openedTabs())[0], { timeout: 10_000, interval: 30 });
        return enter(tabOf(tab));
      },
      setOffline: made.setOffline,
      async close() {
        profiles.splice(profiles.indexOf(entry), 1);
        await made.close();
      },
    };
  }

  return {
    get pages() {
      return pages;
    },
    get collector() {
      return collector;
    },
    get passage() {
      return passage;
    },
    profile: async () => profileOf(await driver.newProfile()),
    profileIn: async (folder) => profileOf(await engine.launchIn(folder)),
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
      folders.push(folder);
      return folder;
    },
    shopUrl,
    get browser() {
      if (!driver.browser) throw new Error("Playwright drives Chromium alone: ask can('playwright') first.");
      return driver.browser;
    },
    async context(options) {
      const context = await this.browser.newContext(options);
      contexts.push(context);
      watch(context);
      return context;
    },
    watch,
    async open(context, options, traits) {
      const page = await context.newPage();
      await page.goto(shopUrl(options, traits));
      return page;
    },
    expectErrors: (pattern) => void expected.push(pattern),
  };
}

/** A context of a Chromium where the user has blocked cookies and site data, as the browser's own settings do it. */
export async function openBlockingContext(): Promise<{ context: BrowserContext; close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
  const context = await launchBlocking(folder);
  return {
    context,
    async close() {
      await context.close();
      await rm(folder, { recursive: true, force: true });
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
export function track(page: Pick<Tab, 'evaluate'>, event: InsightsEvent): Promise<Receipt> {
  return page.evaluate((given) => window.user.track(given), event);
}

/** Tracks events, `<prefix>0` and so on, without waiting for their delivery. */
export const trackMany = (page: Pick<Tab, 'evaluate'>, prefix: string, count: number): Promise<void> =>
  page.evaluate(
    ([event, prefix, count]) => {
      for (let n = 0; n < count; n += 1) void window.user.track({ ...event, objectIDs: [`${prefix}${n}`] });
    },
    [clickOn('x'), prefix, count] as const,
  );

/** The names of the events that {@link trackMany} tracked. */
export const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}${n}`);

/** The cookies of a context by name. */
export async function cookiesOf(context: BrowserContext): Promise<Record<string, string>> {
  return Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]));
}

/** What was received, as `token: objectIDs`, in order of arrival. */
export function received(collector: Collector): string[] {
  return collector.events.map(({ event, userToken }) => `${userToken}: ${(event.objectIDs as string[]).join()}`);
}
