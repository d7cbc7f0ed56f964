import { chart } from './chart.mjs';
import { faultsOf, maxRatio, ratioText } from './count.mjs';
import { duplicateMs, faultMs, settleMs } from './scenarios.mjs';
import {
  exitRuns,
  idleMs,
  loopBudgetMs,
  maxHeapMs,
  maxLoopRuns,
  maxRestMs,
  minLoopRuns,
  restMs,
  tagRuns,
  tokenRuns,
} from './speed.mjs';

/** What became of the events of one scenario, and the requests (preflights included) and bytes it took.
 * @typedef {{ title: string, tracked: number, lost: number, duplicated: number, requests: number, bytes: number }}
 *   ScenarioResult */
/** All that was measured of a library. Times in milliseconds.
 * @typedef {{ name: string, version: string, configuration: string, scenarios: readonly ScenarioResult[],
 *   loopMs: number, tasksMs: number, longestTaskMs: number, firstTokenMs: number, exitMs: number, heapBytes: number,
 *   heapEvents: number, gzipBytes: number }} Result */
/** A script tag: from its first statement to the first token on the main thread, and from its arrival.
 * @typedef {{ name: string, workMs: number, tokenMs: number, gzipBytes: number }} TagResult */
/** Where it was measured.
 * @typedef {{ cores: number, processor: string, memoryBytes: number, system: string, chromium: string, node: string,
 *   loopCount: number, exitCount: number, heapCount: number }} Surroundings */

/** A table as the formatter would leave it: the first column to the left, the others to the right. */
function table(head, rows) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((cells) => cells[column].length)));
  const row = (cells) => {
    const padded = cells.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column])));
    return `| ${padded.join(' | ')} |`;
  };
  const rule = widths.map((width, column) => (column ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)));
  return [row(head), row(rule), ...rows.map(row)];
}
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const milliseconds = (ms) => (ms < 10 ? ms.toFixed(1) : ms.toFixed(0));
const whole = (number) => String(Math.round(number));
const perThousand = ({ tracked }, number) => (number * 1000) / tracked;

/** Those that ran the scenarios, too.
 * @param {readonly Result[]} results */
const inScenarios = (results) => results.filter(({ scenarios }) => scenarios.length > 0);

/** What decides about success, for the top of the output.
 * @param {readonly Result[]} results
 * @param {readonly TagResult[]} tags Ours first.
 * @returns {string[]} */
export function verdict(results, tags) {
  const [ours, theirs] = ['usertoken', 'search-insights'].map((name) => results.find((result) => result.name === name));
  const sum = (key) => ours.scenarios.reduce((total, scenario) => total + scenario[key], 0);
  return [
    `usertoken lost ${sum('lost')} and duplicated ${sum('duplicated')} of ${sum('tracked')} events.`,
    `Its main-thread time was ${ratioText(ours.loopMs / theirs.loopMs)} of what search-insights takes (goal: at most ${ratioText(maxRatio)}).`,
    `Its script tag worked ${tags.map(({ workMs }) => `${milliseconds(workMs)} ms`).join(' until the first token, the one of search-insights ')}.`,
    ...faultsOf(results, tags).map((fault) => `FAILED: ${fault}.`),
  ];
}

/** The chart of a run.
 * @param {readonly Result[]} results
 * @param {Pick<Surroundings, 'loopCount'>} surroundings
 * @returns {string} */
export function renderChart(results, { loopCount }) {
  const names = results.map(({ name }) => name);
  const losses = results[0].scenarios.map(({ title, tracked }, index) => ({
    title,
    bars: inScenarios(results).map(({ name, scenarios }) => {
      const { lost, duplicated } = scenarios[index];
      return {
        name,
        value: lost / tracked,
        label: `${lost} of ${tracked}${duplicated ? `, ${duplicated} twice` : ''}`,
      };
    }),
  }));
  const times = [
    { title: 'loop of tracks', key: 'loopMs' },
    { title: 'until all is sent', key: 'tasksMs' },
  ].map(({ title, key }) => ({
    title,
    bars: results.map((result) => ({
      name: result.name,
      value: result[key],
      label: `${milliseconds(result[key])} ms`,
    })),
  }));
  return chart(names, [
    { title: 'Events lost', max: 1, groups: losses },
    {
      title: `Main-thread time of ${loopCount} tracks`,
      max: Math.max(...times.flatMap(({ bars }) => bars.map(({ value }) => value))),
      groups: times,
    },
  ]);
}

/** The page docs/benchmarks.md.
 * @param {readonly Result[]} results
 * @param {readonly TagResult[]} tags Ours first.
 * @param {Surroundings} surroundings
 * @returns {string} */
