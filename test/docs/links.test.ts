import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { guidePages, proseOf, root } from './support/guide.js';

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  const text = heading.replace(/`|\[|\]\([^)]*\)/g, '').trim();
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}

function anchorsIn(text: string): Set<string> {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
  return new Set([...prose.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

/** Links of a page that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
  return links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file, anchor] = link.split('#');
    const target = file ? join(root, dirname(path), file) : join(root, path);
    if (file && !existsSync(target)) return true;
    return anchor !== undefined && !anchorsIn(file ? readFileSync(target, 'utf8') : text).has(anchor);
  });
}

it.each(guidePages().map((page) => [page.path, page] as const))('%s has no broken link', (path, page) => {
  expect(brokenLinks(path, proseOf(page))).toEqual([]);
});

it('a link to a missing file or heading counts as broken', () => {
  const text = '# One thing\n[a](none.md) [b](#one-thing) [c](#two) [d](../README.md) [e](https://example.com/)';
  expect(brokenLinks('docs/page.md', text)).toEqual(['none.md', '#two']);
});

it('addresses of the script tag name the current version of the package', () => {
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
  const named = guidePages().flatMap(({ text }) =>
    [...text.matchAll(/\/usertoken@([^/]+)\//g)].map(([, found]) => found),
  );
  expect(new Set(named)).toEqual(new Set([version]));
});
