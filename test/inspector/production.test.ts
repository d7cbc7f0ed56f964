import { expect, it } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { bundle } from '../docs/support/bundle.js';

/** What only the inspector's package, its viewer's address or the exporter would bring into a bundle. */
const traces = /statelyai|stately\.ai\/(inspect|registry)|createBrowserInspector|xstateinspector|partysocket/i;

const importOf = (entry: string) => `export * from '${entry === 'index' ? 'usertoken' : `usertoken/${entry}`}';`;
const frameworks = [
  'vue',
  'svelte',
  'react',
  '@angular/core',
  'next',
  'next/*',
  'h3',
  '#imports',
  'nuxt/*',
  '#usertoken/*',
];

it.each(Object.keys(entries).filter((entry) => entry !== 'testing'))(
  'a bundle of the entry %s has nothing of it',
  async (entry) => {
    expect(await bundle(importOf(entry), 'browser', frameworks)).not.toMatch(traces);
  },
);

it('a bundle that has it would be noticed', async () => {
  expect(
    await bundle("import { createBrowserInspector } from '@statelyai/inspect'; createBrowserInspector();", 'browser'),
  ).toMatch(traces);
});
