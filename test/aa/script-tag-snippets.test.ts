import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundleScriptTag } from '../../scripts/light-build.mjs';
import { received, useStage } from '../browser/harness.js';
import { officialSnippet } from './support/official-snippet.js';

const stage = useStage();
let script: string;
beforeAll(async () => {
  script = await bundleScriptTag();
});

/** Where the page of a test finds the script. */
const cdn = 'https://cdn.jsdelivr.net/npm/usertoken@0.1.0/dist/aa.min.js';
const ownServer = '/js/search-insights@2.18.0/aa.min.js';

/** Opens a page with some code at its end. Scripts arrive once `arrive()` is called.
 * @param code Code of the page, in a script of its own each. */
async function openPage(...code: readonly string[]) {
  const page = await (await stage.context()).newPage();
  let arrive = () => {};
  const isArriving = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  await page.route(/aa\.min\.js/, async (route) => {
    await isArriving;
    await route.fulfill({ contentType: 'text/javascript', body: script });
  });
  await page.goto(stage.pages.url());
  await page.evaluate((host) => Object.assign(window, { host }), stage.collector.origin);
  for (const content of code) await page.addScriptTag({ content });
  return { page, arrive };
}

const isLoaded = (page: Page) => page.waitForFunction(() => 'AlgoliaAnalytics' in window);
const view = (objectID: string) =>
  `'viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: ['${objectID}'] }`;
const init = (name: string, appId: string) =>
  `${name}('init', { appId: '${appId}', apiKey: 'key', host, userToken: '${name}' });`;

/** How Autocomplete's plugin decides whether a client takes credentials with each call. */
const isModern = (version: string | undefined) => {
  const [major = 0, minor = 0] = (version ?? '').split('.').map(Number);
  return major >= 3 || (major === 2 && minor >= 6) || (major === 1 && minor >= 10);
};

// F01: a snippet takes the version from the address.
describe('with the snippet of Algolia’s documentation', () => {
  it.each([
    ['our address', cdn, ''],
    ['our address and a line that says the version', cdn, "aa.version = '2.18.0';"],
    ['an address that says the version', ownServer, ''],
  ])('and %s the function and one that was kept have a modern version', async (_, src, more) => {
    const { page, arrive } = await openPage(`${officialSnippet(src)} ${more} window.kept = aa;`);
    const versions = () => page.evaluate(() => [window.aa.version, window.kept.version]);
    const before = await versions();
    // The version of the package is all that an address can say without help.
    if (src === cdn && !more) expect(before).toEqual(['0.1.0', '0.1.0']);
    else expect(before.every(isModern)).toBe(true);
    arrive();
    await isLoaded(page);
    const after = await versions();
    expect(after).toEqual(['2.18.0', '2.18.0']);
    expect(after.every(isModern)).toBe(true);
    expect(await page.evaluate('aa("getVersion")')).toBe('2.18.0');
  });
});

// S09, meilisearch/meilisearch-js-plugins#410
describe('with two snippets, each for an application of its own', () => {
  const names = ['first', 'second'];
  const expected = ['first: early', 'first: late', 'second: early', 'second: late'];

  it.each([
    ['of Algolia’s documentation', (name: string) => officialSnippet(cdn, name)],
    [
      'that are written out',
      (name: string) => `window.AlgoliaAnalyticsObject = '${name}';
        window.${name} = (...args) => { (window.${name}.queue = window.${name}.queue || []).push(args); };
        document.head.append(Object.assign(document.createElement('script'), { async: true, src: '${cdn}' }));`,
    ],
  ])('%s, before any script has loaded, the calls of both are run by clients of their own', async (_, snippetFor) => {
    const { page, arrive } = await openPage(
      // A function of another maker with a queue too.
      'window.fbq = function () { (fbq.queue = fbq.queue || []).push(arguments); }; fbq("init", "1"); const own = fbq;',
      ...names.map((name, at) => `${snippetFor(name)} ${init(name, `app${at}`)} ${name}(${view('early')});`),
    );
    arrive();
    await isLoaded(page);
    await page.waitForFunction(() => 'version' in window.first && 'version' in window.second);
    await page.evaluate(`first(${view('late')}); second(${view('late')});`);
    await stage.collector.waitForEvents(4);
    expect(received(stage.collector).sort()).toEqual(expected);
    const applications = stage.collector.requests.map(({ query }) => query['X-Algolia-Application-Id']);
    expect([...new Set(applications)].sort()).toEqual(['app0', 'app1']);
    expect(await page.evaluate('[window.AlgoliaAnalyticsObject, fbq === own, fbq.queue.length]')).toEqual([
      'second',
      true,
      1,
    ]);
  });

  it('a function that has queued nothing yet is taken over too', async () => {
    const { page, arrive } = await openPage(...names.map((name) => officialSnippet(cdn, name)));
    arrive();
    await isLoaded(page);
    await page.evaluate(`${init('first', 'app0')} first(${view('late')});`);
    await stage.collector.waitForEvents(1);
    expect(received(stage.collector)).toEqual(['first: late']);
  });
});

declare global {
  interface Window {
    aa: { version?: string };
    kept: { version?: string };
    first: object;
    second: object;
  }
}
