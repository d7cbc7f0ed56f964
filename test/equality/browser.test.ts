import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entries, liteXState, scriptTag } from '../../scripts/entries.mjs';
import { launchChromium } from '../docs/support/run-in-browser.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A light build as scripts/build.mjs makes it, as one script. */
async function script(source: string, globalName: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [source],
    alias: { xstate: join(root, liteXState) },
    bundle: true,
    minify: true,
    format: 'iife',
    globalName,
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
  });
  return outputFiles[0]!.text;
}

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
    const { page, errors } = await load(await script(entries.lite, 'lite'));
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
    const { page, errors } = await load(await script(scriptTag.source, 'unused'));
    const kind = await page.evaluate(() => typeof (globalThis as unknown as { aa: unknown }).aa);
    expect({ kind, errors }).toEqual({ kind: 'function', errors: [] });
    await page.close();
  });
});
