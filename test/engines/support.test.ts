import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderSupport } from '../../scripts/generate-support.mjs';
import { lacks, topicTitles } from './support.js';

// Counts, versions and the spaces that align them change from run to run.
const structureOf = (page: string) =>
  page
    .replace(/\d+(\.\d+)*/g, '0')
    .replace(/ +/g, ' ')
    .replace(/-+/g, '-');

test('docs/support.md has the topics, engines and gaps that the suite has now; npm run docs:support writes it', async () => {
  const topics = Object.fromEntries(topicTitles.map((title) => [title, { tests: 0, assertions: 0 }]));
  const record = { version: '0', isComplete: true, topics };
  const records = Object.fromEntries(Object.keys(lacks).map((name) => [name, record]));
  const page = readFileSync(new URL('../../docs/support.md', import.meta.url), 'utf8');
  expect(structureOf(page)).toBe(structureOf(await renderSupport(records)));
});

test('no topic of docs/support.md is without assertions in any engine', () => {
  const page = readFileSync(new URL('../../docs/support.md', import.meta.url), 'utf8');
  const counts = [...page.matchAll(/(\d+) in (\d+) tests/g)].map(([, assertions]) => Number(assertions));
  expect(counts).toHaveLength(topicTitles.length * Object.keys(lacks).length);
  expect(Math.min(...counts)).toBeGreaterThan(0);
});
