import fc from 'fast-check';
import { expect, it } from 'vitest';
import { chartFrom, eventTypes } from './support/charts.js';
import { expectSame, scripts } from './support/compare.js';
import type { Op } from './support/trace.js';

const runs = 9_000;

const events = fc.constantFrom(...eventTypes, ...eventTypes, 'unknown').map((type) => ({ type }));
const ops: fc.WeightedArbitrary<Op>[] = [
  { weight: 3, arbitrary: fc.nat(3).map((value): Op => ({ do: 'resolve', value })) },
  { weight: 1, arbitrary: fc.constant<Op>({ do: 'reject', value: 'rejected' }) },
];
const script = scripts(
  events,
  { probes: eventTypes.slice(0, 2).map((type) => ({ type })), emits: ['count', 'fixed', '*'] },
  { input: fc.record({ n: fc.nat(4) }), ops },
);

it(`random charts: the same in ${runs} of them, with a random sequence each`, async () => {
  let lines = 0;
  const chart = fc.record({ seed: fc.integer({ min: 1 }), depth: fc.integer({ min: 1, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(chart, script, async ({ seed, depth }, script) => {
      lines += await expectSame(chartFrom(seed, depth), script);
    }),
    { numRuns: runs },
  );
  expect(lines).toBeGreaterThan(runs * 20);
});
