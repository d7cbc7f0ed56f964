import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = readFileSync(`${root}/docs/security.md`, 'utf8');

/** The rows of the table of threats: what it is, the test's file, the beginning of its title. */
const threats = guide
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (threat|-)/.test(line))
  .map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.trim()),
  )
  .map(([threat, , named = '']) => {
    const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(named) ?? [];
    return { threat: threat!, file, title };
  });

/** Whether a file has a test of which the title begins so. */
function hasTest(file: string, title: string): boolean {
  const path = `${root}/test/${file}`;
  if (!existsSync(path)) return false;
  const begins = title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const before = '(?:(?:test|it|run|fuzz)(?:\\.fails)?\\(|^\\s+|^\\]\\)\\()';
  return new RegExp(`${before}['"\`]${begins}`, 'm').test(readFileSync(path, 'utf8'));
}

test('every threat of the guide names a test that exists', () => {
  expect(threats.length).toBeGreaterThan(20);
  expect(threats.filter(({ file, title }) => !title || !hasTest(file, title))).toEqual([]);
  expect(hasTest('hostile/leaks.test.ts', 'a million instances')).toBe(false);
  expect(hasTest('hostile/none.test.ts', 'a thousand instances')).toBe(false);
});

test('every file of hostile tests and of fuzzing is named by a threat, or shows what the guide says beside them', () => {
  const files = ['hostile', 'fuzz'].flatMap((folder) =>
    readdirSync(`${root}/test/${folder}`)
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const named = new Set(threats.map(({ file }) => file));
  const beside = ['hostile/threats.test.ts', 'hostile/gpc.test.ts'];
  expect(files.filter((file) => !named.has(file) && !beside.includes(file))).toEqual([]);
});
