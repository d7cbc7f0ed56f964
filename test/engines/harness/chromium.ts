import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/ensure-browser.mjs';
import { withDeadline } from './deadline.js';
import type { Driver, DriverProfile, DriverTab, Engine } from './engine.types.js';

function options() {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error('There is no Chromium; node scripts/ensure-browser.mjs helps.');
  return {
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    // The driver turns off the back-forward cache, which every visitor has.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  };
}

function tabOf(context: BrowserContext, page: Page): DriverTab {
  return {
    goto: async (url) => void (await page.goto(url)),
    run: (expression, timeoutMs) => withDeadline(page.evaluate<string>(expression), timeoutMs),
    back: () => page.evaluate(() => setTimeout(() => history.back())) as Promise<never>,
    click: (selector) => page.click(selector),
    async cookies() {
      return Object.fromEntries((await context.cookies(page.url())).map(({ name, value }) => [name, value]));
    },
    close: () => page.close(),
    async crash() {
      const session = await context.newCDPSession(page);
      const crashed = page.waitForEvent('crash');
      void session.send('Page.crash').catch(() => {});
      await crashed;
    },
  };
}

function profileOf(context: BrowserContext): DriverProfile {
  const opened: Page[] = [];
  // A page that the driver opens has no opener.
  context.on('page', async (page) => (await page.opener()) && opened.push(page));
  return {
    newTab: async () => tabOf(context, await context.newPage()),
    openedTabs: async () => opened.splice(0).map((page) => tabOf(context, page)),
    async setOffline(isOffline) {
      await context.setOffline(isOffline);
      return true;
    },
    close: () => context.close(),
  };
}

/** Chromium, over the DevTools protocol. */
export const chromiumEngine: Engine = {
  name: 'chromium',
  async launch(): Promise<Driver> {
    const browser = await chromium.launch(options());
    return {
      version: browser.version(),
      newProfile: async () => profileOf(await browser.newContext()),
      close: () => browser.close(),
    };
  },
  launchWith: async (folder) => profileOf(await chromium.launchPersistentContext(folder, options())),
};
