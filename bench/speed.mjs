import { setTimeout as delay } from 'node:timers/promises';
import { median } from './count.mjs';
import { createRecorder } from './recorder.mjs';

/** Fresh pages of which the median time to the first token is given. */
export const tokenRuns = 15;
/** Fresh pages of which the median time of the page's end is given. */
export const exitRuns = 11;
/** Fresh pages of which the median time of a script tag is given. */
export const tagRuns = 21;
/** Fresh pages of which the median time of the loop is given: as many as `loopBudgetMs` allow a library, within these. */
export const minLoopRuns = 3;
export const maxLoopRuns = 11;
/** In milliseconds. */
export const loopBudgetMs = 60_000;
/** How long a fresh page is left alone before its loop, in milliseconds: the browser is still busy with its start. */
export const idleMs = 1_000;
/** A page is at rest when nothing has arrived for this long, in milliseconds. */
export const restMs = 2_000;
/** How long that is waited for at most, in milliseconds. */
export const maxRestMs = 15_000;
/** How long events are tracked at most before memory is looked at, in milliseconds: some write all that waits with each. */
export const maxHeapMs = 30_000;

async function rest(recorder, expected) {
  const end = Date.now() + maxRestMs;
  let seen = -1;
  let since = Date.now();
  while (Date.now() < end && recorder.arrivals.length < expected) {
    if (recorder.requests !== seen) {
      seen = recorder.requests;
      since = Date.now();
    }
    if (Date.now() - since > restMs) return;
    await delay(50);
  }
}

/** Runs in the page: times a loop of tracks in a task of its own, then notes the longest task until `stopLoop`. */
function timeLoop(count) {
  globalThis.longest = 0;
  const note = (entries) => {
    for (const { duration } of entries) globalThis.longest = Math.max(globalThis.longest, duration);
  };
  const observer = new PerformanceObserver((list) => note(list.getEntries()));
  observer.observe({ type: 'longtask' });
  globalThis.stopLoop = () => {
    note(observer.takeRecords());
    observer.disconnect();
    return globalThis.longest;
  };
  return new Promise((resolve) => {
    setTimeout(() => {
      const start = performance.now();
      for (let index = 0; index < count; index++) bench.track(`loop-${index}`);
      resolve(performance.now() - start);
    });
  });
}

async function taskMs(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * metrics.find(({ name }) => name === 'TaskDuration').value;
}

async function withPage(browser, pages, path, use) {
  const recorder = await createRecorder();
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(pages.url(path, recorder.origin));
    return await use(page, recorder, await context.newCDPSession(page));
  } finally {
    await context.close();
    await recorder.close();
  }
}

/** Time of the loop itself, of all main-thread tasks from its start until the page is at rest, and the longest task. */
function sampleLoop(browser, pages, count) {
  return withPage(browser, pages, '/', async (page, recorder, session) => {
    await page.evaluate(() => bench.token());
    await session.send('Performance.enable');
    await delay(idleMs);
    const before = await taskMs(session);
    const loopMs = await page.evaluate(timeLoop, count);
    await rest(recorder, count);
    const longestTaskMs = await page.evaluate(() => stopLoop());
    return { loopMs, longestTaskMs, tasksMs: (await taskMs(session)) - before };
  });
}

/** The medians of `sampleLoop` for each library. They take turns, slow ones fewer. */
export async function measureLoops(browser, contestants, count) {
  const runs = contestants.map(({ pages }) => ({ pages, samples: [], spentMs: 0 }));
  for (let round = 0; round < maxLoopRuns; round++) {
    for (const run of runs) {
      if (round >= minLoopRuns && run.spentMs > loopBudgetMs) continue;
      const start = Date.now();
      run.samples.push(await sampleLoop(browser, run.pages, count));
      run.spentMs += Date.now() - start;
    }
  }
  return runs.map(({ samples }) => {
    const middle = (key) => median(samples.map((sample) => sample[key]));
    return { loopMs: middle('loopMs'), tasksMs: middle('tasksMs'), longestTaskMs: middle('longestTaskMs') };
  });
}

/** Samples of each contestant, who take turns, so that what else the machine does strikes all alike. */
async function inTurns(contestants, runs, sample) {
  const samples = contestants.map(() => []);
  for (let round = 0; round < runs; round++) {
    for (const [index, contestant] of contestants.entries()) samples[index].push(await sample(contestant));
  }
  return samples;
}

