import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { violationsOf } from '../support/axe.js';
import { useCommand, view } from './support/command.js';

const command = useCommand();
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: findBrowser()!, args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());

async function open(options: { width?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
  const { width = 1280, colorScheme = 'light' } = options;
  // axe-core is put into the page, which the page's own policy would forbid.
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
  await page.goto(command.shared().origin);
  return page;
}
const requests = (page: Page) => page.locator('#requests > li');

describe('the timeline', () => {
  it('shows requests as they come, newest first, with events, tokens and the rule that was broken', async () => {
    const page = await open();
    await page.getByText('Nothing yet.').waitFor();
    await command.shared().post(view('u1'), view('u2'));
    await command.shared().post(view('jane@example.com'));
    await requests(page).nth(1).waitFor();
    expect(await requests(page).first().textContent()).toMatch(
      /422 refused[\s\S]*userToken must be[\s\S]*jane@example.com/,
    );
    expect(await requests(page).last().textContent()).toMatch(/200 accepted[\s\S]*Product Seenviewu1[\s\S]*u2/);
    expect(await page.locator('#summary').textContent()).toBe('2 requests, 2 events accepted');
    expect(await page.locator('#tokens li').allTextContents()).toEqual(['u1 1 event', 'u2 1 event']);
    await page.close();
  });

  it('gives each token a colour of its own, the same in every event', async () => {
    const page = await open();
    await command.shared().post(view('u1'), view('u2'), view('u1'));
    await requests(page).first().waitFor();
    const dots = await requests(page)
      .locator('.token')
      .evaluateAll((all) => all.map((each) => getComputedStyle(each, '::before').backgroundColor));
    expect(dots).toHaveLength(3);
    expect(dots[2]).toBe(dots[0]);
    expect(dots[1]).not.toBe(dots[0]);
    await page.close();
  });

  it('keeps an event open that a visitor opened while others come', async () => {
    const page = await open();
    await command.shared().post(view('u1'));
    await requests(page).first().locator('summary').click();
    await command.shared().post(view('u2'));
    await requests(page).nth(1).waitFor();
    expect(await page.locator('details[open] pre').textContent()).toContain('"userToken": "u1"');
    await page.close();
  });

  it('sets and ends a fault, and forgets all, by keyboard', async () => {
    const { post, collected } = command.shared();
    const page = await open();
    await page.getByLabel('Answer events with').focus();
    await page.keyboard.type('503');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('In force: {"status":503}').waitFor();
    expect(await post(view('u1'))).toBe(503);
    await page.getByText('503 failed, by a fault').waitFor();
    await page.getByLabel('Answer events with').selectOption({ index: 0 });
    await page.getByRole('button', { name: 'Set' }).press('Enter');
    await expect.poll(() => page.locator('#fault-now').textContent()).toBe('');
    expect(await post(view('u1'))).toBe(200);
    await page.getByRole('button', { name: 'Forget all' }).press('Enter');
    await page.getByText('Nothing yet.').waitFor();
    expect((await collected()).requests).toEqual([]);
    await page.close();
  });

  it('says so when the collector is gone', async () => {
    const own = await command.collector();
    const page = await browser.newPage();
    await page.goto(own.origin);
    await page.getByText('0 requests').waitFor();
    own.process.kill('SIGTERM');
    await page.getByText('The collector does not answer.').waitFor();
    await page.close();
  });

  it.each([
    [360, 'light'],
    [360, 'dark'],
    [1280, 'light'],
    [1280, 'dark'],
  ] as const)('is accessible and fits at %i pixels, %s', async (width, colorScheme) => {
    const { post } = command.shared();
    await post(view('anonymous-5f0c1b1e-8f0b-4f8e-9a53-ee0c2a7f1d20', { authenticatedUserToken: 'account-4711' }));
    await post(view('jane@example.com'));
    for (let number = 0; number < 8; number += 1) await post(view(`u${number}`));
    const page = await open({ width, colorScheme });
    await requests(page).first().waitFor();
    await requests(page).first().locator('summary').click();
    expect(await violationsOf(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    await page.close();
  });
});
