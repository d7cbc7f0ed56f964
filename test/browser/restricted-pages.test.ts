import { describe, expect, test } from 'vitest';
import { deny, login, logout, who } from './actions.js';
import { can } from './engines.js';
import { clickOn, openBlockingContext, received, track, useStage } from './harness.js';

const stage = useStage();

const nameOfError = (read: string) =>
  `(() => { try { ${read}; return 'none' } catch (error) { return error.name } })()`;

// ST-01 of the test cases.
test('a localStorage whose getter throws costs neither the cookies nor an event', async () => {
  const tab = await (await stage.profile()).open({}, { breakStorage: true });
  const errorName = await tab.evaluate(() => {
    try {
      return String(localStorage);
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(errorName).toBe('SecurityError');
  const { token } = await who(tab);
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });
  await tab.reload();
  expect((await who(tab)).token).toBe(token);
});

// PK-07 of the test cases, as the next one.
test('works under a strict content security policy, without eval and without an inline script or style', async () => {
  const { collector } = stage;
  const csp = `default-src 'none'; img-src data:; script-src 'self'; connect-src 'self' ${collector.origin}; require-trusted-types-for 'script'`;
  const tab = await (await stage.profile()).open({}, { csp });
  await login(tab, 'ada-1815');
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });
  expect(await tab.evaluate(() => window.violations)).toEqual([]);
  expect(await tab.evaluate(() => document.querySelectorAll('script, style').length)).toBe(2);
});

test('a policy that forbids the connection causes one warning and few attempts, and tracking stays usable', async () => {
  const { collector } = stage;
  const csp = "default-src 'none'; img-src data:; script-src 'self'; connect-src 'none'";
  const tab = await (await stage.profile()).open({}, { csp });
  await tab.evaluate((event) => {
    window.receipts = Array.from({ length: 50 }, () => window.user.track(event));
  }, clickOn('teapot'));
  await tab.until(() => window.user.delivery.getSnapshot().context.retries >= 4);
  expect(await tab.evaluate(() => window.warnings)).toEqual(['api-unreachable']);
  expect(await tab.evaluate(() => [...new Set(window.violations)])).toEqual(['connect-src']);
  expect(await tab.evaluate(() => window.violations.length)).toBeLessThanOrEqual(5);
  expect(collector.requests).toEqual([]);
  expect(await login(tab, 'ada-1815')).toMatchObject({ ok: true });
  await deny(tab);
  const statuses = await tab.evaluate(async () => (await Promise.all(window.receipts)).map(({ status }) => status));
  expect(new Set(statuses)).toEqual(new Set(['dropped']));
});

describe.runIf(can('playwright'))('without cookies and storage', () => {
  // ST-02 of the test cases.
  test('a sandboxed frame keeps the identity in memory, sends events and throws nothing', async () => {
    const { collector } = stage;
    const page = await stage.open(await stage.context(), {}, { sandboxed: true });
    const frame = page.frames()[1]!;
    await frame.waitForFunction(() => window.user !== undefined);
    expect(await frame.evaluate(nameOfError('document.cookie'))).toBe('SecurityError');
    expect(await frame.evaluate(nameOfError('localStorage'))).toBe('SecurityError');

    const anonymous = (await who(frame)).token;
    expect(await track(frame, clickOn('teapot'))).toEqual({ status: 'delivered' });
    await login(frame, 'ada-1815');
    expect(await track(frame, clickOn('kettle'))).toEqual({ status: 'delivered' });
    await logout(frame);
    await deny(frame);
    expect(await track(frame, clickOn('teacup'))).toEqual({ status: 'dropped', reason: 'opted-out' });
    expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);
    expect(await frame.evaluate(() => window.warnings)).toEqual(['cookies-unavailable']);
  });

  test('a browser that blocks site data keeps tokens as long as the page, and the page warns once', async () => {
    const { collector } = stage;
    const { context, close } = await openBlockingContext();
    try {
      stage.watch(context);
      const page = await stage.open(context);
      expect(await page.evaluate(nameOfError('localStorage'))).toBe('SecurityError');
      const anonymous = (await who(page)).token;
      expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
      await login(page, 'ada-1815');
      expect((await who(page)).token).toBe('ada-1815');
      expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
      expect(await page.evaluate(() => [document.cookie, window.warnings])).toEqual(['', ['cookies-unavailable']]);
      expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);

      await page.reload();
      const next = await who(page);
      expect(next.state).toBe('anonymous');
      expect(next.token).not.toBe(anonymous);
    } finally {
      await close();
    }
  });
});
