import fc from 'fast-check';
import { expect } from 'vitest';
import { type Op, type Script, type Start, type Surprise, trace } from './trace.js';

/** Names the sequences: a failure prints it, with the path to the one that failed. */
const seed = Number(process.env.SEED ?? 20_261_130);

/** Runs `runs` random cases with {@link expectSame}, and expects that each of them was compared and had something to say.
 * @param compare Compares one case. Returns the number of lines in its trace. */
export async function compareMany<Case>(
  cases: fc.Arbitrary<Case>,
  runs: number,
  compare: (item: Case) => Promise<number>,
): Promise<void> {
  let compared = 0;
  let lines = 0;
  const property = fc.asyncProperty(cases, async (item) => {
    lines += await compare(item);
    compared += 1;
  });
  await fc.assert(property, { numRuns: runs, seed });
  expect(compared).toBe(runs);
  expect(lines).toBeGreaterThan(runs * 20);
}

/** Runs a script on XState and on the runtime and expects the same lines.
 * @returns How many there were. */
export async function expectSame<Input>(
  onXState: Start<Input>,
  onRuntime: Start<Input>,
  script: Script<Input>,
): Promise<number> {
  const [expected, actual] = [await trace(onXState, script), await trace(onRuntime, script)];
  // Cheaper than a matcher, which is for the one that fails.
  if (expected.join('\n') !== actual.join('\n')) expect(actual).toEqual(expected);
  return expected.length;
}

/** Scripts of up to some 20 ops, with a few surprises in some of them. */
export function scripts<Input>(
  events: fc.Arbitrary<{ readonly type: string }>,
  input: fc.Arbitrary<Input>,
  rest: Pick<Script, 'probes' | 'emits'>,
  { ops = [] as fc.WeightedArbitrary<Op>[], waits = [0, 5, 10, 25, 100] } = {},
): fc.Arbitrary<Script<Input>> {
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
      { weight: 2, arbitrary: fc.constant<Surprise['does']>('throw') },
      { weight: 1, arbitrary: fc.constant<Surprise['does']>('stop') },
    ),
  });
  return fc
    .record({
      during: fc.array(op, { maxLength: 14 }),
      after: fc.option(fc.array(op, { maxLength: 3 }), { freq: 2 }),
      surprises: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(surprise, { maxLength: 3 }) },
      ),
      input,
    })
    .map(({ during, after, surprises, input }) => ({
      ops: [...during, ...(after ? ([{ do: 'stop' }, ...after] as Op[]) : [])],
      surprises,
      input,
      ...rest,
    }));
}
