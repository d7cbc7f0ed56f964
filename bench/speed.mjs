import { setTimeout as delay } from 'node:timers/promises';
import { median } from './count.mjs';
import { createRecorder } from './recorder.mjs';

/** Fresh pages of which the median time to the first token is given. */
export const tokenRuns = 5;
/** Fresh pages of which the median time of the loop is given. */
export const loopRuns = 3;
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
export async function measureLoop(browser, pages, count) {
  const samples = [];
  for (let run = 0; run < loopRuns; run++) {
    const sample = await withPage(browser, pages, '/', async (page, recorder, session) => {
      await page.evaluate(() => bench.token());
      await session.send('Performance.enable');
      const before = await taskMs(session);
      const loopMs = await page.evaluate(timeLoop, count);
      await rest(recorder, count);
      const longestMs = await page.evaluate(() => stopLoop());
      return { loopMs, longestMs, tasksMs: (await taskMs(session)) - before };
    });
    samples.push(sample);
  }
  const middle = (key) => median(samples.map((sample) => sample[key]));
  return { loopMs: middle('loopMs'), tasksMs: middle('tasksMs'), longestTaskMs: middle('longestMs') };
}

/** Time from just before the bundle is compiled and evaluated to the first token, in milliseconds, median. */
export async function measureFirstToken(browser, pages, bundle) {
  const samples = [];
  for (let run = 0; run < tokenRuns; run++) {
    const sample = await withPage(browser, pages, '/bare', (page, recorder) =>
      page.evaluate(
        async ([text, endpoint]) => {
          const script = document.createElement('script');
          script.textContent = text;
          const start = performance.now();
          document.head.append(script);
          bench.start(endpoint);
          const token = await bench.token();
          const end = performance.now();
          if (!token) throw new Error('no token');
          return end - start;
        },
        [bundle, recorder.origin],
      ),
    );
    samples.push(sample);
  }
  return median(samples);
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
