import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bundleScriptTag } from '../../scripts/light-build.mjs';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { launchChromium } from '../browser/drivers/chromium.js';
import { bundle } from '../docs/support/bundle.js';
import { violationsOf } from '../support/axe.js';

const apiKey = 'canary-api-key';
const account = 'account-1815-canary';
/** As strict as pages are that allow no inline code, and no text that becomes code. */
const policy = "default-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";

const clientPage = `import { createUserToken } from 'usertoken';
import { attachDevtools } from 'usertoken/devtools';
window.user = createUserToken({ appId: 'app', apiKey: '${apiKey}', consent: 'granted', host: location.origin });
window.detach = attachDevtools(window.user);`;
const moduleSetup = `import aa from 'usertoken/aa';
import { attachDevtools } from 'usertoken/devtools';
window.aa = aa;
aa('init', { appId: 'app', apiKey: '${apiKey}', host: location.origin, userToken: '${account}' });
window.detach = attachDevtools(aa);`;
const scriptTagSetup = `import { attachDevtools } from 'usertoken/devtools';
aa('init', { appId: 'app', apiKey: '${apiKey}', host: location.origin, userToken: '${account}' });
window.detach = attachDevtools(aa);`;

const html = (...scripts: readonly string[]) =>
  `<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${scripts.join('')}</html>`;
const app = (name: string) => `<script type="module" src="/${name}.js"></script>`;
const files: Record<string, string> = {
  '/client': html(app('client')),
  '/module': html(app('module')),
  '/script-tag': html('<script src="/aa.min.js"></script>', app('script-tag')),
};

