import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findBrowser } from '../../../scripts/ensure-browser.mjs';
import { withDeadline } from './deadline.js';
import type { Driver, DriverProfile, DriverTab, Engine, LaunchOptions } from './driver.types.js';

const flags = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

function executablePath(): string {
  const path = findBrowser();
  if (path === undefined) throw new Error('There is no Chromium; node scripts/ensure-browser.mjs says what to do.');
  return path;
}

/** Starts Chromium under Playwright. */
export function launchChromium({ args = [], pageCache = true }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({
    executablePath: executablePath(),
    args: [...flags, ...args],
    ignoreDefaultArgs: pageCache ? ['--disable-back-forward-cache'] : [],
  });
}

/** Starts Chromium where the user has blocked cookies and site data in its settings.
 * @param folder An empty folder for the profile. */
export async function launchBlocking(folder: string): Promise<BrowserContext> {
  await mkdir(join(folder, 'Default'));
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
  return chromium.launchPersistentContext(folder, { executablePath: executablePath(), args: flags });
}

/** Starts Chromium without what Playwright changes in it, such as that every page counts as in front. */
async function launchPlain(folder: string): Promise<DriverProfile> {
  const args = [...flags, '--headless', '--remote-debugging-port=0', `--user-data-dir=${folder}`, 'about:blank'];
  const child = spawn(executablePath(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
      const found = /ws:\/\/\S+/.exec(said)?.[0];
      if (found) resolve(found);
    });
    child.once('exit', () => reject(new Error(`Chromium ended: ${said}`)));
  });
  const browser = await chromium.connectOverCDP(endpoint, { noDefaults: true });
  const profile = profileOf(browser.contexts()[0]!);
  return {
    ...profile,
    async close() {
      const session = await browser.newBrowserCDPSession();
      // As a visitor quits, so that the profile is written to the disk.
      await session.send('Browser.close').catch(() => {});
      await exited;
    },
  };
}

/** Ends the process that renders a page. */
async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  void session.send('Page.crash').catch(() => {});
  await crashed;
}

const tabOf = (page: Page): DriverTab => ({
  goto: async (url) => void (await page.goto(url)),
  run: (expression, timeoutMs) => withDeadline(page.evaluate<string>(expression), timeoutMs),
  back: () => page.evaluate(() => setTimeout(() => history.back())) as Promise<never>,
  click: (selector) => page.click(selector),
  async cookies() {
    const kept = await page.context().cookies(page.url());
    return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
  },
  close: () => page.close(),
  crash: () => crash(page),
});

function profileOf(context: BrowserContext): DriverProfile {
  const opened: Page[] = [];
  // A page that the driver opens has no opener.
  context.on('page', async (page) => (await page.opener()) && opened.push(page));
  return {
    newTab: async () => tabOf(await context.newPage()),
    openedTabs: async () => opened.splice(0).map(tabOf),
    setOffline: (isOffline) => context.setOffline(isOffline),
    close: () => context.close(),
  };
}

/** Chromium, over the DevTools protocol. */
export const chromiumEngine: Engine = {
  name: 'chromium',
  async launch(options): Promise<Driver> {
    const browser = await launchChromium(options);
    return {
      browser,
      newProfile: async () => profileOf(await browser.newContext()),
      close: () => browser.close(),
    };
  },
  launchIn: launchPlain,
};
