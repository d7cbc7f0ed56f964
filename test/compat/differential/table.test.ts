import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { loadingRuleIds, ruleIds } from './support/rules.js';

it('the rules are those that docs/from-search-insights.md lists', async () => {
  const text = await readFile('docs/from-search-insights.md', 'utf8');
  const [, section = ''] = text.split('\n## Differences on purpose\n');
  const rows = section.split('\n## ')[0]!.split('\n');
  const named = rows.flatMap((row) => /^- \*\*`([a-z-]+)`\*\*/.exec(row)?.[1] ?? []);
  expect(named.sort()).toEqual([...ruleIds, ...loadingRuleIds].sort());
});
