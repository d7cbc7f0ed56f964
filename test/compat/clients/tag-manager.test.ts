import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { cookiesOf, received } from '../../browser/harness.js';
import { runTag } from './support/tag-sandbox.js';
import { call, useVisits } from './support/visits.js';

const { stage, openEmpty } = useVisits();

const arrived = (count: number) => stage.collector.waitForEvents(count, { timeoutMs: 20_000 });
const told = (page: Page) => page.evaluate('told');

/** A tag that queues calls first and has the script injected then. @param end How it ends. */
const tag = (end: string) => `
  const injectScript = require('injectScript');
  require('setInWindow')('AlgoliaAnalyticsObject', 'aa');
  const aa = require('createArgumentsQueue')('aa', 'aa.queue');
  if (data.init) aa('init', data.init);
  if (data.userToken) aa('setUserToken', data.userToken);
  aa('viewedObjectIDs', { eventName: 'Seen', index: 'products', objectIDs: [data.objectID] });
  ${end}`;

/** As one for search-insights ends: the load of the script is all that it can see. */
const endWithLoad = "injectScript(data.src, data.gtmOnSuccess, data.gtmOnFailure, 'aa');";
/** As one for the drop-in can end. */
const endWithReady = `
  aa('onReady', (error) => error ? data.gtmOnFailure() : data.gtmOnSuccess());
  injectScript(data.src, () => {}, data.gtmOnFailure, 'aa');`;

/** What a tag is given. */
const given = (src: string, more: object = {}) => ({
  src,
  init: { appId: 'app', apiKey: 'key', host: stage.collector.origin, useCookie: true },
  objectID: 'a',
  ...more,
});

describe('a tag in a sandbox', () => {
  test.each(['usertoken', 'search-insights'] as const)(
    'as it was written for search-insights runs with %s',
    async (name) => {
      const { page, said, src } = await openEmpty(name);
      await page.evaluate(runTag, { code: tag(endWithLoad), given: given(src, { userToken: 'ada-1815' }) });
      await arrived(1);
      await call(page, 'clickedObjectIDs', { eventName: 'Clicked', index: 'products', objectIDs: ['b'] });
      await arrived(2);
      expect(received(stage.collector)).toEqual(['ada-1815: a', 'ada-1815: b']);
      expect(await told(page)).toEqual(['success']);
      expect(said).toEqual([]);
    },
  );

  test('ends well once its events can be sent', async () => {
    const { page, said, src } = await openEmpty('usertoken');
    await page.evaluate(runTag, { code: tag(endWithReady), given: given(src) });
    await arrived(1);
    expect(received(stage.collector)).toEqual([`${(await cookiesOf(page.context()))._ALGOLIA}: a`]);
    expect(await told(page)).toEqual(['success']);
    expect(said).toEqual([]);
  });

  test('that fires once more loads the script once more, and nothing is lost, doubled or told twice', async () => {
    const { page, said, src } = await openEmpty('usertoken');
    await page.evaluate(runTag, { code: tag(endWithReady), given: given(src, { userToken: 'ada-1815' }) });
    await page.evaluate(runTag, { code: tag(endWithReady), given: given(src, { objectID: 'b' }) });
    await arrived(2);
    await page.evaluate('load()');
    await page.evaluate(runTag, { code: tag(endWithReady), given: given(src, { objectID: 'c' }) });
    await arrived(3);
    expect(received(stage.collector)).toEqual(['ada-1815: a', 'ada-1815: b', 'ada-1815: c']);
    expect(await told(page)).toEqual(['success', 'success', 'success']);
    expect(said).toEqual([]);
  });

  test('ends badly where the script does not load', async () => {
    stage.expectErrors(/ERR_CONNECTION_REFUSED|ERR_UNSAFE_PORT/);
    const { page } = await openEmpty('usertoken');
    await page.evaluate(runTag, { code: tag(endWithReady), given: given('http://127.0.0.1:1/aa.min.js') });
    await page.waitForFunction('told.length > 0');
    expect(await told(page)).toEqual(['failure']);
  });

  test('ends badly where nothing calls init, and its event goes when something does', async () => {
    const { page, said, src } = await openEmpty('usertoken');
    await page.clock.install();
    const { init, ...data } = given(src);
    await page.evaluate(runTag, { code: tag(endWithReady), given: data });
    await page.waitForFunction(() => 'AlgoliaAnalytics' in window);
    expect(await told(page)).toEqual([]);
    await page.clock.fastForward(10_000);
    expect(await told(page)).toEqual(['failure']);
    await call(page, 'init', init);
    await page.clock.fastForward(1_000);
    await arrived(1);
    expect(received(stage.collector)).toEqual([`${(await cookiesOf(page.context()))._ALGOLIA}: a`]);
    expect(said).toEqual([]);
  });
});
