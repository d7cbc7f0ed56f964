import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deny, login, whileBackingOff, who } from './actions.js';
import { can } from './engines.js';
import { clickOn, track, trackMany, useStage } from './harness.js';
import type { Tab } from './tab.js';

const stage = useStage();

/** Everything that the browser keeps for the site of a tab. */
async function recordsOf(tab: Tab) {
  const seen = await tab.evaluate(async () => ({
    cookie: document.cookie,
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: self.caches ? await caches.keys() : [],
    workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
  }));
  return { ...seen, cookies: await tab.cookies() };
}

const nothing = {
  cookie: '',
  localStorage: [],
  sessionStorage: [],
  databases: [],
  caches: [],
  workers: 0,
  cookies: {},
};

/** Everything a visitor may do on a page, with no decision or against one. */
async function act(tab: Tab): Promise<void> {
  await login(tab, 'ada-1815');
  await trackMany(tab, 'private', 50);
  await tab.evaluate(() => window.user.flush({ timeoutMs: 100 }));
  await tab.evaluate(() => window.user.logout());
  await login(tab, 'grace-1906');
}

async function expectNothing(tab: Tab): Promise<void> {
  expect(await recordsOf(tab)).toEqual(nothing);
  expect(stage.collector.requests).toEqual([]);
}

/** The files below a folder that hold one of the words. */
async function filesNaming(folder: string, words: readonly string[]): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1').catch(() => '')));
  return paths.filter((_, n) => words.some((word) => texts[n]!.includes(word)));
}

describe('with consent granted', () => {
  // So that finding nothing in the other tests says something.
  test('the browser keeps cookies and undelivered events', async () => {
    const tab = await (await stage.profile()).open();
    stage.collector.setFault({ status: 503 });
    await act(tab);
    const { cookie, cookies, localStorage } = await recordsOf(tab);
    expect(cookie).toContain('grace-1906');
    expect(Object.keys(cookies).sort()).toEqual(['_ALGOLIA', '_ALGOLIA_USER']);
    expect(localStorage.length).toBeGreaterThan(0);
    expect(stage.collector.requests.length).toBeGreaterThan(0);
  });

  test.runIf(can('profile on disk'))('files of the browser name the visitor', async () => {
    const folder = await stage.folder();
    const profile = await stage.profileIn(folder);
    const tab = await profile.open();
    stage.collector.setFault({ status: 503 });
    const { token } = await who(tab);
    await trackMany(tab, 'known', 3);
    await whileBackingOff(tab);
    await profile.close();
    expect((await filesNaming(folder, [token!])).length).toBeGreaterThan(0);
  });
});

describe.each(['pending', 'denied'] as const)('with consent %s', (consent) => {
  test('nothing is stored or sent on the page, on the next page, or after the tab was closed', async () => {
    const profile = await stage.profile();
    const tab = await profile.open({ consent });
    await act(tab);
    await expectNothing(tab);
    await tab.goto(`${stage.shopUrl({ consent })}&page=2`);
    await act(tab);
    await expectNothing(tab);
    await tab.close();
    await expectNothing(await profile.open({ consent }));
  });

  test.runIf(can('crash'))('nothing is left of a tab whose renderer crashed', async () => {
    const profile = await stage.profile();
    const tab = await profile.open({ consent });
    await act(tab);
    await tab.crash();
    await expectNothing(await profile.open({ consent }));
  });

  test.runIf(can('profile on disk'))('no file of the browser names the visitor', async () => {
    const folder = await stage.folder();
    const profile = await stage.profileIn(folder);
    const tab = await profile.open({ consent });
    const { token } = await who(tab);
    await act(tab);
    await expectNothing(tab);
    await profile.close();
    const words = ['ada-1815', 'grace-1906', ...(token ? [token] : [])];
    expect(await filesNaming(folder, words)).toEqual([]);
  });
});

// CO-01 of the test cases, as the next two.
test('a grant stores the token that the page had all along, and sends the events that waited for it', async () => {
  const { collector } = stage;
  const tab = await (await stage.profile()).open({ consent: 'pending', batchWindowMs: 0 });
  const { token } = await who(tab);
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'stored' });
  await login(tab, 'ada-1815');
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'stored' });
  expect(await tab.evaluate(() => window.user.flush({ timeoutMs: 100 }))).toBe(false);
  await expectNothing(tab);

  await tab.evaluate(() => window.user.consent.grant());
  expect(await tab.cookies()).toEqual({ _ALGOLIA: token, _ALGOLIA_USER: 'ada-1815' });
  await collector.waitForEvents(2);
  expect(collector.events.map(({ userToken }) => userToken)).toEqual([token, 'ada-1815']);
});

test('a denial erases cookies, undelivered events and what other tabs and other applications keep', async () => {
  const { collector } = stage;
  const profile = await stage.profile();
  const [tab, other] = [await profile.open(), await profile.open({ appId: 'OTHER' })];
  collector.setFault({ status: 503 });
  await act(tab);
  await act(other);
  await Promise.all([whileBackingOff(tab), whileBackingOff(other)]);
  await other.close();
  await deny(tab);
  const requests = collector.requests.length;
  collector.setFault(null);
  expect(await recordsOf(tab)).toEqual(nothing);
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'dropped', reason: 'opted-out' });
  expect(await tab.evaluate(() => window.user.flush())).toBe(true);
  await tab.goto(`${stage.shopUrl({ consent: 'denied' })}&page=2`);
  await act(tab);
  expect(await recordsOf(tab)).toEqual(nothing);
  expect(collector.requests).toHaveLength(requests);
  expect(collector.events).toEqual([]);
});

test('a denial erases its cookies on other paths too, and leaves cookies of others alone', async () => {
  const tab = await (await stage.profile()).newTab();
  await tab.goto(stage.pages.url(undefined, { path: '/shop/teapots' }));
  await tab.evaluate(() => {
    document.cookie = '_ALGOLIA=anonymous-x; Path=/shop';
    document.cookie = 'cart=3; Path=/';
  });
  await tab.goto(stage.shopUrl({}, { path: '/shop/teapots' }));
  await login(tab, 'ada-1815');
  await deny(tab);
  expect(await tab.cookies()).toEqual({ cart: '3' });
  expect(await tab.evaluate(() => window.user.token ?? null)).toBeNull();
});

describe('in two tabs that disagree', () => {
  test('nothing that the tab with pending consent knows is in cookies, storage or requests', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const granted = await profile.open();
    const { token } = await who(granted);
    const pending = await profile.open({ consent: 'pending', remember: 'page' });
    await act(pending);
    const { cookie, cookies, localStorage } = await recordsOf(granted);
    expect([cookie, cookies]).toEqual([`_ALGOLIA=${token}`, { _ALGOLIA: token }]);
    expect(localStorage.filter((key) => key.includes(':outbox:') && !key.endsWith(':mark'))).toEqual([]);
    expect(collector.requests).toEqual([]);
  });

  test('a denial in one wins in both', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const [granted, denying] = [await profile.open(), await profile.open({ consent: 'pending' })];
    collector.setFault({ status: 503 });
    await act(granted);
    await whileBackingOff(granted);
    await deny(denying);
    await granted.until(() => window.user.consent.state === 'denied');
    expect(await recordsOf(granted)).toEqual(nothing);
    await act(granted);
    expect(await recordsOf(granted)).toEqual(nothing);
    if (can('crash')) {
      await granted.crash();
      expect(await recordsOf(await profile.open({ consent: 'denied' }))).toEqual(nothing);
    }
    expect(collector.events).toEqual([]);
  });
});
