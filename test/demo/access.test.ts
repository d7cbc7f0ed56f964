import { describe, expect, test } from 'vitest';
import { useStage } from '../browser/harness.js';
import { violationsOf } from '../support/axe.js';
import { tabTo } from './support/keyboard.js';
import { choose, press, shows, states, useDemoPages } from './support/serve-demo.js';
import { objectsOf } from './support/start-demo.js';

const stage = useStage();
const demo = useDemoPages(stage);
const visitMs = 60_000;

describe.each([360, 1280])('%i pixels wide', (width) => {
  test.each(['light', 'dark'] as const)(
    'axe-core finds nothing wrong, %s',
    async (colorScheme) => {
      stage.expectErrors(/status of (422|503)/);
      // axe-core is put into the page, which the page's own policy would forbid.
      const page = await demo.open({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true });
      expect(await violationsOf(page)).toEqual([]);
      await press(page, 'Grant');
      await press(page, 'Look: Teapot');
      await shows(page, 'delivered', /^1$/);
      await press(page, 'Log in as Ada');
      await choose(page, '422');
      await press(page, 'Add to basket: Teacup');
      await shows(page, 'dropped', /^1$/);
      await press(page, 'Log in as Grace');
      await choose(page, '503');
      await press(page, 'Look: Kettle');
      await shows(page, 'delivery', /backingOff/);
      await page.getByLabel('Log in with another id').fill('grace@example.com');
      await press(page, 'Log in');
      await shows(page, 'answer', /Refused/);
      // Colours are read in the middle of a transition otherwise.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      expect(await violationsOf(page)).toEqual([]);
    },
    visitMs,
  );
});

test.each([360, 1280])(
  'everything works from the keyboard alone, %i pixels wide',
  async (width) => {
    stage.expectErrors(/status of 503/);
    const page = await demo.open({ viewport: { width, height: 800 } });
    const { keyboard } = page;
    await tabTo(page, 'Grant');
    await keyboard.press('Enter');
    await shows(page, 'consent', /granted/);
    await tabTo(page, 'Log in as Ada');
    await keyboard.press('Space');
    await shows(page, 'token', /^ada-1815$/);
    await tabTo(page, 'Look: Teapot');
    await keyboard.press('Enter');
    await tabTo(page, 'Add to basket: Kettle');
    await keyboard.press('Enter');
    await tabTo(page, 'Buy the basket');
    await keyboard.press('Enter');
    await shows(page, 'delivered', /^3$/);
    await tabTo(page, 'normally');
    await keyboard.press('ArrowDown');
    await expect.poll(() => demo.collector.fault).toEqual({ status: 503 });
    await page.locator('#id').focus();
    await tabTo(page, 'Look: Teacup');
    await keyboard.press('Enter');
    await shows(page, 'delivery', /backingOff/);
    // A retry may be under way at the first look.
    await expect.poll(async () => (await states(page))[0]).toBe('stored');
    await tabTo(page, '503, unavailable');
    await keyboard.press('ArrowUp');
    await shows(page, 'delivered', /^4$/);
    expect(await objectsOf(demo.origin, 'ada-1815')).toEqual(['teapot', 'kettle', 'kettle', 'teacup']);
    await tabTo(page, 'user.logout()');
    await keyboard.press('Enter');
    await shows(page, 'visitor', /loggedOut/);
  },
  visitMs,
);

test('without wish for motion nothing moves', async () => {
  const page = await demo.open({ reducedMotion: 'reduce' });
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((each) =>
        getComputedStyle(each)
          .transitionDuration.split(', ')
          .some((seconds) => Number.parseFloat(seconds) > 0),
      )
      .map(({ outerHTML }) => outerHTML.slice(0, 80)),
  );
  expect(moving).toEqual([]);
});
