import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { scriptTags } from '../../bench/libraries/index.mjs';
import { serveScriptTag } from '../../bench/pages.mjs';
import { measureScriptTags } from '../../bench/speed.mjs';
import { makeScriptTag } from '../../scripts/light-build.mjs';
import { cookiesOf, received, useStage } from '../browser/harness.js';
import { openScripts, snippet } from './support/script-tag.js';

/** The page's own globals. */
declare const aa: (...args: unknown[]) => Promise<boolean> & undefined;
declare const load: (src?: string) => Promise<void>;

const stage = useStage();
let script: string;
let shortened: readonly string[];
beforeAll(async () => {
  ({ script, shortened } = await makeScriptTag());
});

const open = (code: string) => openScripts(stage, script, code);
const init = "aa('init', { appId: 'app', apiKey: 'key', host, useCookie: true });";
const view = (objectID: string) =>
  `'viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: ['${objectID}'] }`;

/** Where names leave the script: to callers, to the API, to the storage and other tabs. */
const outwards = [
  'aa/insights.types',
  'aa/page.types',
  'aa/functional-interface',
  'aa/script-tag',
  'aa/query-cache',
  'events/event.types',
  'adapters/chunk',
  'adapters/outage-record',
];

describe('dist/aa.min.js', () => {
  it('shortens no name that it shares with a page, a caller, the API, the storage or another tab', async () => {
    const page = await open('// No snippet.');
    const names = await page.evaluate(() => {
      const seen = new Set<object>();
      const names = new Set<string>();
      function look(object: unknown) {
        if (Object(object) !== object || seen.has(object as object)) return;
        seen.add(object as object);
        for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
          names.add(name);
          look(value);
        }
        look(Object.getPrototypeOf(object));
      }
      look(globalThis);
      return [...names];
    });
    expect(names).toEqual(expect.arrayContaining(['setTimeout', 'cookie', 'sendBeacon', 'postMessage', 'timeStamp']));
    const shared = new Set(names);
    for (const file of outwards) {
      const text = readFileSync(new URL(`../../src/${file}.ts`, import.meta.url), 'utf8');
      for (const [name] of text.matchAll(/\w+/g)) shared.add(name);
    }
    expect(shortened.filter((name) => shared.has(name))).toEqual([]);
    expect(shortened.length).toBeGreaterThan(40);
    // Shortened everywhere, but in the names of the events that the machine gets.
    const withoutEvents = script.replace(/(["'])[a-z]+(\.[A-Za-z]+)+\1/g, '');
    expect(shortened.filter((name) => new RegExp(`\\b${name}\\b`).test(withoutEvents))).toEqual([]);
  });

  it('runs a page written from the documentation of setUserToken: login and logout reach the events', async () => {
    const page = await open(`${snippet()}${init}
      aa('getUserToken', {}, (error, token) => { window.anonymousToken = token; });`);
    await page.evaluate(() => load());
    const token = (await cookiesOf(page.context()))._ALGOLIA;
    expect(await page.evaluate('anonymousToken')).toBe(token);
    await page.evaluate(`aa(${view('a')}); aa('setUserToken', 'YourUserID'); aa(${view('b')});
      if (anonymousToken) aa('setUserToken', anonymousToken);`);
    expect(await page.evaluate(`aa(${view('c')})`)).toBe(true);
    await stage.collector.waitForEvents(3);
    expect(received(stage.collector)).toEqual([`${token}: a`, 'YourUserID: b', `${token}: c`]);
    expect(await cookiesOf(page.context())).toEqual({ _ALGOLIA: token });
  });

  // CM-01 of the test cases.
  it('replays the queue in order, the last token wins, and a kept stub works on', async () => {
    const page = await open(`${snippet()}
      const kept = window.aa;
      window.viaStub = () => kept(${view('later')});
      aa('setUserToken', 'a'); aa('setUserToken', 'b'); aa(${view('queued')}); ${init}`);
    await page.evaluate(() => load());
    await page.evaluate('viaStub()');
    await stage.collector.waitForEvents(2);
    expect(received(stage.collector)).toEqual(['b: queued', 'b: later']);
  });

  // DL-12 of the test cases.
  it('takes the place of the stub, so that a send after the load tells what became of it', async () => {
    const page = await open(`${snippet()}${init}`);
    await page.evaluate(() => load());
    expect(await page.evaluate(`aa(${view('a')})`)).toBe(true);
    stage.expectErrors(/422/);
    expect(await page.evaluate(`aa('sendEvents', [{ eventType: 'view' }])`)).toBe(false);
  });

  it('lets no failing call stop those after it, arrays and arguments alike', async () => {
    stage.expectErrors(/region|iterable|undefined|The method/);
    const page = await open(`${snippet()}
      aa('init', { region: 'nowhere' });
      aa.queue.push(null, ['setUserToken', 'x'], ['nonsense']);
      ${init} aa(${view('a')});`);
    await page.evaluate(() => load());
    await stage.collector.waitForEvents(1);
    expect(received(stage.collector)).toEqual(['x: a']);
  });

  it('serves two applications under names of their own', async () => {
    const page = await open(`${snippet('first')}
      first('init', { appId: 'one', apiKey: 'key', host, userToken: 'x' }); first(${view('a')});`);
    await page.evaluate(() => load());
    await page.evaluate(`${snippet('second')}
      second('init', { appId: 'two', apiKey: 'key', host, userToken: 'y' }); second(${view('b')});`);
    await page.evaluate(() => load());
    await stage.collector.waitForEvents(2);
    const sent = stage.collector.requests.map(({ query }) => query['X-Algolia-Application-Id']);
    expect(sent.sort()).toEqual(['one', 'two']);
    expect(received(stage.collector).sort()).toEqual(['x: a', 'y: b']);
  });

  // CM-07 of the test cases.
  it('loaded twice, as by a tag that fires twice, sends nothing twice; a second init merges', async () => {
    const page = await open(`${snippet()}
      aa(${view('early')}); aa('setUserToken', 'x');`);
    await page.evaluate(() => load());
    await page.evaluate(`${init} aa('init', { partial: true, userToken: 'y' }); aa(${view('late')});`);
    await page.evaluate(() => load());
    await stage.collector.waitForEvents(2);
    expect(await page.evaluate(`aa(${view('last')})`)).toBe(true);
    expect(received(stage.collector)).toEqual(['x: early', 'y: late', 'y: last']);
  });

  // CM-07 of the test cases.
  it('a sandboxed tag hears of readiness through the queue, and of a failed load from the script element', async () => {
    const page = await open(`${snippet()}
      window.told = [];
      aa.queue = [['onReady', (error) => told.push(error)]];`);
    stage.expectErrors(/ERR_/);
    const failed = await page.evaluate(() => load('http://127.0.0.1:1/aa.min.js').catch(({ message }) => message));
    expect(failed).toBe('not loaded');
    await page.evaluate(() => load());
    expect(await page.evaluate('told')).toEqual([]);
    await page.evaluate(init);
    expect(await page.evaluate('told')).toEqual([null]);
  });

  it('without a snippet is aa, with the globals of search-insights', async () => {
    const page = await open('// No snippet.');
    await page.evaluate(() => load());
    await page.evaluate(
      `${init} aa(${view('a')}); AlgoliaAnalytics.default.viewedObjectIDs({ eventName: 'Seen', index: 'products', objectIDs: ['b'] })`,
    );
    await stage.collector.waitForEvents(2);
    expect(await page.evaluate('typeof AlgoliaAnalytics.createInsightsClient().init')).toBe('function');
  });

  it('has the first token with no more than half again the work of search-insights on the main thread', async () => {
    const tags = await Promise.all(
      (await scriptTags()).map(async ({ text }) => ({ pages: await serveScriptTag(text) })),
    );
    const [ours, theirs] = await measureScriptTags(stage.browser, tags, 7);
    await Promise.all(tags.map(({ pages }) => pages.close()));
    expect(ours!.workMs / theirs!.workMs).toBeLessThan(1.5);
  });

  it('loses none of 1000 calls in a burst, in at most 5 requests', async () => {
    const page = await open(`${snippet()}${init}`);
    await page.evaluate(() => load());
    const results = await page.evaluate(async () => {
      const sends = Array.from({ length: 1000 }, (_, at) =>
        aa('clickedObjectIDs', { eventName: 'Clicked', index: 'products', objectIDs: [`o${at}`] }),
      );
      return [...new Set(await Promise.all(sends))];
    });
    expect(results).toEqual([true]);
    expect(new Set(stage.collector.events.flatMap(({ event }) => event.objectIDs as string[])).size).toBe(1000);
    expect(stage.collector.events).toHaveLength(1000);
    expect(stage.collector.requests.length).toBeLessThanOrEqual(5);
  });
});
