import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from './support/guide.js';

// The command fails over budget; what it prints counts here.
const { stdout } = spawnSync(process.execPath, [`${root}scripts/size.mjs`], { encoding: 'utf8' });
const measured = [...stdout.matchAll(/^(usertoken\S*|dist\/\S+)( with xstate)? +\d+ +(\d+) /gm)].map(
  ([, entry, inside, gzip]) => ({
    row: `\`${entry}\`, ${/lite|dist/.test(entry!) ? 'subset inside' : inside ? 'XState inside' : 'XState external'}`,
    gzip: Number(gzip),
  }),
);
const read = (path: string) => readFileSync(root + path, 'utf8');

/** How far a figure is from what is measured, as a ratio. */
const errorOf = (figure: number, gzip: number) => Math.abs(figure / gzip - 1);

describe('the size', () => {
  it('is in docs/decisions.md within 2 percent, for each entry that goes into a page', () => {
    const pages = measured.filter(({ row }) => !row.includes('/testing'));
    expect(pages.length).toBeGreaterThan(3);
    for (const { row, gzip } of pages) {
      const cells =
        read('docs/decisions.md')
          .split('\n')
          .find((line) => line.startsWith(`| ${row} `))
          ?.split('|') ?? [];
      expect(errorOf(Number(cells[2]?.replace(',', '')), gzip), `${row}: ${gzip}`).toBeLessThan(0.02);
    }
  });

  it('of the entry usertoken is in README.md within 2 percent, in kB', () => {
    const figure = Number(/The entry `usertoken` weighs ([\d.]+) kB/.exec(read('README.md'))?.[1]);
    expect(errorOf(figure * 1000, measured[0]!.gzip), `${measured[0]!.gzip}`).toBeLessThan(0.02);
  });
});
