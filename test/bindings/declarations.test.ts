import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { entries } from '../../scripts/entries.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const frameworks = { vue: 'vue', svelte: 'svelte', angular: '@angular/core', react: 'react' } as const;

/** The declarations of all entries, by the path of their source. */
function emitDeclarations(): ReadonlyMap<string, string> {
  const declarations = new Map<string, string>();
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, ts.sys.readFile);
  const program = ts.createProgram(
    Object.values(entries).map((source) => root + source),
    {
      ...ts.convertCompilerOptionsFromJson(config.compilerOptions, root).options,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: ['node'],
      declaration: true,
      emitDeclarationOnly: true,
    },
  );
  program.emit(undefined, (_, text, __, ___, sources) => void declarations.set(sources![0]!.fileName, text));
  return declarations;
}

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
