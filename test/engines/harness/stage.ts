import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, type RunnerTask, type RunnerTestFile, vi } from 'vitest';
import { createCollector } from '../../../src/testing/collector.js';
import type { Collector } from '../../../src/testing/collector.types.js';
import { type PageServer, type PageTraits, servePages } from '../../browser/page-server.js';
import { type Capability, capabilities, lacks } from '../support.js';
import type { Driver, DriverProfile, Engine } from './engine.types.js';
import { openPassage, type Passage } from './passage.js';
import { writeRecord } from './record.js';
import { type Tab, tabOf } from './tab.js';

/** A visitor's cookies and storage in the engine under test. */
export interface Profile {
  newTab(): Promise<Tab>;
  /** A new tab with a page of the shop; see {@link Stage.shopUrl}. */
  open(options?: Record<string, unknown>, traits?: PageTraits): Promise<Tab>;
  /** The tab that a page opened itself, once it is there. */
  opened(): Promise<Tab>;
  setOffline(isOffline: boolean): Promise<boolean>;
  close(): Promise<void>;
}

/** A running engine, a server of pages and, on other origins, a collector and a slow way to it. */
export interface Stage {
  readonly engine: Engine;
  readonly pages: PageServer;
  readonly collector: Collector;
  readonly passage: Passage;
  /** A fresh profile, closed after the test. */
  profile(): Promise<Profile>;
  /** A profile kept in a folder, alone in a browser of its own; `undefined` where the driver has no such thing. */
  profileIn(folder: string): Promise<Profile | undefined>;
  /** A folder that is removed after the test. */
  folder(): Promise<string>;
  /** The address of a page whose instance sends to the collector. */
  shopUrl(options?: Record<string, unknown>, page?: PageTraits): string;
  /** States what a probe found, which must be what `support.ts` says of this engine.
   * @returns What the probe found. */
  supports(capability: Capability, isThere: boolean): boolean;
}

/** Sets the stage for all tests of an engine's file, and keeps the record of what ran. After each test no page that is
 * still there may have caught an error of the library's own. */
export function useStage(engine: Engine): Stage {
  let driver: Driver;
  let pages: PageServer;
  let collector: Collector;
  let passage: Passage;
  const profiles: { profile: DriverProfile; tabs: Set<Tab> }[] = [];
  const folders: string[] = [];
  let file: RunnerTestFile | undefined;
  const topics: Record<string, { tests: number; assertions: number }> = {};

  beforeAll(async () => {
    [driver, pages, collector] = await Promise.all([engine.launch(), servePages(), createCollector()]);
    passage = await openPassage(collector.port);
  });
  afterEach(async ({ task }) => {
    const { assertionCalls } = expect.getState();
    const topic = task.suite!.name;
    file = task.file;
    const sum = topics[topic] ?? { tests: 0, assertions: 0 };
    if (task.result?.state !== 'fail') {
      topics[topic] = { tests: sum.tests + 1, assertions: sum.assertions + assertionCalls };
    }
    for (const { profile, tabs } of profiles.splice(0)) {
      // One whose renderer crashed answers nothing.
      const warnings = await Promise.all(
        [...tabs].map((tab) => tab.evaluate(() => window.warnings ?? []).catch(() => [])),
      );
      await profile.close();
      expect(warnings.flat()).not.toContain('error-contained');
    }
    collector.setFault(null);
    collector.clear();
    await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  });
  afterAll(async () => {
    const testsIn = (task: RunnerTask): RunnerTask[] => (task.type === 'suite' ? task.tasks.flatMap(testsIn) : [task]);
    const tests = file?.tasks.flatMap(testsIn) ?? [];
    const isComplete = tests.every(({ result }) => result?.state === 'pass');
    // A run of chosen tests only is nothing to keep.
    const isWhole = driver && tests.length > 0 && tests.every(({ mode }) => mode === 'run');
    if (isWhole) writeRecord({ engine: engine.name, version: driver.version, isComplete, topics });
    await Promise.all([driver?.close(), pages?.close(), passage?.close(), collector?.close()]);
  });

  const shopUrl: Stage['shopUrl'] = (options, page) => pages.url({ host: collector.origin, ...options }, page);

  function profileOf(made: DriverProfile): Profile {
    const entry = { profile: made, tabs: new Set<Tab>() };
    profiles.push(entry);
    const enter = (tab: Tab) => {
      entry.tabs.add(tab);
      return { ...tab, close: () => tab.close().finally(() => entry.tabs.delete(tab)) };
    };
    const newTab = async () => enter(tabOf(await made.newTab()));
    return {
      newTab,
      async open(options, traits) {
        const tab = await newTab();
        await tab.goto(shopUrl(options, traits));
        return tab;
      },
      async opened() {
        const tab = await vi.waitUntil(async () => (await made.openedTabs())[0], { timeout: 10_000, interval: 30 });
        return enter(tabOf(tab));
      },
      setOffline: made.setOffline,
      async close() {
        profiles.splice(profiles.indexOf(entry), 1);
        await made.close();
      },
    };
  }

  return {
    engine,
    get pages() {
      return pages;
    },
    get collector() {
      return collector;
    },
    get passage() {
      return passage;
    },
    profile: async () => profileOf(await driver.newProfile()),
    async profileIn(folder) {
      const made = await engine.launchWith(folder);
      return made && profileOf(made);
    },
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
      folders.push(folder);
      return folder;
    },
    shopUrl,
    supports(capability, isThere) {
      const reason = lacks[engine.name][capability];
      expect(isThere, `${engine.name}: ${capabilities[capability]}${reason ? `, but ${reason}` : ''}`).toBe(!reason);
      return isThere;
    },
  };
}
