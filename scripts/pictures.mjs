// Takes the pictures of the README from the demo's real page: `npm run pictures`, which builds the library first.
import { mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser } from './ensure-browser.mjs';

const folder = new URL('../docs/pictures/', import.meta.url);
/** Pictures are read on a page that loads all of them. */
const maxBytes = 200_000;

/** What is pictured: the window, or the elements that a selector finds first. */
const subjects = {
  demo: undefined,
  'statechart-identity': '.machine-identity .regions',
  'statechart-delivery': '.machine-delivery .regions figure',
};
const schemes = ['light', 'dark'];

/** Names of the files in docs/pictures. */
export const pictures = Object.keys(subjects).flatMap((name) => schemes.map((scheme) => `${name}-${scheme}.png`));

async function serveDemo() {
  const [{ createCollector }, machines, { demoPages }] = await Promise.all([
    import('usertoken/testing'),
    import('usertoken/machines'),
    import('../demo/server.mjs'),
  ]);
  let collector;
  collector = await createCollector({ fallback: await demoPages(() => collector, machines) });
  return collector;
}

/** Runs in the page before its scripts: the same picture each time. */
function withoutChance() {
  let made = 0;
  crypto.getRandomValues = (array) => array.map(() => (made = (made * 109 + 89) % 251));
  Math.random = () => 0.5;
}

/** Plays what the pictures show: an anonymous click, a login, a purchase begun, an outage that an event waits out. */
async function play(page, origin) {
  const press = (name) => page.getByRole('button', { name, exact: true }).click();
  const shows = (id, text) => page.locator(`#${id}`).getByText(text, { exact: true }).waitFor();
  await page.goto(origin);
  await page.locator('.machine-delivery').waitFor();
  await press('Grant');
  await press('Look: Teapot');
  await shows('delivered', '1');
  await press('Log in as Ada');
  await press('Add to basket: Kettle');
  await shows('delivered', '2');
  const isSet = page.waitForResponse((response) => response.url().endsWith('/demo/fault'));
  await page.getByLabel('503').check();
  await isSet;
  await press('Look: Teapot');
  await shows('events', 'answered 503, 2 tries');
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.evaluate(() => document.querySelector('.shop').scrollTo(0, 0));
}

async function takePictures() {
  await mkdir(folder, { recursive: true });
  const collector = await serveDemo();
  const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--no-sandbox'] });
  try {
    for (const colorScheme of schemes) {
      collector.setFault(null);
      collector.clear();
      const viewport = { width: 1280, height: 960 };
      const page = await browser.newPage({ viewport, colorScheme, reducedMotion: 'reduce' });
      await page.addInitScript(withoutChance);
      await play(page, collector.origin);
      for (const [name, selector] of Object.entries(subjects)) {
        const path = fileURLToPath(new URL(`${name}-${colorScheme}.png`, folder));
        const subject = selector ? page.locator(selector).first() : page;
        await subject.screenshot({ path });
        const { size } = await stat(path);
        console.log(`${name}-${colorScheme}.png  ${(size / 1000).toFixed(0)} kB`);
        if (size > maxBytes) throw new Error(`${name}-${colorScheme}.png is over ${maxBytes / 1000} kB`);
      }
      await page.close();
    }
  } finally {
    await browser.close();
    await collector.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await takePictures();
