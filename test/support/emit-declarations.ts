import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { entries } from '../../scripts/entries.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The declarations of entries and of all that they import, by the path of their source. */
export function emitDeclarations(
  names = Object.keys(entries) as readonly (keyof typeof entries)[],
): ReadonlyMap<string, string> {
  const declarations = new Map<string, string>();
  const { config } = ts.readConfigFile(`${root}tsconfig.base.json`, ts.sys.readFile);
  const program = ts.createProgram(
    names.map((name) => root + entries[name]),
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
