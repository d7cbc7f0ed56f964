import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Stage, useStage } from '../../browser/harness.js';
import { differences } from './support/compare.js';
import { forPages } from './support/for-pages.js';
import { scriptOf } from './support/libraries.js';
import type { Assignment, runBoth } from './support/real-page.js';
import { tally } from './support/rules.js';
import { sequence } from './support/steps.js';
import type { Sequence } from './support/steps.types.js';
import type { Sent } from './support/world.types.js';

const seed = Number(process.env.SEED ?? 20_260_821);
const count = Number(process.env.PAGE_SEQUENCES ?? 120);
/** Each on a host of its own, with cookies and storage of its own. */
const tabs = 6;

const stage = useStage();

async function openTab(name: string): Promise<Page> {
  const [ours, theirs, { outputFiles }] = await Promise.all([
    scriptOf('ours'),
    scriptOf('theirsForPages'),
    build({
      entryPoints: [fileURLToPath(new URL('support/real-page.ts', import.meta.url))],
      ...{ bundle: true, format: 'iife' as const, globalName: 'realPage', target: 'es2022', write: false as const },
    }),
  ]);
  const page = await (await stage.context()).newPage();
  await page.goto(stage.pages.url(undefined, { origin: `http://${name}.localhost:${stage.pages.port}` }));
  await page.evaluate((scripts) => Object.assign(window, { scripts }), { ours, theirs });
  await page.addScriptTag({ content: outputFiles[0]!.text });
  return page;
}

/** What the collector has of the applications whose names end so, under the names that the sequence gave them. */
function received({ collector }: Stage, ending: string): { sent: Sent[]; requests: number } {
  const key = 'X-Algolia-Application-Id';
  const requests = collector.requests.filter(({ query, preflight }) => !preflight && query[key]?.endsWith(ending));
  const sent = collector.events.flatMap(({ event, requestId }): Sent[] => {
    const request = requests.find(({ id }) => id === requestId);
    if (!request) return [];
    const { 'X-Algolia-Agent': agent = '', [key]: appId = '', ...others } = request.query;
    const query = { ...others, [key]: appId.slice(0, -ending.length) };
    return [{ event, origin: `${collector.origin}${request.path}`, query, agents: agent.split('; ').slice(1) }];
  });
  return { sent, requests: requests.length };
}

/** Runs a sequence in a tab; resolves to what is different. */
async function differencesIn(page: Page, each: Sequence, id: string): Promise<string[]> {
  const assignment: Assignment = { sequence: each, host: stage.collector.origin, id };
  const { expected, actual } = await page.evaluate(
    (given) => (window as unknown as { realPage: { runBoth: typeof runBoth } }).realPage.runBoth(given),
    assignment,
  );
  const theirs = () => received(stage, `-${id}-theirs`).requests;
  await stage.collector.waitForRequests(() => theirs() === expected.requests);
  const ending = `-${id}-theirs`;
  const sent = expected.sent.map((one) => {
    const { 'X-Algolia-Application-Id': appId = '', ...query } = one.query;
    return {
      ...one,
      query: { ...query, 'X-Algolia-API-Key': '***', 'X-Algolia-Application-Id': appId.slice(0, -ending.length) },
    };
  });
  return differences(
    {
      steps: each.steps,
      expected: { ...expected, sent, cacheWrites: 0 },
      actual: { ...actual, ...received(stage, `-${id}-ours`), cacheWrites: 0 },
      toleranceMs: 2_000,
    },
    tally().hit,
  );
}

describe(`${count} sequences of calls in Chromium`, () => {
  it('reach the collector event by event as those of search-insights, but for what the rules say', async () => {
    // search-insights sends numbers as tokens and more objects than the API takes.
    stage.expectErrors(/status of 422/);
    const sequences = fc.sample(sequence, { seed, numRuns: count }).map(forPages);
    const pages = await Promise.all(Array.from({ length: tabs }, (_, at) => openTab(`shop-${at}`)));
    const found: { sequence: string; differences: string[] }[] = [];
    const queue = [...sequences.entries()];
    await Promise.all(
      pages.map(async (page) => {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const [at, each] = next;
          const different = await differencesIn(page, each, `s${at}`);
          if (different.length > 0) found.push({ sequence: JSON.stringify(each), differences: different });
        }
      }),
    );
    expect(found).toEqual([]);
    const ours = stage.collector.requests.filter(({ query }) => query['X-Algolia-Application-Id']?.endsWith('-ours'));
    expect(ours.filter(({ status }) => status !== 200)).toEqual([]);
  });
});
