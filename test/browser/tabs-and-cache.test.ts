import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { clickOn, received, useStage } from './harness.js';

// The driver's own flag turns off the back-forward cache, which every visitor has.
const stage = useStage({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });

declare global {
  interface Window {
    /** What this page came to know, with the time by a clock that all pages share. */
    changes: { readonly at: number; readonly state: string; readonly consent: string; readonly token?: string }[];
  }
}

/** What a visitor does in one tab, in turn, and what another tab must know by it. */
const steps = ['login', 'logout', 'deny'] as const;
const rounds = 201;

test(`${rounds} logins, logouts and denials in one tab reach another, in order, and both agree`, async () => {
  const context = await stage.context();
  const [first, second] = [await stage.open(context), await stage.open(context)];
  await second.evaluate(() => {
    window.changes = [];
    window.user.subscribe(({ state, consent, token }) => {
      const at = performance.timeOrigin + performance.now();
      window.changes.push({ at, state, consent, ...(token ? { token } : {}) });
    });
  });
  const latencies: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const step = steps[round % 3]!;
    await second.evaluate(() => void window.changes.splice(0));
    const told = await first.evaluate(
      ([step, round]) => {
        const at = performance.timeOrigin + performance.now();
        if (step === 'login') window.user.login(`user-${round}`);
        else if (step === 'logout') window.user.logout();
        else window.user.consent.deny();
        return { at, consent: window.user.consent.state, state: window.user.state, token: window.user.token };
      },
      [step, round] as const,
    );
    const { at, ...heard } = await second.evaluate(async () => {
      while (window.changes.length === 0) await new Promise((resolve) => setTimeout(resolve));
      return window.changes[0]!;
    });
    latencies.push(at - told.at);
    const agreed =
      step === 'deny' ? { consent: 'denied' } : { consent: 'granted', state: told.state, token: told.token };
    expect(heard, `round ${round}, ${step}`).toMatchObject(agreed);
    expect(told.token, `round ${round}, ${step}`).toEqual(
      { login: `user-${round}`, logout: expect.stringMatching(/^anonymous-/), deny: undefined }[step],
    );
    if (step !== 'deny') continue;
    expect(heard.token).toBeUndefined();
    // Consent is asked for again in each tab.
    for (const tab of [first, second]) await tab.evaluate(() => window.user.consent.grant());
    const tokenOf = (tab: Page) => tab.evaluate(() => window.user.token);
    await expect.poll(async () => (await tokenOf(first)) === (await tokenOf(second))).toBe(true);
  }
  const sorted = latencies.sort((one, other) => one - other);
  const [median, worst] = [sorted[Math.floor(rounds / 2)]!, sorted.at(-1)!];
  console.info(`from one tab to another: median ${median.toFixed(1)} ms, worst ${worst.toFixed(1)} ms of ${rounds}`);
});

test('with a second tab at work and events undelivered, a page keeps its place in the back-forward cache', async () => {
  stage.expectErrors(/503/);
  const { collector } = stage;
  const context = await stage.context();
  const page = await stage.open(context);
  const other = await stage.open(context);
  await page.evaluate(() => window.user.login('ada-1815'));
  await other.waitForFunction(() => window.user.state === 'identified');
  collector.setFault({ status: 503 });
  await page.evaluate((event) => {
    for (let n = 0; n < 50; n += 1) void window.user.track({ ...event, objectIDs: [`away${n}`] });
  }, clickOn('x'));
  await page.waitForFunction(() => window.user.delivery.getSnapshot().value === 'backingOff');

  await page.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
  await other.evaluate((event) => {
    window.user.login('grace-1906');
    void window.user.track({ ...event, objectIDs: ['other'] });
  }, clickOn('x'));
  await page.evaluate(() => history.back());
  await page.waitForFunction(() => window.wasRestored === true);
  const reasons = await page.evaluate(
    () =>
      (performance.getEntriesByType('navigation')[0] as unknown as { notRestoredReasons: unknown }).notRestoredReasons,
  );
  expect(reasons).toBeNull();
  expect(await page.evaluate(() => window.user.token)).toBe('grace-1906');
  expect(collector.events).toEqual([]);

  collector.setFault(null);
  await collector.waitForEvents(51, { timeoutMs: 25_000 });
  await page.waitForFunction(() => Object.keys(localStorage).every((key) => !/^usertoken:outbox:.*:\d+$/.test(key)));
  for (const each of [page, other]) expect(await each.evaluate(() => window.user.flush())).toBe(true);
  const away = Array.from({ length: 50 }, (_, n) => `ada-1815: away${n}`);
  expect(received(collector).sort()).toEqual([...away, 'grace-1906: other'].sort());
});
