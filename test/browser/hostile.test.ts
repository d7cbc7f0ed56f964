import { expect, test } from 'vitest';
import { clickOn, openBlockingContext, received, track, useStage } from './harness.js';

const stage = useStage();

const nameOfError = (read: string) =>
  `(() => { try { ${read}; return 'none' } catch (error) { return error.name } })()`;

test('ST-02: in a sandboxed frame the identity lives in memory, events are sent, nothing throws', async () => {
  const { collector } = stage;
  const page = await stage.open(await stage.context(), {}, { sandboxed: true });
  const frame = page.frames()[1]!;
  await frame.waitForFunction(() => window.user !== undefined);
  expect(await frame.evaluate(nameOfError('document.cookie'))).toBe('SecurityError');
  expect(await frame.evaluate(nameOfError('localStorage'))).toBe('SecurityError');

  const anonymous = await frame.evaluate(() => window.user.token);
  expect(await track(frame, clickOn('teapot'))).toEqual({ status: 'delivered' });
  await frame.evaluate(() => window.user.login('ada-1815'));
  expect(await track(frame, clickOn('kettle'))).toEqual({ status: 'delivered' });
  await frame.evaluate(() => window.user.logout());
  await frame.evaluate(() => window.user.consent.deny());
  expect(await track(frame, clickOn('teacup'))).toEqual({ status: 'dropped', reason: 'opted-out' });
  expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);
  expect(await frame.evaluate(() => window.warnings)).toEqual(['cookies-unavailable']);
});

test('where the visitor blocks cookies and site data, tokens live as long as the page, and one warning says so', async () => {
  const { collector } = stage;
  const { context, close } = await openBlockingContext();
  try {
    stage.watch(context);
    const page = await stage.open(context);
    expect(await page.evaluate(nameOfError('localStorage'))).toBe('SecurityError');
    const anonymous = await page.evaluate(() => window.user.token);
    expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
    await page.evaluate(() => window.user.login('ada-1815'));
    expect(await page.evaluate(() => window.user.token)).toBe('ada-1815');
    expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
    expect(await page.evaluate(() => [document.cookie, window.warnings])).toEqual(['', ['cookies-unavailable']]);
    expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);

    await page.reload();
    expect(await page.evaluate(() => window.user.state)).toBe('anonymous');
    expect(await page.evaluate(() => window.user.token)).not.toBe(anonymous);
  } finally {
    await close();
  }
});

test('ST-01: a localStorage whose getter throws costs neither the cookies nor an event', async () => {
  const context = await stage.context();
  const page = await stage.open(context, {}, { breakStorage: true });
  expect(await page.evaluate(nameOfError('localStorage'))).toBe('SecurityError');
  const token = await page.evaluate(() => window.user.token);
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  await page.reload();
  expect(await page.evaluate(() => window.user.token)).toBe(token);
});

test('PK-07: a strict content security policy is enough: no eval, no inline script or style', async () => {
  const { collector } = stage;
  const csp = `default-src 'none'; img-src data:; script-src 'self'; connect-src 'self' ${collector.origin}; require-trusted-types-for 'script'`;
  const page = await stage.open(await stage.context(), {}, { csp });
  await page.evaluate(() => window.user.login('ada-1815'));
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  expect(await page.evaluate(() => window.violations)).toEqual([]);
  expect(await page.evaluate(() => document.querySelectorAll('script, style').length)).toBe(2);
});

test('PK-07: under a policy that forbids the connection it is reported once, nothing throws, tracking stays usable, attempts stay few', async () => {
  const { collector } = stage;
  stage.expectErrors(/Content Security Policy/);
  const csp = "default-src 'none'; img-src data:; script-src 'self'; connect-src 'none'";
  const page = await stage.open(await stage.context(), {}, { csp });
  await page.evaluate((event) => {
    window.receipts = Array.from({ length: 50 }, () => window.user.track(event));
  }, clickOn('teapot'));
  await page.waitForFunction(() => window.user.delivery.getSnapshot().context.retries >= 4);
  expect(await page.evaluate(() => window.warnings)).toEqual(['api-unreachable']);
  expect(await page.evaluate(() => [...new Set(window.violations)])).toEqual(['connect-src']);
  expect(await page.evaluate(() => window.violations.length)).toBeLessThanOrEqual(5);
  expect(collector.requests).toEqual([]);
  expect(await page.evaluate(() => window.user.login('ada-1815').ok)).toBe(true);
  await page.evaluate(() => window.user.consent.deny());
  expect(
    await page.evaluate(async () => [...new Set((await Promise.all(window.receipts)).map((r) => r.status))]),
  ).toEqual(['dropped']);
});
