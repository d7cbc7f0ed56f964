import fc from 'fast-check';
import { expect } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { type Interpreter, original, subset } from './interpreters.js';
import { type Op, type Probe, type Script, type Surprise, trace } from './trace.js';

/** Runs a script on both interpreters and expects the same lines.
 * @returns How many there were. */
export async function expectSame(
  machineFor: (interpreter: Interpreter, probe: Probe) => AnyStateMachine,
  script: Script,
): Promise<number> {
  const [expected, actual] = [
    await trace(original.kit, (probe) => machineFor(original, probe), script),
    await trace(subset.kit, (probe) => machineFor(subset, probe), script),
  ];
  // Cheaper than a matcher, which is for the one that fails.
  if (expected.join('\n') !== actual.join('\n')) expect(actual).toEqual(expected);
  return expected.length;
}

/** Scripts of up to some 20 ops on a machine that starts soon, with a few surprises in some of them. */
export function scripts(
  events: fc.Arbitrary<{ readonly type: string }>,
  rest: Pick<Script, 'probes' | 'emits'>,
  { input = fc.constant<unknown>(undefined), ops = [] as fc.WeightedArbitrary<Op>[], waits = [0, 5, 10, 25, 100] } = {},
): fc.Arbitrary<Script> {
  const op = fc.oneof(
    { weight: 10, arbitrary: events.map((event): Op => ({ do: 'send', event })) },
    { weight: 3, arbitrary: fc.constantFrom(...waits).map((ms): Op => ({ do: 'wait', ms })) },
    { weight: 1, arbitrary: fc.constantFrom<Op>({ do: 'subscribe' }, { do: 'unsubscribe' }) },
    ...ops,
  );
  const surprise: fc.Arbitrary<Surprise> = fc.record({
    call: fc.integer({ min: 1, max: 60 }),
    does: fc.oneof(
      { weight: 3, arbitrary: events.map((send) => ({ send })) },
      { weight: 1, arbitrary: fc.constant<Surprise['does']>('throw') },
      { weight: 1, arbitrary: fc.constant<Surprise['does']>('stop') },
    ),
  });
  return fc
    .record({
      before: fc.array(op, { maxLength: 2 }),
      during: fc.array(op, { maxLength: 12 }),
      after: fc.option(fc.array(op, { maxLength: 3 }), { freq: 2 }),
      surprises: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(surprise, { maxLength: 3 }) },
      ),
      input,
    })
    .map(({ before, during, after, surprises, input }) => ({
      ops: [...before, { do: 'start' }, ...during, ...(after ? ([{ do: 'stop' }, ...after] as Op[]) : [])],
      surprises,
      input,
      ...rest,
    }));
}
