// Random walks of a visitor over real tabs, with an API that fails for stretches:
// npm run bench -- walks [--walks 40] [--steps 120] [--seed 1] [--sound] [--only usertoken] [--relay]
// With --relay usertoken sends through a relay, which is killed and started again like the API fails.
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { countEvents } from './count.mjs';
import { libraries } from './libraries/index.mjs';
import { bundleLibrary, servePages } from './pages.mjs';
import { createRecorder } from './recorder.mjs';
import { startRelay } from './relay.mjs';

/** How long events have to arrive after the API is well again, in milliseconds. Backoff may have grown to a minute. */
const settleMs = 150_000;
const duplicateMs = 3_000;
const maxTabs = 4;
const faults = [{ status: 503 }, { status: 429, retryAfterSeconds: 1 }, { drop: true }];
/** Steps and how often each is taken. */
const weights = {
  click: 28,
  clickAndGo: 20,
  burst: 10,
  open: 7,
  clickAndClose: 7,
  close: 3,
  crash: 2,
  leaveAndReturn: 5,
  detour: 4,
  back: 4,
  login: 5,
  logout: 3,
  offline: 3,
  fault: 5,
  heal: 4,
  wait: 8,
};

/** A small generator of numbers from 0 up to 1, so that a seed names a walk. */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Tracks in a page and says under which token; runs there. */
const track = ([ids, go]) => {
  const token = bench.token();
  for (const id of ids) bench.track(id);
  if (go) location.assign(go);
  return typeof token === 'string' ? token : undefined;
};

/** Walks once. Every loss is named by the step that tracked it.
 * @param onWalked The visitor rests: from now on the walk only waits for what is still to arrive. */
export async function walk(browser, pages, { seed, steps, isSound, hasRelay, onWalked }) {
  const random = randomFrom(seed);
  const pick = (items) => items[Math.floor(random() * items.length)];
  const deck = Object.entries(weights).flatMap(([name, weight]) => Array(weight).fill(name));
  const recorder = await createRecorder();
  const context = await browser.newContext();
  const relay = hasRelay && (await startRelay(recorder.origin, new URL(pages.url('/', '')).origin));
  const url = (path = '/') =>
    pages.url(path, recorder.origin) + (relay ? `&relay=${encodeURIComponent(relay.origin)}` : '');
  /** What each event was tracked by, and the token in force then. */
  const tracked = new Map();
  let tabs = [];
  let count = 0;
  let lastStep = '';

  async function open() {
    const page = await context.newPage();
    await page.goto(url());
    tabs.push(page);
    return page;
  }
  async function trackIn(page, amount, go) {
    const ids = Array.from({ length: amount }, () => `walk${seed}-${++count}`);
    const token = await page.evaluate(track, [ids, go]).catch(() => false);
    if (token === false) return;
    for (const id of ids) tracked.set(id, { step: lastStep, token });
  }
  const drop = (page) => {
    tabs = tabs.filter((tab) => tab !== page);
  };
  const evaluate = (page, method, id) =>
    page.evaluate(([method, id]) => bench[method]?.(id), [method, id]).catch(() => {});

  const actions = {
    click: (page) => trackIn(page, 1),
    async clickAndGo(page) {
      const left = page.waitForEvent('framenavigated', { timeout: 10_000 }).catch(() => {});
      await trackIn(page, 1, `${url()}&at=${count}`);
      await left;
      await page.waitForLoadState('load').catch(() => {});
    },
    burst: (page) => trackIn(page, 50 + Math.floor(random() * 100)),
    open: () => tabs.length < maxTabs && open(),
    async clickAndClose(page) {
      await trackIn(page, 1);
      drop(page);
      await page.close();
    },
    async close(page) {
      drop(page);
      await page.close();
    },
    async crash(page) {
      await trackIn(page, 1);
      drop(page);
      const session = await context.newCDPSession(page).catch(() => undefined);
      await Promise.race([session?.send('Page.crash').catch(() => {}), delay(500)]);
      await page.close().catch(() => {});
    },
    async leaveAndReturn(page) {
      const left = page.waitForEvent('framenavigated', { timeout: 10_000 }).catch(() => {});
      await trackIn(page, 1, url('/elsewhere').replace('127.0.0.1', 'localhost'));
      await left;
      await delay(random() * 400);
      await page.goto(url()).catch(() => {});
    },
    /** To a page of the site without the library, and no step back by itself. */
    async detour(page) {
      const left = page.waitForEvent('framenavigated', { timeout: 10_000 }).catch(() => {});
      await trackIn(page, 1, url('/elsewhere'));
      await left;
    },
    back: (page) => page.goBack({ timeout: 5_000 }).catch(() => {}),
    login: (page) => evaluate(page, 'login', `user-${Math.floor(random() * 3)}`),
    logout: (page) => evaluate(page, 'logout'),
    async offline(page) {
      await context.setOffline(true);
      await trackIn(page, 1);
      await delay(random() * 800);
      await context.setOffline(false);
    },
    async fault() {
      if (isSound) return;
      if (relay && random() < 0.5) await relay.restart();
      else recorder.setFault(pick(faults));
    },
    heal: () => recorder.setFault(undefined),
    wait: () => delay(50 + random() * 700),
  };

  try {
    await open();
    for (let step = 0; step < steps; step += 1) {
      const page = tabs.length ? pick(tabs) : await open();
      // A page that goes back to before the first one has no library.
      const isOurs = await page.evaluate(() => typeof bench === 'object').catch(() => false);
      if (!isOurs) await page.goto(url()).catch(() => {});
      const name = pick(deck);
      lastStep = `${step} ${name}`;
      await actions[name](page);
    }
    recorder.setFault(undefined);
    const last = tabs[0] ?? (await open());
    await last.goto(url());
    lastStep = 'end';
    await trackIn(last, 1);
    onWalked();
    const ids = [...tracked.keys()];
    const left = () => last.evaluate(() => Object.keys(localStorage).filter((key) => /outbox.*:\d+$/.test(key)));
    const end = Date.now() + settleMs;
    let stored = [];
    while (Date.now() < end) {
      stored = await left();
      if (countEvents(ids, recorder.arrivals).lost === 0 && stored.length === 0) break;
      await delay(200);
    }
    await delay(duplicateMs);
    const arrived = new Set(recorder.arrivals);
    const wrong = ids.filter((id) => {
      const { token } = tracked.get(id);
      return token && recorder.tokens.has(id) && recorder.tokens.get(id) !== token;
    });
    const times = new Map();
    for (const id of recorder.arrivals) times.set(id, (times.get(id) ?? 0) + 1);
    return {
      tracked: ids.length,
      ...countEvents(ids, recorder.arrivals),
      wrong: wrong.length,
      stored: stored.length,
      // The relay's honest limit: a batch under way when it was killed, or whose answer was lost.
      ...(relay && { ambiguous: await relay.ambiguous() }),
      lostAt: ids.filter((id) => !arrived.has(id)).map((id) => tracked.get(id).step),
      twiceAt: ids.filter((id) => (times.get(id) ?? 0) > 1).map((id) => tracked.get(id).step),
    };
  } finally {
    await context.close();
    await relay?.close?.();
    await recorder.close();
  }
}

