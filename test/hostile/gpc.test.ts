import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { clickOn, track, useStage } from '../browser/harness.js';

const stage = useStage();

/** The recipe as the guide has it: everything but the import. */
const recipe = (() => {
  const guide = readFileSync(new URL('../../docs/consent.md', import.meta.url), 'utf8');
  const block = guide.split('```').find((part) => part.includes('globalPrivacyControl') && part.startsWith('ts'));
  if (!block) throw new Error('docs/consent.md has no block with globalPrivacyControl');
  return block.slice(block.indexOf('\n')).replace(/^import .*$/m, '');
})();

test.each([
  [true, 'denied'],
  [false, 'granted'],
  [undefined, 'granted'],
] as const)('with the recipe for Global Privacy Control a signal of %s makes consent %s', async (signal, consent) => {
  const { collector, pages } = stage;
  const context = await stage.context();
  await context.addInitScript((value) => {
    Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value, configurable: true });
  }, signal);
  const page = await context.newPage();
  await page.goto(pages.url());
  const { transformSync } = await import('esbuild');
  const { code } = transformSync(`const { createUserToken } = usertoken; ${recipe}`, { loader: 'ts' });
  const script = `(() => { const { createUserToken: create } = usertoken;
    const host = ${JSON.stringify(collector.origin)};
    const before = usertoken; globalThis.usertoken = { ...before, createUserToken: (given) => create({ ...given, host }) };
    ${code}; window.user = user; })()`;
  await page.evaluate(script);
  expect(await page.evaluate(() => window.user.consent.state)).toBe(consent);
  const receipt = await track(page, clickOn('teapot'));
  expect(receipt.status).toBe(consent === 'denied' ? 'dropped' : 'delivered');
  const stored = await page.evaluate(() => document.cookie.length + localStorage.length);
  expect(stored > 0).toBe(consent === 'granted');
  expect(collector.requests).toHaveLength(consent === 'granted' ? 1 : 0);
});