/** Runs in the page: time from just before the bundle is compiled and evaluated to the first token. */
async function timeFirstToken([text, endpoint]) {
  const script = document.createElement('script');
  script.textContent = text;
  const start = performance.now();
  document.head.append(script);
  bench.start(endpoint);
  const token = await bench.token();
  const end = performance.now();
  if (!token) throw new Error('no token');
  return end - start;
}

/** Time to the first token of each library, in milliseconds, median. */
export async function measureFirstTokens(browser, contestants) {
  const samples = await inTurns(contestants, tokenRuns, ({ pages, bundle }) =>
    withPage(browser, pages, '/bare', (page, recorder) =>
      page.evaluate(timeFirstToken, [bundle.text, recorder.origin]),
    ),
  );
  return samples.map(median);
}

/** Runs before the page's scripts: times the listeners of a page's end, from before the first to after the last. */
function timeExit() {
  let start = 0;
  const begin = () => {
    start = performance.now();
  };
  const end = () => {
    localStorage.setItem('exitMs', performance.now() - start);
  };
  addEventListener('pagehide', begin, true);
  addEventListener('load', () => addEventListener('pagehide', end));
}

/** For each library how long the listeners of `pagehide` hold up a link to another site with this many events tracked in
 * its click, in milliseconds, median. */
export async function measureExits(browser, contestants, count) {
  const samples = await inTurns(contestants, exitRuns, ({ pages }) =>
    withPage(browser, pages, '/bare', async (page, { origin }) => {
      await page.addInitScript(timeExit);
      await page.goto(pages.url('/', origin));
      await page.evaluate(() => bench.token());
      await delay(idleMs);
      const elsewhere = pages.url('/elsewhere', origin);
      const left = page.waitForURL(({ hostname }) => hostname === 'localhost');
      await page.evaluate(
        ([count, address]) => {
          for (let index = 0; index < count; index++) bench.track(`exit-${index}`);
          location.assign(address);
        },
        [count, elsewhere.replace('127.0.0.1', 'localhost')],
      );
      await left;
      await page.goto(elsewhere);
      return Number(await page.evaluate(() => localStorage.getItem('exitMs')));
    }),
  );
  return samples.map(median);
}

/** Runs in the page, once its script tag is loaded: the first token of a visitor who has none. */
function initScriptTag(endpoint) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    aa('init', { appId: 'bench', apiKey: 'key', host: endpoint, useCookie: true });
    aa('getUserToken', null, (_error, token) => {
      const end = performance.now();
      const [{ responseEnd }] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/aa.js'));
      if (!token) reject(new Error('no token'));
      // What the test waits between load and init counts for nobody.
      resolve({ workMs: evaluated - begun + end - start, tokenMs: evaluated - responseEnd + end - start });
    });
  });
}

/** For each script tag the time to the first token: work on the main thread, evaluation and `init`; and all of it, from the
 * arrival of the script. Medians; the scripts take turns.
 * @param runs Fresh pages for each. */
export async function measureScriptTags(browser, tags, runs = tagRuns) {
  const samples = await inTurns(tags, runs, ({ pages }) =>
    withPage(browser, pages, '/', async (page, recorder) => {
      await page.waitForFunction('self.evaluated');
      return page.evaluate(initScriptTag, recorder.origin);
    }),
  );
  return samples.map((each) => ({
    workMs: median(each.map(({ workMs }) => workMs)),
    tokenMs: median(each.map(({ tokenMs }) => tokenMs)),
  }));
}

/** Bytes of heap that are still used after `count` events, or as many as `maxHeapMs` allow, the page at rest and its
 * garbage collected, beyond those used before the first of them. */
export function measureHeap(browser, pages, count) {
  return withPage(browser, pages, '/', async (page, recorder, session) => {
    await page.evaluate(() => bench.token());
    const used = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Runtime.getHeapUsage')).usedSize;
    };
    const before = await used();
    const tracked = await page.evaluate(
      async ([count, maxMs]) => {
        const end = performance.now() + maxMs;
        for (let index = 0; index < count; index++) {
          bench.track(`heap-${index}`);
          if (index % 100 !== 99) continue;
          if (performance.now() > end) return index + 1;
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        return count;
      },
      [count, maxHeapMs],
    );
    await rest(recorder, tracked);
    return { heapBytes: (await used()) - before, heapEvents: tracked };
  });
}
