import type { Page } from 'playwright-core';
import { beforeAll, expect } from 'vitest';
import { openScripts, snippet } from '../../../aa/support/script-tag.js';
import { cookiesOf, type Stage, useStage } from '../../../browser/harness.js';
import { bundleClients, bundlePage, type ClientName, type ClientScripts } from './bundles.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { PageOptions } from './page-setup.js';

/** A page and how it gets its client. */
export interface Site extends PageOptions {
  /** `before`: a snippet, whose script runs before the page starts; `late`: one, whose script loads after the first
   * search; `tag`: a script without snippet, before the page starts; `module`: an import. */
  readonly client: 'before' | 'late' | 'tag' | 'module';
  /** Calls the page makes before it shows anything. */
  readonly calls?: readonly (readonly unknown[])[];
}

/** Stands for the collector's origin in the options of a {@link Site}. */
export const host = 'http://collector';

/** The address events have without `host` and `region`. */
const insights = 'https://insights.algolia.io';
const end = { eventName: 'The End', index: 'products', objectIDs: ['end'] };
const headers = { 'X-Algolia-Application-Id': 'app', 'X-Algolia-API-Key': 'key' };

/** Calls the client of a page. */
export const call = (page: Page, ...args: readonly unknown[]): Promise<void> =>
  page.evaluate((given) => {
    const { client, aa } = window as unknown as Record<string, (...args: unknown[]) => unknown>;
    (client ?? aa)!(...given);
  }, args);

/** The token a page's client has. */
export const tokenOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const { client, aa } = window as unknown as Record<string, (...args: unknown[]) => unknown>;
    return new Promise<string>((resolve) =>
      (client ?? aa)!('getUserToken', null, (_: null, token: string) => resolve(token)),
    );
  });

/** Waits until `count` searches have been asked and the last is what a page shows.
 * @param shown The elements that carry the id of their search. */
export async function settled(page: Page, count: number, shown = '.hit'): Promise<void> {
  await page.waitForFunction(
    ([count, shown]) => {
      const { searches } = window;
      const last = searches.at(-1)?.queryID;
      return searches.length >= count && document.querySelector<HTMLElement>(shown)?.dataset.query === last;
    },
    [count, shown] as const,
  );
}

/** Requests to other hosts, and what pages said in the console or threw. */
function listenTo(page: Page): string[] {
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(`uncaught: ${error}`));
  page.on('request', (request) => {
    const { protocol, hostname, origin } = new URL(request.url());
    if (protocol !== 'blob:' && hostname !== '127.0.0.1' && origin !== insights) said.push(`request: ${request.url()}`);
  });
  return said;
}

/** Has the collector answer for the live API. */
async function answerFor(stage: Stage, page: Page): Promise<void> {
  await page.route(`${insights}/**`, async (route) => {
    const request = route.request();
    const { status } = await fetch(request.url().replace(insights, stage.collector.origin), {
      method: request.method(),
      body: request.postData(),
    });
    await route.fulfill({ status, headers: { 'access-control-allow-origin': '*' }, body: '{}' });
  });
}

/** Sets up a browser without a network for a page of `pages/`, or for empty ones. */
export function useVisits(pageName?: string) {
  // What is not of this machine has no address.
  const stage = useStage({ args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'] });
  let clients: Record<ClientName, ClientScripts>;
  let bundle: string;
  beforeAll(async () => {
    [clients, bundle] = await Promise.all([bundleClients(), pageName ? bundlePage(pageName) : '']);
  });

  /** Opens an empty page, whose `load()` loads the script of a client, which is at `src`. What it says is in `said`. */
  async function openEmpty(clientName: ClientName) {
    const page = await openScripts(stage, clients[clientName].tag, 'window.searches = [];');
    page.setDefaultTimeout(15_000);
    const said = listenTo(page);
    await answerFor(stage, page);
    const src: string = await page.evaluate(
      (text) => URL.createObjectURL(new Blob([text], { type: 'text/javascript' })),
      clients[clientName].tag,
    );
    return { page, said, src };
  }

  /** Opens a page that runs with a client. */
  async function open(clientName: ClientName, site: Site) {
    const { page, said } = await openEmpty(clientName);
    const {
      client,
      calls = [],
      ...options
    }: Site = JSON.parse(JSON.stringify(site).replaceAll(host, stage.collector.origin));
    if (client === 'late' || client === 'before') await page.addScriptTag({ content: snippet() });
    if (client === 'before' || client === 'tag') await page.evaluate('load()');
    if (client === 'module') await page.addScriptTag({ content: clients[clientName].module });
    for (const args of calls) await call(page, ...args);
    await page.addScriptTag({ content: bundle });
    await page.evaluate((given) => window.start(given), options);
    return { page, said };
  }

  /** A visit to a page with a client: what came of it, with `count` events or more. Nothing may go to another host, and
   * nothing may be said or thrown. */
  async function visit(
    clientName: ClientName,
    site: Site,
    act: (page: Page) => Promise<void>,
    count: number,
  ): Promise<Outcome> {
    const { collector } = stage;
    collector.clear();
    const { page, said } = await open(clientName, site);
    if (site.client === 'late') {
      await page.waitForFunction(() => window.searches.length > 0);
      await page.evaluate('load()');
    }
    await act(page);
    // Whatever the page sent is before this on its way, or with it.
    await call(page, 'clickedObjectIDs', end, { headers });
    await collector.waitForEvents(
      (events) => events.length > count && events.some(({ event }) => event.eventName === end.eventName),
      { timeoutMs: 20_000 },
    );
    const searches = await page.evaluate(() => window.searches);
    const cookie = (await cookiesOf(page.context()))._ALGOLIA;
    await page.close();
    expect(said).toEqual([]);
    return outcomeOf(collector, searches, cookie, end.eventName);
  }

  /** The outcome of a visit, which is that of the same visit with search-insights. */
  async function compare(site: Site, act: (page: Page) => Promise<void>, count: number): Promise<Outcome> {
    const outcome = await visit('usertoken', site, act, count);
    expect(outcome).toEqual(await visit('search-insights', site, act, count));
    return outcome;
  }

  return { stage, openEmpty, open, visit, compare };
}
