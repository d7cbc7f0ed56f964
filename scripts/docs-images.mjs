// npm run docs:images: the pictures of the guide, taken from the pages that they show.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import { buildCli } from './build-cli.mjs';
import { findBrowser } from './ensure-browser.mjs';

const images = fileURLToPath(new URL('../docs/images', import.meta.url));

const event = (userToken, more) => ({
  eventType: 'view',
  eventName: 'Product Seen',
  index: 'products',
  objectIDs: ['sneaker-41'],
  userToken,
  ...more,
});
const visitor = 'anonymous-5f0c1b1e-8f0b-4f8e-9a53-ee0c2a7f1d20';
const purchase = { eventType: 'conversion', eventSubtype: 'purchase', eventName: 'Product Bought' };

/** What the picture of the collector shows: each kind of answer once. */
async function fill(origin) {
  const url = `${origin}/1/events?X-Algolia-Application-Id=app&X-Algolia-API-Key=key`;
  const post = (...events) => fetch(url, { method: 'POST', body: JSON.stringify({ events }) });
  const setFault = (fault) => fetch(`${origin}/fault`, { method: 'PUT', body: JSON.stringify(fault) });
  await post(event(visitor), event(visitor, { eventType: 'click', eventName: 'Product Clicked' }));
  await post(event('jane@example.com'));
  await setFault({ status: 503, times: 1 });
  await post(event('account-4711', purchase));
  await post(event('account-4711', purchase));
}

async function startCollector(folder) {
  const file = join(folder, 'cli.js');
  await buildCli(file);
  const child = spawn(process.execPath, [file, 'collector', '--quiet'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  while (!said.includes('Ctrl+C')) said += await once(child.stdout, 'data');
  return { child, origin: /Collector: +(\S+)/.exec(said)[1] };
}

const shop = `import { createUserToken } from './src/index.ts';
import { attachDevtools } from './src/devtools/index.ts';
window.user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host: location.origin, random: () => 1 });
attachDevtools(window.user, { isOpen: true });`;

/** Takes the pictures of the devtools: an anonymous view, a login, a click, a refused login and an outage. */
async function takeDevtools(browser, origin) {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: shop, resolveDir: root },
    bundle: true,
    format: 'esm',
    write: false,
  });
  const html =
    '<!doctype html><meta name="color-scheme" content="light dark"><script type="module" src="/shop.js"></script>';
  for (const colorScheme of ['light', 'dark']) {
    const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, colorScheme });
    const page = await context.newPage();
    await page.route('**/shop*', (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ body: outputFiles[0].text, contentType: 'text/javascript; charset=utf-8' })
        : route.fulfill({ body: html, contentType: 'text/html' }),
    );
    await page.goto(`${origin}/shop`);
    const panel = page.locator('usertoken-devtools aside');
    const run = (code) => page.evaluate(code);
    await panel.waitFor();
    await run(`user.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['teapot'] })`);
    await run(`user.login('account-1815')`);
    await run(`user.clickedObjectIDs({ eventName: 'Product Clicked', index: 'products', objectIDs: ['kettle'] })`);
    await run(`user.login('jane@example.com')`);
    await fetch(`${origin}/fault`, { method: 'PUT', body: JSON.stringify({ status: 503 }) });
    await run(
      `void user.purchasedObjectIDs({ eventName: 'Product Bought', index: 'products', objectIDs: ['kettle'] })`,
    );
    await panel.getByText('1 in a row').waitFor();
    await panel.getByText('stored', { exact: true }).waitFor();
    await run('document.activeElement.shadowRoot.activeElement.blur()');
    await panel.screenshot({ path: join(images, `devtools-${colorScheme}.png`) });
    await fetch(`${origin}/fault`, { method: 'DELETE' });
    await context.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), 'usertoken-images-'));
const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
const { child, origin } = await startCollector(folder);
try {
  await fill(origin);
  await mkdir(images, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 880, height: 720 } });
  await page.goto(origin);
  await page.locator('#requests > li').nth(3).waitFor();
  await page.screenshot({ path: join(images, 'collector.png'), fullPage: true });
  await takeDevtools(browser, origin);
} finally {
  child.kill('SIGTERM');
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
