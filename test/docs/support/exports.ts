import ts from 'typescript';
import { entries } from '../../../scripts/entries.mjs';
import { root } from './guide.js';

const program = ts.createProgram(
  Object.values(entries).map((source) => root + source),
  {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  },
);
const checker = program.getTypeChecker();

const docstringOf = (symbol: ts.Symbol) => ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim();

/** What an entry exports, types included. */
function exportsOf(source: string): { readonly name: string; readonly symbol: ts.Symbol }[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(root + source)!)!;
  return checker.getExportsOfModule(module).map((symbol) => ({
    name: symbol.name,
    symbol: symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
  }));
}

/** The names that an entry exports, types included, each with its docstring. */
export const publicNames = (source: string) =>
  exportsOf(source).map(({ name, symbol }) => ({ name, docstring: docstringOf(symbol) }));

/** `<interface>.<member>` for each member of an exported interface of the package that has no docstring. */
export const undocumentedMembers = (source: string): string[] =>
  exportsOf(source).flatMap(({ name, symbol }) => {
    const [declaration] = symbol.declarations ?? [];
    if (
      !declaration ||
      !ts.isInterfaceDeclaration(declaration) ||
      !declaration.getSourceFile().fileName.startsWith(root)
    )
      return [];
    return declaration.members
      .filter((member) => {
        const own = member.name && checker.getSymbolAtLocation(member.name);
        // A member whose name says it all may have its default alone.
        const isSaid = !own || docstringOf(own) !== '' || own.getJsDocTags(checker).length > 0;
        // One that can only be one literal is explained by it.
        return !isSaid && !checker.getTypeOfSymbol(own).isLiteral();
      })
      .map((member) => `${name}.${member.name!.getText()}`);
  });

function typeOf(name: string): ts.Type {
  const symbol = exportsOf(entries.index).find((each) => each.name === name)?.symbol;
  if (!symbol) throw new Error(`${name} is not exported`);
  return checker.getDeclaredTypeOfSymbol(symbol);
}

/** The names of the fields of an interface that `usertoken` exports. */
export const fieldsOf = (typeName: string): string[] =>
  typeOf(typeName)
    .getProperties()
    .map(({ name }) => name);

/** The literals that a field of an interface that `usertoken` exports can have. */
export function literalsOf(typeName: string, field: string): string[] {
  const union = checker.getTypeOfSymbol(typeOf(typeName).getProperty(field)!) as ts.UnionType;
  return union.types.map((each) => (each as ts.StringLiteralType).value);
}
