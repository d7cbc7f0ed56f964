import puppeteer, { type Browser, type BrowserContext, type Page } from 'puppeteer-core';
import { vi } from 'vitest';
import { findFirefox } from '../../../scripts/ensure-browser.mjs';
import { withDeadline } from './deadline.js';
import type { Driver, DriverProfile, DriverTab, Engine, LaunchOptions } from './driver.types.js';
import { counting, endBusiest } from './processes.js';

function launchFirefox({ pageCache = true }: LaunchOptions, userDataDir?: string): Promise<Browser> {
  const executablePath = findFirefox();
  if (executablePath === undefined)
    throw new Error('There is no Firefox; node scripts/ensure-browser.mjs --all helps.');
  return puppeteer.launch({
    browser: 'firefox',
    executablePath,
    ...(userDataDir ? { userDataDir } : {}),
    env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
    extraPrefsFirefox: {
      'fission.bfcacheInParent': true,
      ...(pageCache ? {} : { 'browser.sessionhistory.max_total_viewers': 0 }),
      'dom.disable_open_during_load': false,
    },
  });
}

function tabOf(browser: Browser, page: Page): DriverTab {
  const run: DriverTab['run'] = (expression, timeoutMs) =>
    withDeadline(page.evaluate(expression) as Promise<string>, timeoutMs);
  return {
    run,
    back: () => page.evaluate(() => setTimeout(() => history.back())) as Promise<never>,
    async goto(url) {
      // The driver's own waits for ever where the page before came from the back-forward cache.
      const address = JSON.stringify(url);
      await run(`(() => { window.isLeft = true; location.assign(${address}); return ''; })()`, 5_000);
      // On its way to another process a tab is an empty page for a moment.
      const isThere = `String(!window.isLeft && location.href === ${address} && document.readyState === 'complete')`;
      const ask = () =>
        run(isThere, 2_000).then(
          (answer) => answer === 'true',
          () => false,
        );
      await vi.waitUntil(ask, { timeout: 30_000, interval: 30 });
    },
    click: (selector) => page.click(selector),
    async cookies() {
      const { hostname } = new URL(page.url());
      const kept = await page.browserContext().cookies();
      return Object.fromEntries(
        kept.filter(({ domain }) => domain === hostname).map(({ name, value }) => [name, value]),
      );
    },
    close: () => page.close(),
    async crash() {
      await endBusiest(browser.process()!.pid!, () => run(counting, 5_000));
      const isNoticed = () =>
        run("''", 2_000).then(
          () => false,
          () => true,
        );
      await vi.waitUntil(isNoticed, { timeout: 10_000, interval: 30 });
    },
  };
}

function profileOf(browser: Browser, context: BrowserContext, close: () => Promise<void>): DriverProfile {
  const known = new Set<Page>();
  const tabs: Page[] = [];
  return {
    async newTab() {
      const page = await context.newPage();
      known.add(page);
      tabs.push(page);
      return tabOf(browser, page);
    },
    async openedTabs() {
      const opened = (await context.pages()).filter((page) => !known.has(page));
      for (const page of opened) known.add(page);
      return opened.map((page) => tabOf(browser, page));
    },
    async setOffline(isOffline) {
      // Offline is a property of each tab to this driver.
      await Promise.all(tabs.filter((page) => !page.isClosed()).map((page) => page.setOfflineMode(isOffline)));
    },
    close,
  };
}

/** Firefox, over WebDriver BiDi. */
export const firefoxEngine: Engine = {
  name: 'firefox',
  async launch(options): Promise<Driver> {
    const browser = await launchFirefox(options);
    return {
      async newProfile() {
        const context = await browser.createBrowserContext();
        return profileOf(browser, context, () => context.close());
      },
      close: () => browser.close(),
    };
  },
  async launchIn(folder) {
    const browser = await launchFirefox({}, folder);
    return profileOf(browser, browser.defaultBrowserContext(), () => browser.close());
  },
};
