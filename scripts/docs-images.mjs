// npm run docs:images: the pictures of the guide, taken from the pages that they show.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
} finally {
  child.kill('SIGTERM');
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
