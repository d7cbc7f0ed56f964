import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { useStage } from '../browser/harness.js';
import { tabTo } from '../demo/support/keyboard.js';
import { press, shows, states } from '../demo/support/serve-demo.js';
import { violationsOf } from '../support/axe.js';
import { base } from './support/build-site.setup.js';
import { serveSite } from './support/serve-site.js';

const stage = useStage();
/** Where the site's theme keeps whether it is light or dark. */
const themeKey = 'vitepress-theme-appearance';
let site: Awaited<ReturnType<typeof serveSite>>;

beforeAll(async () => {
  site = await serveSite(inject('site'), base);
});
afterAll(() => site?.close());

/** Opens the home page with the demo running. It may ask only the site for anything. */
async function open(options?: BrowserContextOptions): Promise<Page> {
  const context = await stage.context(options);
  const strangers: string[] = [];
  await context.route(/^https?:/, (route) => {
    if (
      route
        .request()
        .url()
        .startsWith(site.origin + base)
    )
      return route.continue();
    strangers.push(route.request().url());
    return route.abort();
  });
  const page = await context.newPage();
  await visit(page);
  expect(strangers).toEqual([]);
  return page;
}

async function visit(page: Page): Promise<void> {
  await page.goto(site.origin + base);
  await isRunning(page);
}

const isRunning = (page: Page) => page.locator('.machine-delivery').waitFor();
const choose = (page: Page, kind: string) => page.locator(`#fault [value="${kind}"]`).check();
const lit = (page: Page) =>
  page.locator('[data-state].is-active').evaluateAll((all) => all.map((each) => each.dataset.state));

describe('the home page', () => {
  test('copies the install line', async () => {
    const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('.language-sh button.copy').click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npm install usertoken xstate');
  });

  test.each([
    ['batchWindowMs', 'options.html'],
    ['credentials-refused', 'troubleshooting.html'],
    ['usertoken: event-suspect: positions', 'troubleshooting.html'],
    ['only A-Z a-z 0-9 _ = + / -', 'troubleshooting.html'],
  ])('finds %s on %s first', async (text, path) => {
    const page = await open();
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.locator('#localsearch-input').fill(text);
    const first = page.locator('#localsearch-list a').first();
    await expect.poll(() => first.getAttribute('href')).toContain(`${base}${path}#`);
  });
});