export function renderPage(results, tags, surroundings) {
  const { cores, processor, memoryBytes, system, chromium, node, loopCount, exitCount, heapCount } = surroundings;
  const names = results.map(({ name }) => name);
  const runners = inScenarios(results);
  const runnerNames = runners.map(({ name }) => name);
  const scenarios = results[0].scenarios;
  const eachScenario = (cell) =>
    scenarios.map(({ title, tracked }, index) => [
      `${title} (${tracked})`,
      ...runners.map((result) => cell(result.scenarios[index])),
    ]);
  const figures = [
    [`loop of ${loopCount} tracks, ms`, ({ loopMs }) => milliseconds(loopMs)],
    ['all tasks until they are sent, ms', ({ tasksMs }) => milliseconds(tasksMs)],
    ['longest task, ms', ({ longestTaskMs }) => (longestTaskMs ? milliseconds(longestTaskMs) : 'below 50')],
    ['evaluation to first token, ms', ({ firstTokenMs }) => milliseconds(firstTokenMs)],
    [`listeners of \`pagehide\`, ${exitCount} events waiting, ms`, ({ exitMs }) => milliseconds(exitMs)],
    [
      `heap kept after ${heapCount} events`,
      ({ heapBytes, heapEvents }) => kilobytes(heapBytes) + (heapEvents < heapCount ? ` (${heapEvents} events)` : ''),
    ],
    ['bundle, gzip', ({ gzipBytes }) => kilobytes(gzipBytes)],
  ];
  return `${[
    '# Benchmarks',
    '',
    'You see here how many events four libraries lose and duplicate when the network, the collector or the visitor misbehaves,',
    'and what they cost your page. All ran side by side in Chromium against the same collector.',
    '',
    ...verdict(results, tags).map((line) => `- ${line}`),
    '',
    '![Bars of the events lost in each scenario and of the main-thread time, for each library](benchmarks.svg)',
    '',
    '## Events lost and duplicated',
    '',
    'Each cell is lost / duplicated, out of the events in parentheses.',
    '',
    ...table(
      ['scenario', ...runnerNames],
      eachScenario(({ lost, duplicated }) => `${lost} / ${duplicated}`),
    ),
    '',
    '## Requests and bytes per 1000 events',
    '',
    'Requests include preflights and faulted ones. Bytes are those your visitor uploads: request lines, headers and bodies.',
    '',
    ...table(
      ['scenario', ...runnerNames],
      eachScenario(
        (result) => `${whole(perThousand(result, result.requests))} / ${kilobytes(perThousand(result, result.bytes))}`,
      ),
    ),
    '',
    '## Cost to the page',
    '',
    ...table(
      ['', ...names],
      figures.map(([title, cell]) => [title, ...results.map(cell)]),
    ),
    '',
    '## The script tag',
    '',
    'The time until a new visitor has a first token:',
    '',
    ...table(
      ['', ...tags.map(({ name }) => name)],
      [
        ['work on the main thread, ms', ...tags.map(({ workMs }) => milliseconds(workMs))],
        ['from the arrival of the script, ms', ...tags.map(({ tokenMs }) => milliseconds(tokenMs))],
        ['gzip', ...tags.map(({ gzipBytes }) => kilobytes(gzipBytes))],
      ],
    ),
    '',
    '`aa.min.js` asks Chromium to compile it off the main thread while it arrives. On a machine with few cores your page is less',
    'busy, but the token arrives later.',
    '',
    '## How it is measured',
    '',
    '`npm run bench` writes this page. You can run it on your own machine, which should have nothing else to do.',
    '',
    '### Faults',
    '',
    `- One event is tracked every 10 ms. A fault begins before the first event and ends ${faultMs / 1000} s after the last but one. The last`,
    '  event follows, since some libraries retry only then.',
    '- The 429 has `Retry-After: 2`, which the page may read. A dropped connection is reset after the request was read.',
    '- The burst and the two exits track all events in one loop. "Link followed at once" is `location.assign` in the same task.',
    '  After both exits the visitor comes back to a page with the same library.',
    `- Events then have ${settleMs / 1000} s to arrive; later ones count as lost, though a library that waits longer might still deliver`,
    `  them. When all have arrived, duplicates are counted for ${duplicateMs / 1000} s more. An event has arrived when its request was answered 200.`,
    '- In each scenario the libraries run at the same time, each with its own browser context and collector.',
    '',
    '### Times and sizes',
    '',
    `- The time to the first token is the median of ${tokenRuns} fresh pages, with the libraries taking turns.`,
    `- The loop runs ${maxLoopRuns} times in fresh pages, ${idleMs / 1000} s after each has loaded. A slow library runs at least ${minLoopRuns} times and for ${loopBudgetMs / 1000} s.`,
    '  You see the median time around the calls.',
    `- The listeners of \`pagehide\` run when a link leads to another site in the task that tracks ${exitCount} events. You see the median`,
    `  of ${exitRuns} fresh pages.`,
    "- All tasks are Chromium's `TaskDuration` until everything has arrived. The count ends earlier if no request came for",
    `  ${restMs / 1000} s, or after ${maxRestMs / 1000} s.`,
    '- The longest task comes from the Long Tasks API, which leaves out tasks below 50 ms.',
    '- The heap is measured after a garbage collection at that point, minus the heap before the first event. A slow library gets',
    `  as many events as ${maxHeapMs / 1000} s allow.`,
    `- The script tags take turns on ${tagRuns} fresh pages each, loaded with \`async\` from this machine, and you see medians. Work on the`,
    '  main thread is the evaluation and `init`, up to the callback of `getUserToken`. The time from arrival adds the wait',
    "  between the end of the response and the script's first statement.",
    '- esbuild makes the bundles, minified for production. The one of usertoken contains XState; the one of usertoken/lite contains',
    '  the small interpreter.',
    '',
    '## Versions and configuration',
    '',
    ...results.map(({ name, version, configuration }) => `- **${name}**, \`${version}\`: ${configuration}`),
    '',
    `Machine: ${cores} cores (${processor}), ${(memoryBytes / 2 ** 30).toFixed(1)} GiB of memory, ${system}, Chromium ${chromium} headless, Node ${node}.`,
    '',
    '## Limits',
    '',
    '- You see one run on one machine. Compare the columns, and run it yourself before you rely on a time.',
    '- The versions are those above; newer ones may do better or worse.',
    '- Your visitors have other networks, browsers and extensions than this bench.',
  ].join('\n')}\n`;
}
