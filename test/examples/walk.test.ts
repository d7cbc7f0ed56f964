import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useStage } from '../browser/harness.js';
import { buildExample, examples, packPackage } from './support/build.js';
import { type Served, serveBuild, serveDevelopment, serveFolder } from './support/serve.js';
import { testFaults } from './support/test-faults.js';
import { testServer } from './support/test-server.js';
import { testStart } from './support/test-start.js';
import { expectToFit, fullSurface, shopOn, visitorOn, walkThrough } from './support/walk.js';

const stage = useStage();
let folder: string;
let tarball: string;

beforeAll(async () => {
  // Outside of the repository, so that nothing is resolved to its node_modules.
  folder = await realpath(await mkdtemp(join(tmpdir(), 'usertoken-examples-')));
  tarball = await packPackage(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(examples)('examples/$name', (example) => {
  const { output, path = '/', isServer, surface = fullSurface, component, develop, needsScript, places = {} } = example;
  let place: string;
  const serve = () => (isServer ? serveBuild(place, output) : serveFolder(join(place, output)));
  beforeAll(async () => {
    place = await buildExample(example, folder, tarball, stage.collector.origin);
  });

  test('serves a visitor, with each event under the right token, on a phone and a desktop', async () => {
    const server = await serve();
    const page = await (await stage.context()).newPage();
    try {
      await walkThrough(visitorOn(page), `${server.origin}${path}`, stage.collector, surface);
      for (const width of [360, 1280]) await expectToFit(page, width);
    } finally {
      // It may still prefetch.
      await page.close();
      await server.close();
    }
  });

  if (isServer) {
    testServer(stage, serve, needsScript);
    testFaults(stage, serve, places);
  }
  if (develop) {
    describe('in development', () => {
      let server: Served;
      beforeAll(async () => {
        server = await serveBuild(place, develop, 'development');
        // The first visit of a page compiles it, and may load it twice.
        const page = await stage.browser.newPage();
        page.setDefaultTimeout(120_000);
        const paths = ['/', places.account ?? '/', ...(places.everybody ?? [])];
        for (const path of paths) await page.goto(server.origin + path, { waitUntil: 'networkidle' });
        await page.close();
      });
      afterAll(() => server?.close());
      testFaults(stage, async () => ({ origin: server.origin, close: async () => {} }), places);
    });
  }
  testStart(stage, () => place, example);
  if (!component) return;
  test('keeps its instance when a component is replaced in the open page', async () => {
    const server = await serveDevelopment(place);
    const page = await (await stage.context()).newPage();
    try {
      const shop = shopOn(page);
      await page.goto(`${server.origin}/`);
      await shop.press('grant');
      await shop.press('login');
      await shop.shows('token', /^ada-1815$/);
      await page.evaluate(() => Object.assign(window, { isSamePage: true }));

      const file = join(place, component);
      await writeFile(file, (await readFile(file, 'utf8')).replace('Kettle &amp; Leaf', 'Leaf &amp; Kettle'));
      await expect.poll(() => page.locator('h1').textContent()).toBe('Leaf & Kettle');
      expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
      expect(await shop.text('token')).toBe('ada-1815');
      await shop.press('logout');
      await shop.shows('state', /^loggedOut$/);
      await shop.press('look-tin');
      const clicks = () => stage.collector.events.filter(({ event }) => event.eventName === 'Product Clicked');
      await stage.collector.waitForEvents(() => clicks().length > 0);
      expect(clicks().map(({ userToken }) => userToken)).toEqual([await shop.text('token')]);
    } finally {
      await page.close();
      await server.close();
    }
  });
});
