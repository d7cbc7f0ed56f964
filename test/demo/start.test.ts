import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { playStory } from '../../demo/story.mjs';
import { createUserToken } from '../../src/index.js';
import type { CollectedRequest } from '../../src/testing/collector.types.js';
import { received, useStage } from '../browser/harness.js';
import { collectedAt, freePort, objectsOf, occupyPort, startMs, useDemo } from './support/start-demo.js';

const stage = useStage();
const { start, origin: startPage } = useDemo();

const pageLine = /(http:\/\/127\.0\.0\.1:\d+)\//;

describe('the story', () => {
  test('sends every event under the right token, refuses the e-mail address, loses nothing in the outage', async () => {
    const { collector } = stage;
    const { steps, refusal, events, requests, afterOutage } = await playStory({ createUserToken, collector });
    const anonymous = steps[0]!.token;
    expect(anonymous).toMatch(/^anonymous-/);
    expect(received(collector)).toEqual([
      `${anonymous}: teapot`,
      'ada-1815: kettle',
      'ada-1815: kettle',
      `${anonymous}: tea-strainer`,
      `${anonymous}: teacup`,
    ]);
    expect(events).toEqual(collector.events);
    expect(steps.map(({ state }) => state)).toEqual([
      'anonymous',
      ...Array(3).fill('identified'),
      ...Array(5).fill('loggedOut'),
    ]);
    expect(refusal).toMatchObject({ ok: false, reason: 'personal-data' });
    expect(afterOutage).toEqual({ status: 'delivered' });
    expect((requests as CollectedRequest[]).map(({ status }) => status)).toEqual(expect.arrayContaining([503, 200]));
    expect(collector.fault).toBeNull();
  });
});

describe('in the terminal', () => {
  test(
    '--once plays the story, prints what arrived with shortened tokens, and ends with code 0',
    async () => {
      const demo = start('--once', '--port', String(await freePort()));
      expect(await demo.exitCode).toBe(0);
      const output = demo.output();
      const rows = output.split('\n').filter((line) => /^\d+ {2}Product/.test(line));
      expect(rows.map((row) => /anonymous-|ada/.exec(row)?.[0])).toEqual([
        'anonymous-',
        'ada',
        'ada',
        'anonymous-',
        'anonymous-',
      ]);
      expect(new Set(rows.map((row) => /anonymous-\S+/.exec(row)?.[0]).filter(Boolean)).size).toBe(1);
      expect(output.match(/^ \d {2}/gm)).toHaveLength(9);
      expect(output).toMatch(/refused: personal-data/);
      expect(output).toMatch(/503/);
      expect(output).not.toMatch(/ada-1815|anonymous-[0-9a-f]{8}|demo-search-key|ada@example\.com/);
      expect(output).not.toMatch(pageLine);
    },
    startMs,
  );

  test(
    'a taken port is announced and another one serves; Ctrl-C ends with code 0 and the port is free',
    async () => {
      const { server, port } = await occupyPort();
      const demo = start('--port', String(port));
      const [, origin] = await demo.says(pageLine);
      expect(demo.output()).toContain(`Port ${port} is taken`);
      expect(new URL(origin!).port).not.toBe(String(port));
      expect((await fetch(`${origin}/`)).status).toBe(200);

      demo.process.kill('SIGINT');
      expect(await demo.exitCode).toBe(0);
      expect(demo.output()).not.toMatch(/Error|\n {4}at /);
      await expect(fetch(`${origin}/`)).rejects.toThrow();
      server.close();
    },
    startMs,
  );

  test('Ctrl-C in the middle of the story ends with code 0 and no stack', async () => {
    const demo = start('--port', String(await freePort()));
    await demo.says(/ {2}logs in /);
    demo.process.kill('SIGINT');
    expect(await demo.exitCode).toBe(0);
    expect(demo.output()).not.toMatch(/Error|could not run|\n {4}at /);
  });

  test.each([
    [['--bogus'], /--bogus/],
    [['--port', 'eighty'], /--port must be a whole number from 1 to 65535, not 'eighty'/],
    [['--port', '65536'], /--port must be/],
    [['--port', '0'], /--port must be/],
    [['--port'], /--port/],
    [['shop'], /shop/],
  ])('%j is refused with a message, the usage and code 2', async (args, message) => {
    const demo = start(...args);
    expect(await demo.exitCode).toBe(2);
    expect(demo.output()).toMatch(message);
    expect(demo.output()).toMatch(/--once/);
    expect(demo.output()).not.toMatch(/\n {4}at /);
  });

  test('--help tells the options and ends with code 0', async () => {
    const demo = start('--help');
    expect(await demo.exitCode).toBe(0);
    expect(demo.output()).toMatch(/--port N[\s\S]*--once/);
  });
});

