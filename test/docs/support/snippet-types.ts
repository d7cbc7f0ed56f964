import ts from 'typescript';
import { entries } from '../../../scripts/entries.mjs';
import { root, type Snippet } from './guide.js';

const specifierOf = (entry: string) => (entry === 'index' ? 'usertoken' : `usertoken/${entry}`);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  strict: true,
  // Snippets are pasted into JavaScript as well.
  noImplicitAny: false,
  exactOptionalPropertyTypes: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  skipLibCheck: true,
  noEmit: true,
  baseUrl: root,
  paths: Object.fromEntries(Object.entries(entries).map(([entry, path]) => [specifierOf(entry), [`./${path}`]])),
};

/** Type-checks snippets against the source, each as a module of its own.
 * @returns What the compiler says, each line with the place in the guide. */
export function typeErrorsOf(snippets: readonly Snippet[]): string[] {
  const files = new Map(snippets.map((snippet, index) => [`${root}test/docs/snippet-${index}.ts`, snippet]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists(name);
  host.readFile = (name) => files.get(name)?.code ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const snippet = files.get(name);
    return snippet
      ? ts.createSourceFile(name, snippet.code, languageVersion, true)
      : getSourceFile(name, languageVersion, ...rest);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start, messageText }) => {
    const snippet = files.get(file?.fileName ?? '');
    if (!snippet || !file) return [];
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line;
    const said = ts.flattenDiagnosticMessageText(messageText, '\n');
    return [`${snippet.at} + ${line} lines: ${said}`];
  });
}
