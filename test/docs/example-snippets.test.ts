import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guidePages, isFromExample, root, type Snippet, snippetsOf } from './support/guide.js';

const read = (path: string) => readFileSync(root + path, 'utf8');

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

/** The file and the region that a snippet names: `from=examples/vue/src/Shop.vue#use`, or the file alone. */
const originOf = ({ flags }: Snippet) =>
  flags
    .find((flag) => flag.startsWith('from='))!
    .slice(5)
    .split('#') as [file: string, region?: string];

const pages = guidePages().map((page) => ({ ...page, snippets: snippetsOf(page) }));
const fromExamples = pages.flatMap(({ snippets }) => snippets.filter(isFromExample));
const folders = readdirSync(`${root}examples`);
const frameworks = ['vue', 'svelte', 'angular', 'react'];

describe('a snippet of an example', () => {
  it.each(fromExamples.map((each) => [each.at, each] as const))('at %s is the code of the example', (_, each) => {
    const [file, region] = originOf(each);
    expect(each.code).toBe(regionOf(read(file), region));
  });

  it('comes from its own framework in each framework guide, and only the session is shown in addition', () => {
    for (const framework of frameworks) {
      const { snippets } = pages.find(({ path }) => path === `docs/${framework}.md`)!;
      const others = snippets.filter((each) => !isFromExample(each) && each.language !== 'sh');
      expect(others.map(({ code }) => code)).toEqual([expect.stringContaining('user.sync(')]);
      const files = snippets.filter(isFromExample).map((each) => originOf(each)[0]);
      expect(files.length).toBeGreaterThan(4);
      expect(
        files.filter((file) => !file.startsWith(`examples/${framework}/`) && !file.startsWith('examples/shared/')),
      ).toEqual([]);
    }
  });

  it('would be found to be stale, or to name what is not there', () => {
    const text = 'a\n  // #region one\n  b(\n    c,\n  );\n  // #endregion\nd';
    expect(regionOf(text, 'one')).toBe('b(\n  c,\n);');
    expect(regionOf(text, 'on')).toBeUndefined();
    expect(regionOf(text, 'two')).toBeUndefined();
    expect(regionOf(text)).toBe(text);
  });
});

describe('the examples', () => {
  it('have no region that no guide shows', () => {
    const shown = fromExamples.map((each) => originOf(each).join('#'));
    const regions = folders.flatMap((folder) =>
      readdirSync(`${root}examples/${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(tsx?|vue|svelte|html|js)$/.test(name) && !/node_modules|dist/.test(name))
        .map((name) => `examples/${folder}/${name}`)
        .flatMap((path) => [...read(path).matchAll(/#region (\w+)/g)].map(([, name]) => `${path}#${name}`)),
    );
    expect(regions.filter((region) => !shown.includes(region))).toEqual([]);
  });

  it('have a README of five lines each', () => {
    for (const folder of folders) expect(read(`examples/${folder}/README.md`).trim().split('\n')).toHaveLength(5);
  });
});
