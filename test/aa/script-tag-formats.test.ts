import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleScriptTag } from '../../scripts/light-build.mjs';
import { received, useStage } from '../browser/harness.js';
import { officialSnippet } from './support/official-snippet.js';

const stage = useStage();
const require = createRequire(import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'usertoken-formats-'));
let script: string;
let requireJS: string;
beforeAll(async () => {
  [script, requireJS] = await Promise.all([
    bundleScriptTag(),
    readFile(require.resolve('requirejs/require.js'), 'utf8'),
  ]);
  // As a site has it that copies the file.
  writeFileSync(join(folder, 'aa.min.js'), script);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Library {
  readonly default: Record<string, (...args: unknown[]) => unknown>;
  readonly createInsightsClient: (request?: unknown) => Library['default'];
}

/** A page with RequireJS, and the script where it and tags find it. */
async function openPage() {
  const page = await (await stage.context()).newPage();
  const serve = (pattern: RegExp, body: string) =>
    page.route(pattern, (route) => route.fulfill({ contentType: 'text/javascript', body }));
  await Promise.all([serve(/\/js\/aa\.min\.js/, script), serve(/\/js\/require\.js/, requireJS)]);
  await page.goto(stage.pages.url());
  await page.evaluate((host) => Object.assign(window, { host }), stage.collector.origin);
  await page.addScriptTag({ url: '/js/require.js' });
  await page.addScriptTag({ content: "require.config({ baseUrl: '/js' });" });
  return page;
}

const init = "{ appId: 'app', apiKey: 'key', host, userToken: 'visitor' }";
const view = "{ eventName: 'Seen', index: 'products', objectIDs: ['a'] }";

// F03, algolia/search-insights.js#272
describe('dist/aa.min.js', () => {
  it('is a module of RequireJS, with the client as its default', async () => {
    const page = await openPage();
    const isSent = await page.evaluate(`new Promise((resolve) => require(['aa.min'], (library) => {
      library.default.init(${init});
      resolve(library.default.viewedObjectIDs(${view}));
    }))`);
    expect(isSent).toBe(true);
    expect(received(stage.collector)).toEqual(['visitor: a']);
    const names = 'new Promise((resolve) => require(["aa.min"], (library) => resolve(Object.keys(library))))';
    expect(await page.evaluate(names)).toEqual(expect.arrayContaining(['createInsightsClient', 'default']));
  });

  it('runs the queue of a snippet when RequireJS loads it', async () => {
    const page = await openPage();
    await page.addScriptTag({
      content: `window.AlgoliaAnalyticsObject = 'aa'; window.aa = function () { (aa.queue = aa.queue || []).push(arguments); };
        aa('init', ${init}); aa('viewedObjectIDs', ${view}); require(['aa.min']);`,
    });
    await stage.collector.waitForEvents(1);
    expect(received(stage.collector)).toEqual(['visitor: a']);
  });

  it('defines no module without name when a page with RequireJS loads it by a snippet', async () => {
    const page = await openPage();
    await page.addScriptTag({
      content: `${officialSnippet('/js/aa.min.js')} aa('init', ${init}); aa('viewedObjectIDs', ${view});`,
    });
    await stage.collector.waitForEvents(1);
    // RequireJS complains of a module without name at its next load. The page's test fails on any error.
    const later = await page.evaluate(
      'new Promise((resolve) => { define("later", [], () => 1); require(["later"], resolve); })',
    );
    expect(later).toBe(1);
    expect(await page.evaluate('typeof AlgoliaAnalytics.default.init')).toBe('function');
  });

  it('is a CommonJS module on Node, which leaves the global object as it is', async () => {
    const before = Object.getOwnPropertyNames(globalThis);
    const library: Library = require(join(folder, 'aa.min.js'));
    expect(Object.keys(library)).toEqual(expect.arrayContaining(['createInsightsClient', 'default']));
    const request = async () => true;
    const client = library.createInsightsClient(request);
    client.init!({ appId: 'app', apiKey: 'key', userToken: 'visitor' });
    expect(await client.viewedObjectIDs!({ eventName: 'Seen', index: 'products', objectIDs: ['a'] })).toBe(true);
    expect(typeof library.default.init).toBe('function');
    expect(Object.getOwnPropertyNames(globalThis)).toEqual(before);
  });
});