/** Walks with each library and prints what it lost.
 * @param {readonly string[]} args */
export async function runWalks(browser, args) {
  const { values } = parseArgs({
    args,
    options: {
      walks: { type: 'string', default: '40' },
      steps: { type: 'string', default: '120' },
      seed: { type: 'string', default: '1' },
      sound: { type: 'boolean', default: false },
      only: { type: 'string' },
      relay: { type: 'boolean', default: false },
    },
  });
  const only = values.relay ? 'usertoken' : values.only;
  const wanted = libraries.filter(({ name, timesOnly }) => (only ? name === only : !timesOnly));
  const options = { steps: Number(values.steps), isSound: values.sound, hasRelay: values.relay };
  let faultsFound = 0;
  for (const library of wanted) {
    const pages = await servePages((await bundleLibrary(library)).text);
    const sum = { tracked: 0, lost: 0, duplicated: 0, wrong: 0, stored: 0, ...(values.relay && { ambiguous: 0 }) };
    const walks = [];
    for (let n = 0; n < Number(values.walks); n += 1) {
      const seed = Number(values.seed) + n;
      // The next one starts while this one waits for its last events.
      await new Promise((resolve, reject) => {
        const walking = walk(browser, pages, { ...options, seed, onWalked: () => resolve(undefined) });
        walks.push(walking);
        walking.then((result) => console.log(`${library.name} seed ${seed}: ${JSON.stringify(result)}`), reject);
      });
    }
    for (const result of await Promise.all(walks)) {
      for (const key of Object.keys(sum)) sum[key] += result[key];
    }
    console.log(`${library.name}: ${JSON.stringify(sum)}`);
    if (library.name === 'usertoken') {
      const tolerated = values.relay ? sum.ambiguous : sum.tracked / 1000;
      faultsFound = sum.lost + sum.wrong + sum.stored + (sum.duplicated > tolerated ? 1 : 0);
    }
    await pages.close();
  }
  return faultsFound;
}
