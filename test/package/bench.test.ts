import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { countEvents, faultsOf, median, ratioText } from '../../bench/count.mjs';
import { createRecorder, eventIds, requestBytes } from '../../bench/recorder.mjs';
import {
  type Result,
  renderChart,
  renderPage,
  type Surroundings,
  type TagResult,
  verdict,
} from '../../bench/render.mjs';

const scenario = { title: 'no fault, burst', tracked: 1000, lost: 0, duplicated: 0, requests: 2, bytes: 200_000 };

function result(name: string, changes: Partial<Result> = {}): Result {
  const times = { loopMs: 2, tasksMs: 30, longestTaskMs: 0, firstTokenMs: 5, exitMs: 1 };
  const size = { heapBytes: 1000, heapEvents: 10_000, gzipBytes: 20_000 };
  return {
    name,
    version: `${name}@1.0.0`,
    configuration: 'Defaults.',
    scenarios: [scenario],
    ...times,
    ...size,
    ...changes,
  };
}

const results = [
  result('usertoken'),
  result('search-insights', {
    loopMs: 200,
    longestTaskMs: 210,
    scenarios: [{ ...scenario, lost: 110, duplicated: 3, requests: 1000 }],
  }),
];

const tags: TagResult[] = [
  { name: 'aa.min.js', workMs: 5, tokenMs: 25, gzipBytes: 17_600 },
  { name: 'search-insights.min.js', workMs: 6.25, tokenMs: 20, gzipBytes: 4000 },
];

const surroundings: Surroundings = {
  cores: 2,
  processor: 'A processor',
  memoryBytes: 4 * 2 ** 30,
  system: 'Linux',
  chromium: '156.0',
  node: '20.0.0',
  loopCount: 1000,
  exitCount: 100,
  heapCount: 10_000,
};

const unpadded = (page: string) => page.replace(/ +/g, ' ');

describe('the counting of the benchmark', () => {
  it('counts an event that never arrived as lost, and each arrival after the first as a duplicate', () => {
    expect(countEvents(['a', 'b', 'c'], ['a', 'c', 'c', 'c'])).toEqual({ lost: 1, duplicated: 2 });
  });

  it('ignores arrivals that were not tracked', () => {
    expect(countEvents(['a'], ['x', 'a', 'x'])).toEqual({ lost: 0, duplicated: 0 });
  });

  it('takes the middle value as the median', () => {
    expect(median([30, 4, 100, 9, 5])).toBe(9);
  });

  it.each([
    ['Algolia', { events: [{ objectIDs: ['a'] }, { objectIDs: ['b'] }] }],
    ['Segment, batched', { batch: [{ properties: { id: 'a' } }, { properties: { id: 'b' } }] }],
    ['Snowplow', { schema: 'iglu:payload_data', data: [{ se_la: 'a' }, { se_la: 'b' }] }],
  ])('finds the ids of the events in a body of %s', (_, body) => {
    expect(eventIds(JSON.stringify(body))).toEqual(['a', 'b']);
  });

  it('finds the id in a single event of Segment', () => {
    expect(eventIds(JSON.stringify({ type: 'track', properties: { id: 'a' } }))).toEqual(['a']);
  });

  it.each(['', 'null', '[]', '{"events":1}', '{"type":"identify"}'])('finds no id in the body %j', (body) => {
    expect(eventIds(body)).toEqual([]);
  });

  it('counts the bytes of request line, headers and body', () => {
    const head = 'POST /1/events HTTP/1.1\r\nHost: shop\r\nAccept: */*\r\n\r\n';
    const rawHeaders = ['Host', 'shop', 'Accept', '*/*'];
    expect(requestBytes({ method: 'POST', url: '/1/events', rawHeaders }, 7)).toBe(head.length + 7);
  });
});

