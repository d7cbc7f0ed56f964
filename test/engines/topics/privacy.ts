import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { clickOn } from '../../browser/harness.js';
import { deny, login, track, trackMany, whileBackingOff, who } from '../actions.js';
import type { Stage } from '../harness/stage.js';
import type { Tab } from '../harness/tab.js';

/** What the browser keeps for the site of a tab. */
async function recordsOf(tab: Tab) {
  const seen = await tab.evaluate(async () => ({
    cookie: document.cookie,
    localStorage: Object.keys(localStorage),
    sessionStorage: Object.keys(sessionStorage),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: self.caches ? await caches.keys() : [],
    workers: navigator.serviceWorker ? (await navigator.serviceWorker.getRegistrations()).length : 0,
  }));
  return { ...seen, tokenStore: await tab.cookies() };
}

const nothing = {
  cookie: '',
  localStorage: [],
  sessionStorage: [],
  databases: [],
  caches: [],
  workers: 0,
  tokenStore: {},
};

/** Everything a visitor may do on a page, with no decision or against one. */
async function act(tab: Tab): Promise<void> {
  await login(tab, 'ada-1815');
  await trackMany(tab, 'private', 50);
  await tab.evaluate(() => window.user.flush({ timeoutMs: 100 }));
  await tab.evaluate(() => window.user.logout());
  await login(tab, 'grace-1906');
}

/** The files below a folder in which one of the words stands. */
async function filesNaming(folder: string, words: readonly string[]): Promise<string[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name));
  const texts = await Promise.all(paths.map((path) => readFile(path, 'latin1').catch(() => '')));
  return paths.filter((_, n) => words.some((word) => texts[n]!.includes(word)));
}

/** With consent pending or denied the browser has no record, and after a denial none that names the visitor. */
export function privacy(stage: Stage): void {
  async function expectNothing(tab: Tab): Promise<void> {
    expect(await recordsOf(tab)).toEqual(nothing);
    expect(stage.collector.requests).toEqual([]);
  }

  test('the records are not empty once consent is granted, so that emptiness says something', async () => {
    const tab = await (await stage.profile()).open();
    stage.collector.setFault({ status: 503 });
    await act(tab);
    const { cookie, tokenStore, localStorage } = await recordsOf(tab);
    expect(cookie).toContain('grace-1906');
    expect(Object.keys(tokenStore).sort()).toEqual(['_ALGOLIA', '_ALGOLIA_USER']);
    expect(localStorage.length).toBeGreaterThan(0);
    expect(stage.collector.requests.length).toBeGreaterThan(0);
  });

  test.each(['pending', 'denied'] as const)(
    'with consent %s nothing is stored or sent: while acting, on the next page, after the tab is closed',
    async (consent) => {
      const profile = await stage.profile();
      const tab = await profile.open({ consent });
      await act(tab);
      await expectNothing(tab);
      await tab.goto(`${stage.shopUrl({ consent })}&page=2`);
      await act(tab);
      await expectNothing(tab);
      await tab.close();
      await expectNothing(await profile.open({ consent }));
    },
  );

  test.each(['pending', 'denied'] as const)(
    'with consent %s nothing is left of a tab whose renderer crashed',
    async (consent) => {
      const profile = await stage.profile();
      const tab = await profile.open({ consent });
      await act(tab);
      await tab.crash();
      const next = await profile.open({ consent }).catch(() => undefined);
      expect(stage.collector.requests).toEqual([]);
      if (stage.supports('crash with storage', next !== undefined)) await expectNothing(next!);
    },
  );

  test.each(['pending', 'denied'] as const)(
    'with consent %s no file of the browser names the visitor',
    async (consent) => {
      const folder = await stage.folder();
      const profile = await stage.profileIn(folder);
      if (!stage.supports('kept profiles', profile !== undefined) || !profile) return;
      const tab = await profile.open({ consent });
      const { token } = await who(tab);
      await act(tab);
      await expectNothing(tab);
      await profile.close();
      const words = ['ada-1815', 'grace-1906', ...(token ? [token] : [])];
      expect(await filesNaming(folder, words)).toEqual([]);
    },
  );

  test('with consent granted the files of the browser do name the visitor, so that the search says something', async () => {
    const folder = await stage.folder();
    const profile = await stage.profileIn(folder);
    if (!stage.supports('kept profiles', profile !== undefined) || !profile) return;
    const tab = await profile.open();
    stage.collector.setFault({ status: 503 });
    const { token } = await who(tab);
    await trackMany(tab, 'known', 3);
    await whileBackingOff(tab);
    await profile.close();
    expect((await filesNaming(folder, [token!])).length).toBeGreaterThan(0);
  });

  test('a denial erases what names the visitor: cookies, undelivered events, what other tabs and other applications keep', async () => {
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

  test('tabs that disagree, one granted and one pending: what the pending one knows is nowhere', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const granted = await profile.open();
    const { token } = await who(granted);
    const pending = await profile.open({ consent: 'pending', remember: 'page' });
    await act(pending);
    const { cookie, tokenStore, localStorage } = await recordsOf(granted);
    expect([cookie, tokenStore]).toEqual([`_ALGOLIA=${token}`, { _ALGOLIA: token }]);
    expect(localStorage.filter((key) => key.includes(':outbox:') && !key.endsWith(':mark'))).toEqual([]);
    expect(collector.requests).toEqual([]);
  });

  test('tabs that disagree, one granted and one denying: the denial wins in both, and after a crash too', async () => {
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
    await granted.crash();
    const next = await profile.open({ consent: 'denied' }).catch(() => undefined);
    if (stage.supports('crash with storage', next !== undefined)) expect(await recordsOf(next!)).toEqual(nothing);
    expect(collector.events).toEqual([]);
  });
}
