import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { bundleScriptTag, lightBuild } from '../../scripts/light-build.mjs';
import { launchChromium } from '../docs/support/run-in-browser.js';
import { bundleForPage } from '../support/interpreter.js';

/** `usertoken/lite` as a page's bundler makes a script of it. */
const liteScript = (): Promise<string> =>
  bundleForPage(entries.lite, { ...lightBuild, minify: true, globalName: 'lite' });

let browser: Awaited<ReturnType<typeof launchChromium>>;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

describe('a light build in Chromium', () => {
  /** Loads a script into an empty page. The page's errors must stay none. */
  async function load(content: string) {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.addScriptTag({ content });
    return { page, errors };
  }

  it('usertoken/lite knows who is acting', async () => {
    const { page, errors } = await load(await liteScript());
    const told = await page.evaluate(() => {
      const { createUserToken } = (globalThis as unknown as { lite: typeof import('../../src/lite/index.js') }).lite;
      const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', cookie: false });
      user.login('u1');
      const { value } = user.identity.getSnapshot();
      user.dispose();
      return { token: user.token, value, status: user.delivery.getSnapshot().status };
    });
    expect(told).toEqual({ token: 'u1', value: { visitor: 'identified', consent: 'granted' }, status: 'stopped' });
    expect(errors).toEqual([]);
    await page.close();
  });

  it('the script tag answers calls', async () => {
    const { page, errors } = await load(await bundleScriptTag());
    const kind = await page.evaluate(() => typeof (globalThis as unknown as { aa: unknown }).aa);
    expect({ kind, errors }).toEqual({ kind: 'function', errors: [] });
    await page.close();
  });
});