describe('the recorder of the benchmark', () => {
  let close = async (): Promise<unknown> => undefined;
  afterEach(() => close());

  async function recorder() {
    const started = await createRecorder();
    close = started.close;
    return started;
  }

  /** The status of the answer; 0 when there was none. */
  function post(origin: string, ids: string[]): Promise<number> {
    return new Promise((resolve) => {
      const sent = request(`${origin}/1/events`, { method: 'POST' }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', () => resolve(0));
      sent.end(JSON.stringify({ events: ids.map((id) => ({ objectIDs: [id] })) }));
    });
  }

  it('records every event of a request that it answers with 200, repeated ones too', async () => {
    const { origin, ...started } = await recorder();
    expect(started.arrivals).toEqual([]);
    expect([await post(origin, ['a']), await post(origin, ['a', 'b'])]).toEqual([200, 200]);
    expect(started.arrivals).toEqual(['a', 'a', 'b']);
  });

  it.each([
    [{ status: 503 }, 503],
    [{ status: 429, retryAfterSeconds: 2 }, 429],
    [{ drop: true }, 0],
  ])('counts a request that it answers with the fault %j, and records none of its events', async (fault, status) => {
    const started = await recorder();
    started.setFault(fault);
    expect(await post(started.origin, ['a'])).toBe(status);
    started.setFault(undefined);
    expect(await post(started.origin, ['b'])).toBe(200);
    expect(started.arrivals).toEqual(['b']);
    expect(started.requests).toBe(2);
  });
});

describe('the verdict and the pages of the benchmark', () => {
  it('passes when usertoken keeps all events and its time within the ratio', () => {
    expect(faultsOf(results, tags)).toEqual([]);
  });

  it.each([{ lost: 1 }, { duplicated: 1 }])('fails when usertoken has %j in a scenario', (change) => {
    const failed = result('usertoken', { scenarios: [{ ...scenario, ...change }] });
    expect(faultsOf([failed, results[1]!], tags)).toEqual([expect.stringContaining('no fault, burst')]);
  });

  it.each([5.1, Number.NaN])('fails when usertoken takes %d ms for the loop and search-insights 200 ms', (loopMs) => {
    expect(faultsOf([result('usertoken', { loopMs }), results[1]!], tags)).toEqual([expect.stringContaining('1/40')]);
  });

  it.each([6.26, Number.NaN])(
    'fails when our script tag takes %d ms to the first token and theirs 6.25 ms',
    (workMs) => {
      expect(faultsOf(results, [{ ...tags[0]!, workMs }, tags[1]!])).toEqual([expect.stringContaining('script tag')]);
    },
  );

  it('fails when one of the two libraries was not measured', () => {
    expect(faultsOf([results[0]!], tags)).toHaveLength(1);
  });

  it('states losses, duplicates, the ratio and each failure', () => {
    expect(verdict(results, tags)).toEqual([
      'usertoken lost 0 and duplicated 0 of 1000 events.',
      'Its main-thread time was 1/100 of what search-insights takes (goal: at most 1/40).',
      'Its script tag worked 5.0 ms until the first token, the one of search-insights 6.3 ms.',
    ]);
    const failed = result('usertoken', { scenarios: [{ ...scenario, lost: 2 }] });
    expect(verdict([failed, results[1]!], tags)).toContainEqual(expect.stringMatching(/^FAILED: /));
  });

  it('writes a ratio as a part of one', () => {
    expect([ratioText(1 / 40), ratioText(2 / 81)]).toEqual(['1/40', '1/40.5']);
  });

  it('the page has each figure of each library, with requests and bytes per 1000 events', () => {
    const half = { ...scenario, tracked: 500, requests: 3, bytes: 100_000 };
    const page = unpadded(renderPage([result('usertoken', { scenarios: [half] }), results[1]!], tags, surroundings));
    expect(page).toContain('| no fault, burst (500) | 0 / 0 | 110 / 3 |');
    expect(page).toContain('| no fault, burst (500) | 6 / 200.0 kB | 1000 / 200.0 kB |');
    expect(page).toContain('| longest task, ms | below 50 | 210 |');
    expect(page).toContain(
      '| work on the main thread, ms | 5.0 | 6.3 |\n| from the arrival of the script, ms | 25 | 20 |',
    );
    expect(page).toContain('`search-insights@1.0.0`: Defaults.');
    expect(page).toContain('2 cores (A processor), 4.0 GiB of memory, Linux, Chromium 156.0 headless, Node 20.0.0.');
  });

  it('the page and the chart show a second build, with its costs alone', () => {
    const both = [...results, result('usertoken/lite', { loopMs: 3, scenarios: [] })];
    const page = unpadded(renderPage(both, tags, surroundings));
    expect(page).toContain('| no fault, burst (1000) | 0 / 0 | 110 / 3 |');
    expect(page).toContain('| loop of 1000 tracks, ms | 2.0 | 200 | 3.0 |');
    const chart = renderChart(both, surroundings);
    for (const label of ['0 of 1000', '110 of 1000, 3 twice', '2.0 ms', '3.0 ms', '200 ms'])
      expect(chart).toContain(`>${label}</text>`);
  });
});
