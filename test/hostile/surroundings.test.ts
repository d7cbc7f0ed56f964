import type { BrowserContext } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { clickOn, received, track, useStage } from '../browser/harness.js';
import { bundleLight, serveInstead } from './support/light-build.js';
import { type Surrounding, surroundings, touchedOn } from './support/surroundings.js';
import { watchBuiltins } from './support/watch-builtins.js';

const stage = useStage();

/** Where the pages of a context have sent anything. */
function originsOf(context: BrowserContext): Set<string> {
  const origins = new Set<string>();
  context.on('request', (request) => {
    if (request.url().startsWith('http')) origins.add(new URL(request.url()).origin);
  });
  return origins;
}

let light: string;
beforeAll(async () => {
  light = await bundleLight();
});

async function contextIn({ prepare, needsLight }: Surrounding): Promise<BrowserContext> {
  const context = await stage.context();
  if (needsLight) await serveInstead(context, light);
  await context.addInitScript(prepare);
  await context.addInitScript(watchBuiltins);
  return context;
}

describe.each(surroundings)('a page with $is', (surrounding) => {
  const { hasNoCookies, keepsNoEvents } = surrounding;

  test('delivers each event under its own token, and changes no built-in and contacts no other host', async () => {
    const { collector, pages } = stage;
    const context = await contextIn(surrounding);
    const origins = originsOf(context);
    const page = await stage.open(context);
    const anonymous = await page.evaluate(() => window.user.token);
    expect(anonymous).toMatch(/^anonymous-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
    await page.evaluate(() => window.user.login('ada-1815'));
    expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
    const many = { ...clickOn('x'), objectIDs: Array.from({ length: 21 }, (_, n) => `cup${n}`) };
    expect(await track(page, many)).toEqual({ status: 'delivered' });
    await page.evaluate(() => window.user.logout());
    expect(await track(page, clickOn('saucer'))).toEqual({ status: 'delivered' });
    const [first, second, ...rest] = received(collector);
    expect([first, second]).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);
    expect(rest).toEqual([`ada-1815: ${many.objectIDs.slice(0, 20)}`, 'ada-1815: cup20', `${anonymous}: saucer`]);
    for (const { event } of collector.events) {
      const fields = ['eventName', 'eventType', 'index', 'objectIDs', 'userToken'];
      expect(Object.keys(event).sort()).toEqual(fields);
    }

    await page.reload();
    const next = await page.evaluate(() => window.user.token);
    if (hasNoCookies) expect(next).not.toBe(anonymous);
    else expect(next).toBe(anonymous);
    await page.evaluate(() => window.user.consent.deny());
    expect(await track(page, clickOn('spoon'))).toEqual({ status: 'dropped', reason: 'opted-out' });
    await page.evaluate(() => window.user.dispose());
    expect(await touchedOn(page)).toEqual([]);
    expect([...origins].sort()).toEqual([pages.origin, collector.origin].sort());
  });

  test(
    keepsNoEvents
      ? 'keeps events in memory through an outage'
      : 'keeps events through an outage and the end of the page',
    async () => {
      const { collector } = stage;
      stage.expectErrors(/503/);
      const context = await contextIn(surrounding);
      collector.setFault({ status: 503 });
      const page = await stage.open(context);
      const token = await page.evaluate(() => window.user.token);
      await page.evaluate((event) => void window.user.track(event), clickOn('teapot'));
      await collector.waitForRequests(1);
      const heir = keepsNoEvents ? page : await context.newPage();
      if (!keepsNoEvents) await page.goto('about:blank');
      collector.setFault(null);
      if (!keepsNoEvents) await heir.goto(stage.shopUrl());
      await collector.waitForEvents(1, { timeoutMs: 15_000 });
      // The answer has reached the page: else its end would hand the event over once more.
      expect(await heir.evaluate(() => window.user.flush())).toBe(true);
      expect(received(collector)).toEqual([`${token}: teapot`]);
    },
  );
});
