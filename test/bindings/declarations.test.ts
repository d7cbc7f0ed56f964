import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { entries } from '../../scripts/entries.mjs';
import { emitDeclarations } from '../support/emit-declarations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const frameworks = { vue: 'vue', svelte: 'svelte', angular: '@angular/core', react: 'react', next: 'react' } as const;

const declarations = emitDeclarations();

/** Packages that an entry's declarations name, directly or through other declarations of this package. */
function packagesOf(source: string, seen = new Set<string>()): Set<string> {
  seen.add(source);
  const { importedFiles } = ts.preProcessFile(declarations.get(source)!);
  return new Set(
    importedFiles.flatMap(({ fileName }) => {
      if (!fileName.startsWith('.')) return [fileName];
      const target = new URL(fileName.replace(/\.js$/, '.ts'), `file://${source}`).pathname;
      return seen.has(target) ? [] : [...packagesOf(target, seen)];
    }),
  );
}

const namesOf = (entry: string) => [...packagesOf(root + entries[entry as keyof typeof entries])];

const frameworksOf = (entry: string) => namesOf(entry).filter((name) => /vue|svelte|angular|react/.test(name));

test.each(Object.entries(frameworks))('the declarations of usertoken/%s name no other framework', (entry, own) => {
  expect(namesOf(entry)).toContain('xstate');
  expect(frameworksOf(entry).filter((name) => name !== own)).toEqual([]);
});

test.each(Object.keys(entries).filter((entry) => !(entry in frameworks)))(
  'the declarations of %s name none',
  (entry) => {
    expect(frameworksOf(entry)).toEqual([]);
  },
);

test('a framework that is named would be found', () => {
  expect(['vue', 'angular', 'react'].map(frameworksOf)).toEqual([['vue'], ['@angular/core'], ['react']]);
});
