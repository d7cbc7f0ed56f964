import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptOf } from './support/libraries.js';
import { evaluator, pretendedWorld } from './support/pretended-world.js';
import { loadingRuleIds, tally } from './support/rules.js';
import { type Snippet, type SnippetCall, snippet } from './support/snippet-steps.js';

type Globals = Record<string, unknown>;
type Client = ((...args: unknown[]) => unknown) & { queue?: unknown[] };

const seed = Number(process.env.SEED ?? 20_260_821);
const count = Number(process.env.SEQUENCES ?? 400);

const { counts, hit } = tally();
let ours: (globals: Globals) => unknown;
let theirs: (globals: Globals) => unknown;

beforeAll(async () => {
  ours = evaluator(await scriptOf('oursByTag'));
  // A script that looks for a module system would find the bundler's.
  theirs = evaluator(await readFile('node_modules/search-insights/dist/search-insights.min.js', 'utf8'));
});
afterAll(() => {
  console.table(loadingRuleIds.map((id) => ({ rule: id, matches: counts.get(id) ?? 0 })));
});

const isThrowing = ([method, options]: SnippetCall) =>
  method === 'init' && (options as { region?: string }).region === 'fr';

/** A page with a snippet, whose calls are heard and whose requests are written down. */
function openPage({ hasSnippet, pointer, form, queued }: Snippet, isQueued = (_: SnippetCall) => true) {
  const world = pretendedWorld({ place: 'page', cookie: undefined, cache: undefined, steps: [] });
  const { globals } = world;
  const heard: unknown[][] = [];
  const sent: unknown[] = [];
  const errors: unknown[] = [];
  const record = (url: string, body: string) => {
    const { searchParams, origin, pathname } = new URL(url);
    for (const { timestamp: _, ...event } of JSON.parse(body).events) {
      // In which order its fields are written says nothing.
      const fields = Object.entries(event).sort(([a], [b]) => (a < b ? -1 : 1));
      sent.push([origin + pathname, searchParams.get('X-Algolia-Application-Id'), Object.fromEntries(fields)]);
    }
  };
  globals.navigator = {
    cookieEnabled: true,
    sendBeacon(url: string, body: string) {
      record(url, body);
      return true;
    },
  };
  globals.fetch = (url: string, { body }: { body: string }) => {
    record(url, body);
    return Promise.resolve(new Response('{"status":200,"message":"OK"}'));
  };
  (globals.console as Globals).error = (error: unknown) => errors.push(error);

  const listener = (...told: unknown[]) => heard.push(['change', ...told]);

  /** The arguments of the nth call, with callbacks in them. */
  function argsOf(call: SnippetCall, at: string): unknown[] {
    const hear = call[0] === 'onUserTokenChange' ? listener : (...told: unknown[]) => heard.push([at, ...told]);
    return call.map((arg) => (arg === '(hear)' ? hear : arg));
  }
  let stub: Client | undefined;
  if (hasSnippet) {
    globals.AlgoliaAnalyticsObject = pointer;
    stub = (...args) => {
      stub!.queue ??= [];
      const list = (function (..._: unknown[]) {
        // biome-ignore lint/complexity/noArguments: what a snippet queues is the object of this name
        return arguments;
      })(...args);
      stub!.queue.push(form === 'arrays' ? args : list);
    };
    globals[pointer] = stub;
    for (const [at, call] of queued.entries()) if (isQueued(call)) stub(...argsOf(call, `queued ${at}`));
  }
  return { ...{ world, globals, heard, sent, errors, stub, argsOf } };
}

/** What both pages are to have in common; tokens that were made are named alike. */
function outcome({ world, heard, sent }: ReturnType<typeof openPage>) {
  const named = (value: unknown) => JSON.stringify(value).replace(/anonymous-[0-9a-f-]{36}/g, 'anonymous-made');
  return { heard: named(heard), sent: sent.map(named).sort(), cookies: named(world.cookies()), cache: world.cache() };
}

async function runTheirs(each: Snippet) {
  // A call that throws would be the last of the queue.
  const page = openPage(each, (call) => !isThrowing(call));
  theirs(page.globals);
  const { default: instance } = page.globals.AlgoliaAnalytics as {
    default: Record<string, (...args: unknown[]) => unknown>;
  };
  const run = (call: SnippetCall, at: string) => {
    const [method, ...args] = page.argsOf(call, at);
    try {
      return page.stub ? page.stub(method, ...args) : instance[method as string]!(...args);
    } catch {
      return 'threw';
    }
  };
  if (!page.stub) for (const [at, call] of each.queued.entries()) run(call, `queued ${at}`);
  const values = each.later.map(({ call }, at) => run(call, `later ${at}`));
  await page.world.wait(1_000, []);
  return { page, values };
}

async function runOurs(each: Snippet) {
  const page = openPage(each);
  const run = (client: unknown, call: SnippetCall, at: string) => {
    try {
      return (client as Client)(...page.argsOf(call, at));
    } catch {
      return 'threw';
    }
  };
  ours(page.globals);
  if (each.isLoadedTwice) {
    hit('loaded-twice');
    ours(page.globals);
  }
  if (!page.stub) {
    hit('no-snippet');
    for (const [at, call] of each.queued.entries()) run(page.globals.aa, call, `queued ${at}`);
  }
  const name = page.stub ? each.pointer : 'aa';
  const values = each.later.map(({ call, through }, at) =>
    run(through === 'kept' && page.stub ? page.stub : page.globals[name], call, `later ${at}`),
  );
  await page.world.wait(1_000, []);
  return { page, values };
}

describe(`${count} pages with a snippet or without`, () => {
  it('come to the same with either script, but for what the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(snippet, async (each) => {
        const [expected, actual] = [await runTheirs(each), await runOurs(each)];
        expect(outcome(actual.page)).toEqual(outcome(expected.page));

        const failing = each.hasSnippet ? each.queued.filter(isThrowing).length : 0;
        if (failing > 0) hit('failing-queued-call');
        expect(actual.page.errors).toHaveLength(failing);

        for (const [at, { call, through }] of each.later.entries()) {
          const value = actual.values[at];
          if (call[0] === 'setUserToken' && through === 'window' && each.hasSnippet) {
            hit('returns-after-load');
            expect([value, expected.values[at]]).toEqual([call[1], undefined]);
          } else if (through === 'kept' && each.hasSnippet) {
            expect(value).toBe(expected.values[at]);
          }
        }
      }),
      { numRuns: count, seed },
    );
  });

  it('have modules with the same exports, in one entry for pages and Node', async () => {
    const scripts = await Promise.all(
      (['ours', 'theirsForPages', 'theirsForNode'] as const).map(async (name) => evaluator(await scriptOf(name))),
    );
    const { globals } = openPage({
      ...{ hasSnippet: false, pointer: 'aa', form: 'arrays' as const },
      queued: [],
      later: [],
      isLoadedTwice: false,
    });
    const [our, forPages, forNode] = scripts.map((evaluate) => Object.keys(evaluate(globals) as object));
    expect(our!.sort()).toEqual([...new Set([...forPages!, ...forNode!])].sort());
    if (forPages!.length < our!.length) hit('one-entry');
  });

  it('show each rule about loading', () => {
    expect(loadingRuleIds.filter((id) => !counts.get(id))).toEqual([]);
    expect([...counts.keys()].filter((id) => !(loadingRuleIds as readonly string[]).includes(id))).toEqual([]);
  });
});
