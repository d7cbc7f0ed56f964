import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differ } from './support/differ.js';
import { scriptOf } from './support/libraries.js';
import { ruleIds, tally } from './support/rules.js';
import { sequence } from './support/steps.js';

/** Another seed runs other sequences. */
const seed = Number(process.env.SEED ?? 20_260_821);
const count = Number(process.env.SEQUENCES ?? 2_200);

describe(`${count} sequences of calls`, () => {
  it('differ from search-insights in nothing but what the rules say, and each rule matches', async () => {
    const [ours, theirsForPages, theirsForNode] = await Promise.all([
      scriptOf('ours'),
      scriptOf('theirsForPages'),
      scriptOf('theirsForNode'),
    ]);
    const { counts, hit } = tally();
    const differencesOf = differ({ ours, theirsForPages, theirsForNode });
    await fc.assert(
      fc.asyncProperty(sequence, async (each) => {
        expect(await differencesOf(each, hit)).toEqual([]);
      }),
      { numRuns: count, seed },
    );
    const rows = ruleIds.map((id) => ({ rule: id, matches: counts.get(id) ?? 0 }));
    console.table(rows);
    expect(rows.filter(({ matches }) => matches === 0)).toEqual([]);
    expect([...counts.keys()].filter((id) => !(ruleIds as readonly string[]).includes(id))).toEqual([]);
  });
});
