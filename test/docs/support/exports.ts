import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { root } from './guide.js';

const entry = `${root}src/index.ts`;
const machines = `${root}machines/index.ts`;
const server = `${root}src/server/index.ts`;
const testing = `${root}src/testing/index.ts`;
const program = ts.createProgram([entry, machines, server, testing, `${root}src/options.ts`], {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
});
const checker = program.getTypeChecker();

function resolved(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function exportsOf(file: string): ts.Symbol[] {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file)!);
  return checker.getExportsOfModule(module!);
}

/** Names exported by `usertoken` and `usertoken/machines`, each with its docstring. */
export function publicNames(): { readonly name: string; readonly docstring: string }[] {
  return [entry, machines].flatMap(exportsOf).map((symbol) => ({
    name: symbol.name,
    docstring: ts.displayPartsToString(resolved(symbol).getDocumentationComment(checker)),
  }));
}

/** `<interface>.<member>` for each member of an exported interface of the package that has no docstring. */
export function undocumentedMembers(): string[] {
  return [entry, machines, server, testing].flatMap(exportsOf).flatMap((symbol) => {
    const [declaration] = resolved(symbol).declarations ?? [];
    if (!declaration || !ts.isInterfaceDeclaration(declaration)) return [];
    return declaration.members
      .filter((member) => {
        const own = member.name && checker.getSymbolAtLocation(member.name);
        const isSaid = !own || ts.displayPartsToString(own.getDocumentationComment(checker)) !== '' || isTagged(own);
        // One that can only be one literal is explained by it.
        return !isSaid && !checker.getTypeOfSymbol(own).isLiteral();
      })
      .map((member) => `${symbol.name}.${member.name!.getText()}`);
  });
}

/** A member whose name says it all may have its default alone. */
const isTagged = (symbol: ts.Symbol) => symbol.getJsDocTags(checker).length > 0;

/** The members of an exported type: fields of an interface with the text of `@default`, or literals of a union. */
export function membersOf(typeName: string): { readonly name: string; readonly defaultText: string }[] {
  const symbol = [entry, machines].flatMap(exportsOf).find(({ name }) => name === typeName);
  if (!symbol) throw new Error(`${typeName} is not exported`);
  const type = checker.getDeclaredTypeOfSymbol(resolved(symbol));
  const literals = type.isUnion() ? type.types : [type];
  if (literals.every((each) => each.isStringLiteral())) {
    return literals.map((each) => ({ name: (each as ts.StringLiteralType).value, defaultText: '' }));
  }
  return type.getProperties().map((property) => {
    const tag = property.getJsDocTags(checker).find(({ name }) => name === 'default');
    return { name: property.name, defaultText: ts.displayPartsToString(tag?.text) };
  });
}

/** The literals that a field of an exported interface can have. */
export function literalsOf(typeName: string, field: string): string[] {
  const symbol = [entry, machines].flatMap(exportsOf).find(({ name }) => name === typeName)!;
  const property = checker.getDeclaredTypeOfSymbol(resolved(symbol)).getProperty(field)!;
  const type = checker.getTypeOfSymbol(property);
  return (type as ts.UnionType).types.map((each) => (each as ts.StringLiteralType).value);
}

/** The keys of the object that a variable of a source file begins as. */
export function keysOf(path: string, variable: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(root + path, 'utf8'), ts.ScriptTarget.ES2022, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const object = ts.isVariableDeclaration(node) && node.name.getText() === variable ? node.initializer : undefined;
    if (object && ts.isObjectLiteralExpression(object)) {
      found.push(...object.properties.flatMap((property) => property.name?.getText() ?? []));
    } else ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The methods for events, each with the fields that its event must and may have, those of every event left out. */
export function eventMethodFields(): Map<string, { readonly required: string[]; readonly optional: string[] }> {
  const symbol = exportsOf(entry).find(({ name }) => name === 'EventMethods')!;
  const methods = checker.getDeclaredTypeOfSymbol(resolved(symbol)).getProperties();
  const ofEvery = ['eventName', 'index', 'timestamp', 'userToken', 'authenticatedUserToken'];
  return new Map(
    methods.map((method) => {
      const [parameter] = checker.getTypeOfSymbol(method).getCallSignatures()[0]!.getParameters();
      const fields = checker
        .getTypeOfSymbol(parameter!)
        .getProperties()
        .filter(({ name }) => !ofEvery.includes(name))
        // Fields that it must not have.
        .filter((field) => (checker.getTypeOfSymbol(field).flags & ts.TypeFlags.Undefined) === 0);
      const isOptional = ({ flags }: ts.Symbol) => (flags & ts.SymbolFlags.Optional) !== 0;
      const namesOf = (those: ts.Symbol[]) => those.map(({ name }) => name).sort();
      return [
        method.name,
        {
          required: namesOf(fields.filter((field) => !isOptional(field))),
          optional: namesOf(fields.filter(isOptional)),
        },
      ];
    }),
  );
}