describe('the demo in the home page', () => {
  test('lights the state of the visitor, and delivers a click under the right token', async () => {
    const page = await open();
    expect(await lit(page)).toEqual([
      'identity.visitor.anonymous',
      'identity.consent.pending',
      'delivery.awaitingConsent',
    ]);
    await press(page, 'Look: Teapot');
    await shows(page, 'waiting', /^1$/);
    expect(await page.evaluate(() => [document.cookie, ...Object.keys(localStorage)])).toEqual(['', themeKey]);
    await press(page, 'Grant');
    await expect.poll(() => states(page)).toEqual(['delivered']);
    await press(page, 'Log in as Ada');
    expect(await lit(page)).toContain('identity.visitor.identified');
    await press(page, 'Look: Kettle');
    await expect.poll(() => states(page)).toEqual(['delivered', 'delivered']);
    await shows(page, 'collected', /anonymous-.*Product Clicked: teapot.*ada-1815.*Product Clicked: kettle/);
    await press(page, 'Log out');
    expect(await lit(page)).toContain('identity.visitor.loggedOut');
  });

  test.each([
    ['503', 'backingOff'],
    ['429', 'backingOff'],
    ['hang', 'sending'],
    ['offline', 'offline'],
  ])('with the fault %s it keeps a click, and delivers it when the API answers again', async (kind, state) => {
    const page = await open();
    await press(page, 'Grant');
    await choose(page, kind);
    await press(page, 'Look: Teapot');
    await expect.poll(() => lit(page)).toContain(`delivery.${state}`);
    expect(await states(page)).not.toEqual(['delivered']);
    await choose(page, 'none');
    await expect.poll(() => states(page)).toEqual(['delivered']);
    await expect.poll(() => lit(page)).toContain('delivery.idle');
  });

  test('shows that a click is retried while the API is down', async () => {
    const page = await open();
    await press(page, 'Grant');
    await choose(page, '503');
    await press(page, 'Look: Teapot');
    await expect.poll(() => page.locator('#events .why').textContent()).toBe('answered 503, 2 tries');
    await expect.poll(() => page.locator('#latest .bad').allTextContents()).toContain('503 1 event #2');
  });

  test('a refused key stops delivery, and the next page with a valid one delivers the click', async () => {
    const page = await open();
    await press(page, 'Grant');
    await choose(page, '401');
    await press(page, 'Look: Teapot');
    await expect.poll(() => lit(page)).toContain('delivery.unauthorized');
    await choose(page, 'none');
    await page.reload();
    await isRunning(page);
    await shows(page, 'kept', /^The 1 event of an earlier page is delivered now/);
  });

  test('an event that breaks a rule of the API is dropped with the reason', async () => {
    const page = await open();
    await press(page, 'Grant');
    await choose(page, '422');
    await press(page, 'Look: Teapot');
    await expect.poll(() => states(page)).toEqual(['dropped']);
    expect(await page.locator('#events .why').textContent()).toContain('no such product');
  });

  test('a denial drops the waiting click, erases the cookies and refuses the next one', async () => {
    const page = await open();
    await press(page, 'Look: Teapot');
    await press(page, 'Deny');
    await press(page, 'Look: Kettle');
    await expect.poll(() => states(page)).toEqual(['dropped', 'dropped']);
    expect(await page.locator('#events .why').allTextContents()).toEqual(['opted-out', 'opted-out']);
    await shows(page, 'requests', /^0 events/);
    expect(await page.evaluate(() => document.cookie)).toBe('');
  });

  test('a second tab shares the login, the logout and the API', async () => {
    const page = await open();
    await press(page, 'Grant');
    await shows(page, 'consent', /granted/);
    const [second] = await Promise.all([
      page.context().waitForEvent('page'),
      page.getByRole('link', { name: 'open a second tab' }).click(),
    ]);
    await isRunning(second);
    await press(page, 'Log in as Grace');
    await shows(second, 'token', /^grace-1906$/);
    await press(second, 'Look: Teacup');
    await shows(page, 'collected', /grace-1906.*Product Clicked: teacup/);
    await press(second, 'Log out');
    await shows(page, 'visitor', /loggedOut/);
  });

  test('a click made right before the tab closes is with the API when the next page looks', async () => {
    const page = await open();
    await press(page, 'Grant');
    await page.getByRole('button', { name: 'Look: Caddy' }).click();
    const next = await page.context().newPage();
    await page.close({ runBeforeUnload: true });
    await visit(next);
    await shows(next, 'collected', /Product Clicked: caddy/);
  });

  test('ends when the visitor goes to another page of the site, and starts again on the way back', async () => {
    // The theme's outline looks for its marker once more when its page is gone.
    stage.expectErrors(/reading 'style'/);
    const page = await open();
    await press(page, 'Grant');
    await choose(page, '503');
    await press(page, 'Look: Teapot');
    await expect.poll(() => lit(page)).toContain('delivery.backingOff');
    await page.getByRole('link', { name: 'Getting started' }).first().click();
    await page.getByRole('heading', { name: 'Getting started', level: 1 }).waitFor();
    await page.goBack();
    await isRunning(page);
    await shows(page, 'kept', /^1 event of an earlier page: 0 delivered so far/);
    await choose(page, 'none');
    await shows(page, 'kept', /^The 1 event of an earlier page is delivered now/);
  });
});

describe.each([360, 1280])('%i pixels wide', (width) => {
  test.each(['light', 'dark'] as const)('axe-core finds nothing wrong, %s', async (colorScheme) => {
    const page = await open({ viewport: { width, height: 800 }, colorScheme, reducedMotion: 'reduce' });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await violationsOf(page)).toEqual([]);
    await press(page, 'Grant');
    await press(page, 'Look: Teapot');
    await shows(page, 'delivered', /^1$/);
    await press(page, 'Log in as Ada');
    await choose(page, '422');
    await press(page, 'Add to basket: Teacup');
    await shows(page, 'dropped', /^1$/);
    await choose(page, '503');
    await press(page, 'Look: Kettle');
    await shows(page, 'delivery', /backingOff/);
    await page.getByLabel('Log in with another id').fill('grace@example.com');
    await press(page, 'Log in');
    await shows(page, 'answer', /Refused/);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await violationsOf(page)).toEqual([]);
  });

  test('everything works from the keyboard alone', async () => {
    const page = await open({
      viewport: { width, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { keyboard } = page;
    await tabTo(page, 'Copy Code');
    await keyboard.press('Enter');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('npm install usertoken xstate');
    await tabTo(page, 'Grant');
    await keyboard.press('Enter');
    await tabTo(page, 'Log in as Ada');
    await keyboard.press('Space');
    await shows(page, 'token', /^ada-1815$/);
    await tabTo(page, 'Look: Teapot');
    await keyboard.press('Enter');
    await shows(page, 'delivered', /^1$/);
    await tabTo(page, 'normally');
    await keyboard.press('ArrowDown');
    await page.locator('#id').focus();
    await tabTo(page, 'Look: Kettle');
    await keyboard.press('Enter');
    await shows(page, 'delivery', /backingOff/);
    await tabTo(page, '503, unavailable');
    await keyboard.press('ArrowUp');
    await shows(page, 'delivered', /^2$/);
    await tabTo(page, 'user.logout()');
    await keyboard.press('Enter');
    await shows(page, 'visitor', /loggedOut/);
  });
});