describe('the page', () => {
  const textOf = (page: Page, id: string) => page.locator(`#${id}`).textContent();
  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const shows = (page: Page, id: string, pattern: string) =>
    page.waitForFunction(([target, source]) => new RegExp(source).test(document.getElementById(target)!.textContent), [
      id,
      pattern,
    ] as const);
  const states = (page: Page) => page.locator('#events .state').allTextContents();

  test(
    'lets one be a visitor: consent, login, clicks, an outage, logout, denial; and shows what arrived',
    async () => {
      stage.expectErrors(/the server responded with a status of 503/);
      const origin = await startPage();
      const eventsOf = (token: string) => objectsOf(origin, token);

      const page = await (await stage.context()).newPage();
      await page.goto(`${origin}/`);
      await shows(page, 'consent', 'pending');
      const anonymous = (await textOf(page, 'token'))!;
      await press(page, 'Look: Teapot');
      await shows(page, 'waiting', '^1$');
      expect(await states(page)).toEqual(['queued']);
      expect(await textOf(page, 'cookies')).toBe('none');
      expect(await page.evaluate(() => Object.keys(localStorage))).toEqual([]);
      expect(await textOf(page, 'delivery')).toBe('awaitingConsent');
      expect(await eventsOf(anonymous)).toEqual([]);

      await press(page, 'Grant');
      await shows(page, 'events', 'delivered');
      expect(await eventsOf(anonymous)).toEqual(['teapot']);
      expect(await textOf(page, 'cookies')).toBe(`_ALGOLIA=${anonymous}`);

      await press(page, 'Log in as Grace');
      await shows(page, 'token', '^grace-1906$');
      await press(page, 'Look: Kettle');
      await press(page, 'Add to basket: Kettle');
      await press(page, 'Buy the basket');
      await shows(page, 'collected', 'Products Bought: kettle');
      expect(await eventsOf('grace-1906')).toEqual(['kettle', 'kettle', 'kettle']);

      await page.getByLabel('Log in with another id').fill('grace@example.com');
      await press(page, 'Log in');
      await shows(page, 'answer', 'Refused \\(personal-data\\)');
      expect(await textOf(page, 'token')).toBe('grace-1906');

      await page.getByLabel('503').check();
      await expect.poll(async () => (await collectedAt(origin)).fault).toBe('503');
      await press(page, 'Look: Teacup');
      await shows(page, 'delivery', 'backingOff');
      await expect.poll(async () => (await states(page))[0]).toBe('stored');
      await press(page, 'Log out');
      await page.getByLabel('normally').check();
      await shows(page, 'token', `^${anonymous}$`);
      await expect.poll(() => eventsOf('grace-1906')).toEqual(['kettle', 'kettle', 'kettle', 'teacup']);
      await shows(page, 'collected', 'grace-1906.*Products Bought: kettleProduct Clicked: teacup');
      expect(await eventsOf(anonymous)).toEqual(['teapot']);
      // The page hears of the answer a moment after the collector shows the events.
      await expect.poll(() => states(page)).toEqual(Array(5).fill('delivered'));

      await press(page, 'Deny');
      await shows(page, 'token', '^none$');
      expect(await textOf(page, 'cookies')).toBe('none');
      await press(page, 'Look: Teapot');
      await shows(page, 'events', 'dropped.*opted-out');
      await page.reload();
      await shows(page, 'consent', 'denied');
      expect(await eventsOf(anonymous)).toEqual(['teapot']);
    },
    startMs,
  );

  test('fits a phone without sideways scrolling, every control has a name, and only faults there are can be set', async () => {
    const origin = await startPage();
    const page = await (await stage.context({ viewport: { width: 360, height: 800 } })).newPage();
    await page.goto(`${origin}/`);
    await press(page, 'Grant');
    await press(page, 'Look: Teapot');
    await shows(page, 'events', 'delivered');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    const nameless = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement | HTMLButtonElement>('input, button')]
        .filter((control) => !control.labels?.length && !control.textContent)
        .map((control) => control.outerHTML),
    );
    expect(nameless).toEqual([]);

    for (const body of ['{"kind":"toString"}', '{"kind":42}', 'null', 'nonsense']) {
      expect((await fetch(`${origin}/demo/fault`, { method: 'POST', body })).status).toBe(400);
    }
    expect((await fetch(`${origin}/elsewhere`)).status).toBe(404);
    expect((await (await fetch(`${origin}/demo/collected`)).json()).fault).toBe('none');
  });
});
