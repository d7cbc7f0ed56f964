import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { literalsOf, membersOf } from './support/exports.js';
import { root } from './support/guide.js';

/** First cells of the table whose head begins with `title`, with the whole rows. */
function rowsOf(path: string, title: string): Map<string, string> {
  const lines = readFileSync(root + path, 'utf8').split('\n');
  const head = lines.findIndex((line) => new RegExp(`^\\| ${title} +\\|`).test(line));
  if (head < 0) throw new Error(`${path} has no table of ${title}`);
  const after = lines.slice(head + 2);
  const end = after.findIndex((line) => !line.startsWith('|'));
  const rows = after.slice(0, end < 0 ? undefined : end);
  return new Map(rows.map((row) => [/^\| `([^`]+)`/.exec(row)?.[1] ?? row, row]));
}

const names = (members: readonly { readonly name: string }[]) => members.map(({ name }) => name).sort();
const firsts = (rows: ReadonlyMap<string, string>) => [...rows.keys()].sort();

/** The literal at the beginning of a `@default`: `'session'`, `250`, `true`. */
const literalIn = (text: string) => /^('[^']*'|[\d_]+|true|false)(?=$|[\s,(])/.exec(text)?.[1]?.replaceAll('_', '');

describe.each([
  ['options of createUserToken', 'README.md', 'option', 'UserTokenOptions'],
  ['cookie options', 'docs/tokens.md', 'cookie option', 'CookieOptions'],
])('the table of %s', (_, path, title, type) => {
  it('has each of them, and no other', () => {
    expect(firsts(rowsOf(path, title))).toEqual(names(membersOf(type)));
  });

  it('has the defaults that the docstrings name', () => {
    const rows = rowsOf(path, title);
    const defaults = membersOf(type).map(({ name, defaultText }) => [name, literalIn(defaultText)] as const);
    const missing = defaults.filter(
      ([name, literal]) => literal && !rows.get(name)?.replaceAll('_', '').includes(literal.replaceAll('_', '')),
    );
    expect(defaults.filter(([, literal]) => literal).length).toBeGreaterThan(2);
    expect(missing).toEqual([]);
  });
});

describe('the tables of reasons', () => {
  it('have each reason why a token is refused', () => {
    expect(firsts(rowsOf('docs/tokens.md', 'reason'))).toEqual(names(membersOf('TokenReason')));
  });

  it('have each reason why an event is dropped', () => {
    expect(firsts(rowsOf('docs/delivery.md', 'reason'))).toEqual(names(membersOf('DropReason')));
  });

  it('have each notice', () => {
    expect(firsts(rowsOf('docs/delivery.md', 'notice'))).toEqual(literalsOf('Notice', 'code').sort());
  });
});

describe('README.md', () => {
  const readme = readFileSync(`${root}README.md`, 'utf8');

  it('says how to run and how to test', () => {
    expect(readme).toContain('npm ci && npm start');
    expect(readme).toContain('npm ci && npm test');
  });

  it('makes no promise without naming its limits right below', () => {
    const lines = readme.split('\n');
    const promise = lines.findIndex((line) => line.startsWith('> Every event that `track` accepts'));
    const limits = lines.findIndex((line) => line.includes('falls short of this promise'));
    expect(promise).toBeGreaterThan(0);
    expect(limits).toBeGreaterThan(promise);
    expect(limits - promise).toBeLessThan(20);
  });
});
