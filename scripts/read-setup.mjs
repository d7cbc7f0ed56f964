// Reads what the `setup()` of a machine says, from its source.
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';

async function parse(url) {
  return ts.createSourceFile(url.pathname, await readFile(url, 'utf8'), ts.ScriptTarget.ES2022, true);
}

function docOf(node) {
  const docs = ts.getJSDocCommentsAndTags(node).map(({ comment }) => ts.getTextOfJSDocComment(comment) ?? '');
  return docs.join(' ').replace(/\s+/g, ' ');
}

/** What a module declares with `export const`, by name. */
function constantsOf(source) {
  const statements = source.statements.filter(ts.isVariableStatement);
  return new Map(
    statements.flatMap((statement) =>
      statement.declarationList.declarations.map(({ name, initializer }) => [
        name.getText(),
        { doc: docOf(statement), value: initializer },
      ]),
    ),
  );
}

/** The modules that are imported whole (`import * as logic`), by the name they have here. */
async function namespacesOf(source, url) {
  const found = new Map();
  for (const statement of source.statements.filter(ts.isImportDeclaration)) {
    const bindings = statement.importClause?.namedBindings;
    if (!bindings || !ts.isNamespaceImport(bindings)) continue;
    const target = new URL(statement.moduleSpecifier.text.replace(/\.js$/, '.ts'), url);
    found.set(bindings.name.text, constantsOf(await parse(target)));
  }
  return found;
}

/** Whether an implementation does nothing, so that the application has to fill it: `() => {}`, `() => false`, or a promise
 * that stays open. */
function isPlaceholder(node) {
  if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
    return node.arguments?.length === 1 && isPlaceholder(node.arguments[0]);
  }
  if (!ts.isArrowFunction(node)) return false;
  const { body } = node;
  if (ts.isBlock(body)) return body.statements.length === 0;
  return body.kind === ts.SyntaxKind.FalseKeyword || isPlaceholder(body);
}

const filledDoc = /^Filled by the application: /;

/** Guards, actions, actors and delays of a machine: the name of each, its doc comment, its expression, and whether the
 * application has to fill it. What the machine takes from a module of functions is looked up there.
 * @param {string} path The machine's source. */
export async function readSetup(path) {
  const url = pathToFileURL(path);
  const source = await parse(url);
  const namespaces = await namespacesOf(source, url);
  const parts = { guards: [], actions: [], actors: [], delays: [] };

  const lookUp = (node) =>
    ts.isPropertyAccessExpression(node) ? namespaces.get(node.expression.getText())?.get(node.name.text) : undefined;
  function read(property) {
    const { initializer } = property;
    const name = property.name.getText();
    const made = ts.isCallExpression(initializer) ? initializer.expression.getText() : undefined;
    const found = lookUp(made ? initializer.arguments[0] : initializer);
    const isFilled = isPlaceholder(initializer);
    const doc = docOf(property) || found?.doc || '';
    if (filledDoc.test(doc) && !isFilled) throw new Error(`${name} is said to be filled by the application`);
    return { name, made, isFilled, doc: doc.replace(filledDoc, ''), value: (!made && found?.value) || initializer };
  }
  const visit = (node) => {
    if (ts.isCallExpression(node) && node.expression.getText() === 'setup') {
      for (const part of node.arguments[0].properties) {
        const name = part.name?.getText();
        if (name in parts) parts[name] = part.initializer.properties.map(read);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return parts;
}
