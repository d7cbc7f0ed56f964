import { beforeAll, expect, test } from 'vitest';
import { bundleScriptTag } from '../../scripts/light-build.mjs';
import { snippet } from '../aa/support/script-tag.js';
import { arrivals, otherSite } from './actions.js';
import { names, received, useStage } from './harness.js';
import type { Tab } from './tab.js';

/** The page's own global. */
declare const aa: (...args: unknown[]) => Promise<boolean> & undefined;

const init = "aa('init', { appId: 'app', apiKey: 'key', host, useCookie: true });";
const view = (objectID: string) => ({ eventName: 'Seen', index: 'products', objectIDs: [objectID] });
const viewCall = (objectID: string) => `aa('viewedObjectIDs', ${JSON.stringify(view(objectID))});`;

const seen = (tab: Tab, objectID: string) => tab.evaluate((event) => aa('viewedObjectIDs', event), view(objectID));
const setUserToken = (tab: Tab, token: string) => tab.evaluate((token) => void aa('setUserToken', token), token);

const stage = useStage();
let script: string;
beforeAll(async () => {
  script = await bundleScriptTag();
});

/** Runs the page's own script, then that of the tag. */
async function enter(tab: Tab, code: string): Promise<void> {
  await tab.goto(stage.pages.url());
  await tab.evaluate(
    ([host, texts]) => {
      Object.assign(window, { host });
      for (const textContent of texts) {
        document.head.append(Object.assign(document.createElement('script'), { textContent }));
      }
    },
    [stage.collector.origin, [code, script]] as const,
  );
}

async function open(code: string): Promise<Tab> {
  const tab = await (await stage.profile()).newTab();
  await enter(tab, code);
  return tab;
}

test('makes the calls that were queued before it loaded in order, then those of the page', async () => {
  const tab = await open(
    `${snippet()} aa('setUserToken', 'a'); aa('setUserToken', 'b'); ${viewCall('queued')} ${init}`,
  );
  expect(await seen(tab, 'later')).toBe(true);
  expect(received(stage.collector)).toEqual(['b: queued', 'b: later']);
});

test('login and logout with setUserToken, as its documentation shows them, reach the events and the cookie', async () => {
  const tab = await open(`${snippet()} ${init}`);
  const { _ALGOLIA: anonymous } = await tab.cookies();
  expect(anonymous).toMatch(/^anonymous-[0-9a-f-]{36}$/);
  await seen(tab, 'before');
  await setUserToken(tab, 'YourUserID');
  await seen(tab, 'during');
  await setUserToken(tab, anonymous!);
  await seen(tab, 'after');
  expect(received(stage.collector)).toEqual([`${anonymous}: before`, 'YourUserID: during', `${anonymous}: after`]);
  await enter(tab, `${snippet()} ${init}`);
  expect(await seen(tab, 'next page')).toBe(true);
  expect(received(stage.collector).at(-1)).toBe(`${anonymous}: next page`);
});

test('delivers the events of an outage once each', async () => {
  const { collector } = stage;
  const tab = await open(`${snippet()} ${init}`);
  collector.setFault({ status: 503 });
  await tab.evaluate((event) => {
    for (let n = 0; n < 50; n += 1) void aa('viewedObjectIDs', { ...event, objectIDs: [`view${n}`] });
  }, view('x'));
  await collector.waitForRequests(1);
  collector.setFault(null);
  await collector.waitForEvents(50);
  expect(arrivals(stage).sort()).toEqual(names('view', 50).sort());
});

test('delivers events tracked right before the visitor leaves the site', async () => {
  const tab = await open(`${snippet()} ${init}`);
  await tab.evaluate(
    ([event, address]) => {
      for (let n = 0; n < 20; n += 1) void aa('viewedObjectIDs', { ...event, objectIDs: [`view${n}`] });
      location.assign(address);
    },
    [view('x'), otherSite(stage)] as const,
  );
  await stage.collector.waitForEvents(20);
  expect(arrivals(stage).sort()).toEqual(names('view', 20).sort());
});
