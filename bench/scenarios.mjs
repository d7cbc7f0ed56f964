import { setTimeout as delay } from 'node:timers/promises';
import { countEvents } from './count.mjs';
import { createRecorder } from './recorder.mjs';

/** How long a fault lasts after the last event was tracked, in milliseconds. */
export const faultMs = 4_000;
/** How long events have to arrive after a fault or a return, in milliseconds, for all libraries alike. */
export const settleMs = 20_000;
/** How long after the last arrival duplicates are watched for, in milliseconds. */
export const duplicateMs = 3_000;

const idsOf = (count) => Array.from({ length: count }, (_, index) => `event-${index}`);
const burst = (page, ids) =>
  page.evaluate((ids) => {
    for (const id of ids) bench.track(id);
  }, ids);
/** One event every 10 ms, as clicks that come while something is wrong. */
const spread = (page, ids) =>
  page.evaluate(async (ids) => {
    for (const id of ids) {
      bench.track(id);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }, ids);

async function throughFault({ page, recorder, ids }, fault) {
  recorder.setFault(fault);
  await spread(page, ids.slice(0, -1));
  await delay(faultMs);
  recorder.setFault(undefined);
  // Some retry only with the next event, so there is one.
  await burst(page, ids.slice(-1));
}

/** What is done to each library, each in a browser context and with a recorder of its own. */
export const scenarios = [
  { title: 'no fault, burst', count: 1000, run: ({ page, ids }) => burst(page, ids) },
  { title: '503', count: 100, run: (stage) => throughFault(stage, { status: 503 }) },
  {
    title: '429',

    count: 100,
    run: (stage) => throughFault(stage, { status: 429, retryAfterSeconds: 2 }),
  },
  { title: 'dropped connections', count: 100, run: (stage) => throughFault(stage, { drop: true }) },
  {
    title: 'offline and back',

    count: 100,
    async run({ page, context, ids }) {
      await context.setOffline(true);
      await spread(page, ids.slice(0, -1));
      await delay(faultMs);
      await context.setOffline(false);
      await burst(page, ids.slice(-1));
    },
  },
  {
    title: 'link followed at once',

    count: 200,
    async run({ page, ids, url }) {
      const left = page.waitForURL((address) => address.pathname === '/elsewhere');
      await page
        .evaluate(
          ([ids, address]) => {
            for (const id of ids) bench.track(id);
            location.assign(address);
          },
          [ids, url('/elsewhere')],
        )
        // The page may be gone before it has answered.
        .catch(() => {});
      await left;
      await page.goto(url('/'));
    },
  },
  {
    title: 'tab closed at once',

    count: 200,
    async run({ page, context, ids, url }) {
      await burst(page, ids);
      await page.close();
      const reopened = await context.newPage();
      await reopened.goto(url('/'));
    },
  },
];

/** Waits until all events have arrived and duplicates had their time, or for `settleMs`. */
async function settle(recorder, ids) {
  const end = Date.now() + settleMs;
  while (Date.now() < end) {
    if (countEvents(ids, recorder.arrivals).lost === 0) {
      await delay(duplicateMs);
      return;
    }
    await delay(100);
  }
}

/** Runs one scenario with one library.
 * @returns {Promise<import('./render.mjs').ScenarioResult>} */
export async function runScenario(browser, pages, { title, count, run }, countDivisor = 1) {
  const recorder = await createRecorder();
  const context = await browser.newContext();
  try {
    const ids = idsOf(count / countDivisor);
    const url = (path) => pages.url(path, recorder.origin);
    const page = await context.newPage();
    await page.goto(url('/'));
    await page.evaluate(() => bench.token());
    recorder.clear();
    await run({ page, context, recorder, ids, url });
    await settle(recorder, ids);
    const { requests, bytes } = recorder;
    return { title, tracked: ids.length, ...countEvents(ids, recorder.arrivals), requests, bytes };
  } finally {
    await context.close();
    await recorder.close();
  }
}
