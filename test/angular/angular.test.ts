import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { buildApp, installAngular } from './support/build-app.js';

const args = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
];

let collector: Collector;
let browser: Browser;
beforeAll(async () => {
  collector = await createCollector();
  // The API is out of reach: the receipt comes after ten seconds, and no request ends.
  collector.setFault({ hang: true });
  browser = await chromium.launch({ executablePath: findBrowser()!, args });
});
afterAll(async () => {
  await browser?.close();
  await collector?.close();
});

describe.each([
  { major: 17, hasZone: true },
  { major: 17, hasZone: false },
  { major: 20, hasZone: true },
  { major: 20, hasZone: false },
] as const)('Angular $major, with Zone.js: $hasZone', ({ major, hasZone }) => {
  let folder: string;
  let pages: Server;
  let context: BrowserContext;
  beforeAll(async () => {
    folder = await installAngular(major);
    const script = await buildApp('client', folder, hasZone);
    pages = createServer(({ url }, response) => {
      if (url === '/app.js') return response.setHeader('content-type', 'text/javascript').end(script);
      const html = `<!doctype html><app-shop></app-shop><script>host = '${collector.origin}'</script><script src="/app.js"></script>`;
      return response.setHeader('content-type', 'text/html').end(html);
    }).listen(0, '127.0.0.1');
    context = await browser.newContext();
  });
  afterAll(async () => {
    await context?.close();
    pages?.close();
  });

  async function open() {
    const page = await context.newPage();
    const { port } = pages.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/`);
    return page;
  }

  // A01, microsoft/applicationinsights-angularplugin-js#302: stable after 10.1 seconds, the time of a receipt.
  test('the application is stable while an event waits to be delivered', async () => {
    const page = await open();
    expect(await page.evaluate(() => window.earliest)).toBe('stable');
  });

  test('a button with the directive tracks its click', async () => {
    const page = await open();
    const names = () => page.evaluate(() => window.tracked);
    expect(await names()).toEqual(['Shop Seen']);
    await page.click('app-shop button');
    expect(await names()).toEqual(['Shop Seen', 'Kettle Clicked']);
  });

  // A02, angular/angular#55569: the view stayed `anonymous` until a click.
  test('the view follows a login and a logout in another tab', async () => {
    const [page, other] = [await open(), await open()];
    const shown = () => page.textContent('app-shop p');
    await expect.poll(shown).toMatch(/^anonymous anonymous-|^loggedOut anonymous-/);
    await other.evaluate(() => void window.user.login('account-1815'));
    await expect.poll(shown).toBe('identified account-1815');
    await other.evaluate(() => window.user.logout());
    await expect.poll(shown).toMatch(/^loggedOut anonymous-/);
  });

  test('a server renders the page while an event waits to be delivered', async () => {
    const place = await mkdtemp(join(tmpdir(), 'usertoken-angular-'));
    try {
      const file = join(place, 'server.mjs');
      await writeFile(file, await buildApp('server', folder, hasZone));
      const { stdout } = await promisify(execFile)(process.execPath, [file, collector.origin], { timeout: 90_000 });
      const { first, html } = JSON.parse(stdout.trim().split('\n').at(-1)!);
      expect(first).toBe('html');
      expect(html).toContain('<p>identified account-1815</p>');
    } finally {
      await rm(place, { recursive: true });
    }
  });
});
