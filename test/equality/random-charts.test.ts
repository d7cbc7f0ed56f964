import fc from 'fast-check';
import { it } from 'vitest';
import { compareMany, expectSame, scripts } from './support/compare.js';
import { eventTypes, type Input, onRuntime, onXState } from './support/random-chart.js';
import type { Op } from './support/trace.js';

const runs = 10_000;

const events = fc.constantFrom(...eventTypes, ...eventTypes, 'unknown').map((type) => ({ type }));
const script = scripts<Input>(
  events,
  fc.record({ n: fc.nat(4) }),
  { probes: eventTypes.slice(0, 2).map((type) => ({ type })), emits: ['counted', 'told'] },
  {
    ops: [
      { weight: 3, arbitrary: fc.nat(3).map((value): Op => ({ do: 'resolve', value })) },
      { weight: 1, arbitrary: fc.constant<Op>({ do: 'reject', value: 'rejected' }) },
      {
        weight: 2,
        arbitrary: fc
          .record({ flag: fc.constantFrom('isFlagged', 'isAllowed'), to: fc.boolean() })
          .map((set): Op => ({ do: 'set', ...set })),
      },
    ],
  },
);

it(`${runs} random charts, a random sequence each, do the same on XState and compiled`, () =>
  compareMany(fc.record({ seed: fc.integer({ min: 1 }), script }), runs, async ({ seed, script }) =>
    expectSame(onXState(seed), await onRuntime(seed), script),
  ));
