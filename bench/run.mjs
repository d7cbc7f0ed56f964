// Measures usertoken and its peers side by side and writes docs/benchmarks.md and docs/benchmarks.svg.
// With --quick: a tenth of the events, and nothing is written.
// `npm run bench -- relay` measures the relay instead: throughput, memory, 300 kills and 50 of a cluster's nodes and relays.
import { writeFile } from 'node:fs/promises';
import { cpus, totalmem, type } from 'node:os';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { findBrowser } from '../scripts/ensure-browser.mjs';
import { faultsOf } from './count.mjs';
import { libraries, scriptTags, versionOf } from './libraries/index.mjs';
import { bundleLibrary, servePages, serveScriptTag } from './pages.mjs';
import { renderChart, renderPage, verdict } from './render.mjs';
import { runScenario, scenarios } from './scenarios.mjs';
import { measureExits, measureFirstTokens, measureHeap, measureLoops, measureScriptTags } from './speed.mjs';
import { runWalks } from './walks.mjs';

if (process.argv[2] === 'relay') {
  const { benchRelay } = await import('./relay.mjs');
  process.exit(benchRelay());
}

const isQuick = process.argv.includes('--quick');
const divisor = isQuick ? 10 : 1;
const loopCount = 1000;
const exitCount = 100;
const heapCount = 10_000 / divisor;

const executablePath = findBrowser();
if (!executablePath) throw new Error('There is no Chromium; node scripts/ensure-browser.mjs says what to do.');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
});
if (process.argv[2] === 'walks') {
  process.exitCode = (await runWalks(browser, process.argv.slice(3))) > 0 ? 1 : 0;
  await browser.close();
  process.exit();
}
const contestants = await Promise.all(
  libraries.map(async (library) => {
    const bundle = await bundleLibrary(library);
    return { ...library, bundle, pages: await servePages(bundle.text), scenarios: [] };
  }),
);

// One scenario at a time: with many pages at once, requests are delayed until their fault is over.
for (const scenario of scenarios) {
  console.error(`Scenario: ${scenario.title}`);
  await Promise.all(
    contestants.map(async ({ pages, scenarios, timesOnly }) => {
      if (!timesOnly) scenarios.push(await runScenario(browser, pages, scenario, divisor));
    }),
  );
}

console.error('Loops');
const loops = await measureLoops(browser, contestants, loopCount);
console.error('First tokens');
const firstTokens = await measureFirstTokens(browser, contestants);
console.error('Page exits');
const exits = await measureExits(browser, contestants, exitCount);
const results = [];
for (const [index, { name, manifest, configuration, bundle, pages, scenarios }] of contestants.entries()) {
  console.error(`Heap: ${name}`);
  results.push({
    name,
    version: await versionOf(manifest),
    configuration,
    scenarios,
    ...loops[index],
    firstTokenMs: firstTokens[index],
    exitMs: exits[index],
    ...(await measureHeap(browser, pages, heapCount)),
    gzipBytes: bundle.gzipBytes,
  });
}
console.error('Script tags');
const tags = await Promise.all(
  (await scriptTags()).map(async ({ name, text }) => ({ name, text, pages: await serveScriptTag(text) })),
);
const tagTimes = await measureScriptTags(browser, tags);
const tagResults = tags.map(({ name, text }, index) => ({
  name,
  gzipBytes: gzipSync(text, { level: 9 }).length,
  ...tagTimes[index],
}));
const surroundings = {
  cores: cpus().length,
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  memoryBytes: totalmem(),
  system: type(),
  chromium: browser.version(),
  node: process.version.slice(1),
  loopCount,
  exitCount,
  heapCount,
};
await Promise.all([browser.close(), ...[...contestants, ...tags].map(({ pages }) => pages.close())]);

const page = renderPage(results, tagResults, surroundings);
console.log(verdict(results, tagResults).join('\n'));
console.log(`\n${page}`);
if (!isQuick) {
  await writeFile(new URL('../docs/benchmarks.md', import.meta.url), page);
  await writeFile(new URL('../docs/benchmarks.svg', import.meta.url), renderChart(results, surroundings));
}
process.exitCode = faultsOf(results, tagResults).length > 0 ? 1 : 0;
