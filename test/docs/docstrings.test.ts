import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicNames, undocumentedMembers } from './support/exports.js';
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

describe('public names', () => {
  it('have a docstring each', () => {
    const names = publicNames();
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter(({ docstring }) => docstring.trim() === '').map(({ name }) => name)).toEqual([]);
  });
});

it('members of public interfaces have a docstring each', () => {
  expect([...new Set(undocumentedMembers())]).toEqual([]);
});

describe('the guide', () => {
  it.each(guidePages().map((page) => [page.path, page] as const))('has no broken link in %s', (path, page) => {
    expect(brokenLinks(path, proseOf(page))).toEqual([]);
  });

  it('would be found to have a broken link', () => {
    const text = '# One thing\n[a](none.md) [b](#one-thing) [c](#two) [d](../README.md) [e](https://example.com/)';
    expect(brokenLinks('docs/page.md', text)).toEqual(['none.md', '#two']);
  });
});