let collector: Collector;
let browser: Browser;
beforeAll(async () => {
  const [client, module, scriptTag, aa] = await Promise.all([
    bundle(clientPage, 'browser'),
    bundle(moduleSetup, 'browser'),
    bundle(scriptTagSetup, 'browser'),
    bundleScriptTag(),
  ]);
  Object.assign(files, {
    '/client.js': client,
    '/module.js': module,
    '/script-tag.js': scriptTag,
    '/aa.min.js': aa,
  });
  const fallback = ({ url = '' }: IncomingMessage, response: ServerResponse) => {
    if (!(url in files)) return false;
    response.setHeader('content-type', `${url.endsWith('.js') ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.setHeader('content-security-policy', policy);
    response.end(files[url]);
    return true;
  };
  collector = await createCollector({ fallback });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser?.close();
  await collector?.close();
});
beforeEach(() => {
  collector.clear();
  collector.setFault(null);
});

async function open(path: string, options: Parameters<Browser['newContext']>[0] = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(collector.origin + path);
  const devtools = page.locator('usertoken-devtools');
  await devtools.waitFor({ state: 'attached' });
  const section = (title: string) => devtools.locator('section', { has: page.locator(`h3:text-is("${title}")`) });
  return {
    page,
    errors,
    devtools,
    section,
    /** The states that are lit. */
    lit: () => devtools.locator('figure:not([hidden]) .state.is-on text').allTextContents(),
    close: () => context.close(),
  };
}

const event = { eventName: 'Product Clicked', index: 'products', objectIDs: ['kettle'] };
const track = (page: Page) =>
  page.evaluate((event) => void (window as never as Shop).user.clickedObjectIDs(event), event);
interface Shop {
  readonly user: import('../../src/index.js').UserTokenClient;
  readonly detach: () => void;
  aa(method: string, ...args: unknown[]): unknown;
}

test('opens and closes by its key and its button, and takes the focus along', async () => {
  const { page, devtools, errors, close } = await open('/client');
  const panel = devtools.locator('aside');
  const focused = () => page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.textContent);
  expect(await panel.isVisible()).toBe(false);
  await page.keyboard.press('Alt+Shift+KeyU');
  await panel.waitFor();
  expect(await focused()).toBe('Close');
  await page.keyboard.press('Enter');
  await panel.waitFor({ state: 'hidden' });
  expect(await focused()).toMatch(/^usertoken: anonymous/);
  await page.keyboard.press('Enter');
  await panel.waitFor();
  await page.keyboard.press('Alt+Shift+KeyU');
  await panel.waitFor({ state: 'hidden' });
  expect(errors).toEqual([]);
  await close();
});

test('shows who acts, how each event ended, and lights the states', async () => {
  const { page, devtools, section, lit, errors, close } = await open('/client');
  await page.keyboard.press('Alt+Shift+KeyU');
  expect(await lit()).toEqual(['anonymous', 'granted', 'idle']);
  await page.evaluate((id) => (window as never as Shop).user.login(id), account);
  await track(page);
  await section('Latest events').getByText('delivered').waitFor();
  await section('Who acts').getByText('An account is logged in, and its id acts.').waitFor();
  await section('Changes').getByText('identified').waitFor();
  await expect.poll(lit).toEqual(['identified', 'granted', 'idle']);
  expect(await devtools.locator('.is-last').count()).toBeGreaterThan(0);
  expect(await section('Latest events').textContent()).toContain('Product Clicked click · products: kettle');
  await page.evaluate(() => (window as never as Shop).user.consent.deny());
  await section('Who acts').getByText('nobody acts').waitFor();
  await expect.poll(lit).toEqual(['identified', 'denied', 'awaitingConsent']);
  expect(errors).toEqual([]);
  await close();
});

test('shows what waits in an outage, when the next try comes, and then that it arrived', async () => {
  const { page, section, lit, close } = await open('/client');
  await page.keyboard.press('Alt+Shift+KeyU');
  collector.setFault({ status: 503 });
  await track(page);
  await section('Delivery')
    .getByText(/try \d within \d+ s/)
    .waitFor();
  await section('In the outbox').getByText('stored').waitFor();
  await expect.poll(async () => (await lit()).at(-1)).toBe('backingOff');
  collector.setFault(null);
  await section('Latest events').getByText('delivered').waitFor();
  await section('In the outbox').getByText('Nothing waits.').waitFor();
  await close();
});

test('shows warnings and refused tokens', async () => {
  const { page, section, close } = await open('/client');
  await page.keyboard.press('Alt+Shift+KeyU');
  await page.evaluate(() => (window as never as Shop).user.login('jane@example.com'));
  const warnings = section('Warnings');
  await warnings.getByText('A token was refused: personal-data').waitFor();
  await warnings.getByText(/^usertoken: /).waitFor();
  expect(await warnings.textContent()).not.toContain('jane');
  await close();
});

test('shows no token and no key in full', async () => {
  const { page, devtools, section, close } = await open('/client');
  await page.keyboard.press('Alt+Shift+KeyU');
  const anonymous = await page.evaluate(() => (window as never as Shop).user.token!);
  await page.evaluate((id) => (window as never as Shop).user.login(id), account);
  collector.setFault({ status: 503 });
  await track(page);
  await section('In the outbox').getByText('stored').waitFor();
  const shown = await devtools.evaluate((host) => host.shadowRoot!.innerHTML);
  for (const secret of [anonymous, account, apiKey]) expect(shown).not.toContain(secret);
  expect(shown).toMatch(/user-…\d/);
  await close();
});

test('leaves nothing once it is detached', async () => {
  const { page, devtools, close } = await open('/client');
  await page.evaluate(() => (window as never as Shop).detach());
  expect(await devtools.count()).toBe(0);
  await page.keyboard.press('Alt+Shift+KeyU');
  await track(page);
  await collector.waitForEvents(1);
  expect(await devtools.count()).toBe(0);
  await close();
});

describe.each(['module', 'script-tag'])('on a page with the drop-in, as %s', (name) => {
  test('shows the token, what waits, ends and the delivery chart, with tokens masked', async () => {
    const { page, devtools, section, lit, errors, close } = await open(`/${name}`);
    await page.keyboard.press('Alt+Shift+KeyU');
    const view = () => page.evaluate((event) => void (window as never as Shop).aa('viewedObjectIDs', event), event);
    await view();
    await section('Latest events').getByText('delivered').waitFor();
    await section('Who acts')
      .getByText(/^user-…\d+$/)
      .waitFor();
    await expect.poll(lit).toEqual(['idle']);
    collector.setFault({ status: 503 });
    await page.evaluate(() => (window as never as Shop).aa('setUserToken', 'another-account'));
    await view();
    await section('In the outbox').getByText('waiting', { exact: true }).waitFor();
    await section('Delivery')
      .getByText(/try \d within \d+ s/)
      .waitFor();
    await section('Changes')
      .getByText(/user-…\d+/)
      .waitFor();
    await expect.poll(lit).toEqual(['backingOff']);
    const shown = await devtools.evaluate((host) => host.shadowRoot!.innerHTML);
    for (const secret of ['another-account', account, apiKey]) expect(shown).not.toContain(secret);
    expect(errors).toEqual([]);
    await close();
  });
});

describe.each([360, 1280])('%i pixels wide', (width) => {
  test.each(['light', 'dark'] as const)('axe-core finds nothing wrong, closed and open, %s', async (colorScheme) => {
    const viewport = { width, height: 800 };
    const { page, devtools, section, close } = await open('/client', { viewport, colorScheme, bypassCSP: true });
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Alt+Shift+KeyU');
    await track(page);
    await section('Latest events').getByText('delivered').waitFor();
    collector.setFault({ status: 503 });
    await page.evaluate((id) => (window as never as Shop).user.login(id), account);
    await page.evaluate(() => (window as never as Shop).user.login('jane@example.com'));
    await track(page);
    await section('In the outbox').getByText('stored').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const { width: wide } = (await devtools.locator('aside').boundingBox())!;
    expect(wide).toBeLessThanOrEqual(width);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await close();
  });
});
