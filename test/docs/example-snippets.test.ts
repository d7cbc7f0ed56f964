import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { guidePages, isFromExample, root, type Snippet, snippetsOf } from './support/guide.js';

/** The lines between `#region name` and the next `#endregion`, without the indentation that they share, or the whole text. */
function regionOf(text: string, name?: string): string | undefined {
  if (!name) return text.trim();
  const lines = text.split('\n');
  const start = lines.findIndex((line) => new RegExp(`#region ${name}\\b`).test(line));
  const end = lines.findIndex((line, index) => index > start && line.includes('#endregion'));
  if (start < 0 || end < 0) return undefined;
  const inside = lines.slice(start + 1, end);
  const indent = Math.min(...inside.filter((line) => line.trim()).map((line) => line.search(/\S/)));
  return inside
    .map((line) => line.slice(indent))
    .join('\n')
    .trim();
}

/** The file that a snippet names, and the region if it is not all of it: `from=examples/vue/src/main.ts#provide`. */
const originOf = ({ flags }: Snippet) =>
  flags
    .find((flag) => flag.startsWith('from='))!
    .slice(5)
    .split('#') as [file: string, region?: string];

const snippets = guidePages().flatMap(snippetsOf).filter(isFromExample);

it.each(snippets.map((each) => [each.at, each] as const))('the snippet at %s is the code of the example', (_, each) => {
  const [file, region] = originOf(each);
  expect(each.code).toBe(regionOf(readFileSync(root + file, 'utf8'), region));
});

it('a region is the code between its marks without their indentation, and a missing one is found to be missing', () => {
  const text = 'a\n  // #region one\n  b(\n    c,\n  );\n  // #endregion\nd';
  expect(regionOf(text, 'one')).toBe('b(\n  c,\n);');
  expect(regionOf(text, 'on')).toBeUndefined();
  expect(regionOf(text, 'two')).toBeUndefined();
  expect(regionOf(text)).toBe(text);
});
