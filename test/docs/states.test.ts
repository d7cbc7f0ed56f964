import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { root } from './support/guide.js';

it('docs/states.md is what npm run docs:states writes for the current machines', () => {
  const script = `${root}scripts/generate-states.mjs`;
  const generated = execFileSync(process.execPath, [script, '--print'], { encoding: 'utf8' });
  expect(readFileSync(`${root}docs/states.md`, 'utf8')).toBe(generated);
});
