import ts from 'typescript';
import { entries } from '../../../scripts/entries.mjs';
import { userModule } from './bundle.js';
import { root, type Snippet } from './guide.js';

const specifierOf = (entry: string) => (entry === 'index' ? 'usertoken' : `usertoken/${entry}`);

const frameworks = `${root}test/docs/support/frameworks.d.ts`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  types: ['node'],
  jsx: ts.JsxEmit.ReactJSX,
  strict: true,
  // Whoever pastes a snippet may have stricter options than most.
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  moduleDetection: ts.ModuleDetectionKind.Force,
  skipLibCheck: true,
  noEmit: true,
  baseUrl: root,
  paths: Object.fromEntries(Object.entries(entries).map(([entry, path]) => [specifierOf(entry), [`./${path}`]])),
};

const fileOf = ({ language }: Snippet, index: number) =>
  `${root}test/docs/snippet-${index}.${language === 'tsx' ? 'tsx' : 'ts'}`;

/** Type-checks snippets against the source, each as a module of its own.
 * @returns What the compiler says, each line with the place in the guide. */
export function typeErrorsOf(snippets: readonly Snippet[]): string[] {
  const files = new Map(snippets.map((snippet, index) => [fileOf(snippet, index), snippet]));
  const texts = new Map([...files].map(([name, { code }]) => [name, code]));
  texts.set(`${root}test/docs/user-token.ts`, userModule);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile(name, languageVersion, ...rest)
      : ts.createSourceFile(name, text, languageVersion, true);
  };
  const program = ts.createProgram([...files.keys(), frameworks], options, host);
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start, messageText }) => {
    const snippet = files.get(file?.fileName ?? '');
    if (!snippet || !file) return [];
    const line = file.getLineAndCharacterOfPosition(start ?? 0).line;
    const said = ts.flattenDiagnosticMessageText(messageText, '\n');
    return [`${snippet.at} + ${line} lines: ${said}`];
  });
}
