import { type Node, nameOf, textOf, walk } from './syntax.js';

export const oldName = 'search-insights';

/** What `usertoken/aa` exports. A test compares it with the module. */
export const exportedNames: readonly string[] = [
  'default',
  'getFunctionalInterface',
  'LocalStorage',
  'AlgoliaAnalytics',
  'createInsightsClient',
  'processQueue',
  'getRequesterForBrowser',
  'getRequesterForNode',
  'InsightsEventType',
  'InsightsEventConversionSubType',
  'InsightsEventObjectData',
  'InsightsEvent',
  'InsightsAdditionalEventParams',
  'InitParams',
  'InsightsMethodMap',
  'InsightsClient',
  'InsightsMethods',
  'RequestFunction',
  'RequestFnType',
  'Init',
  'GetVersion',
  'AddAlgoliaAgent',
  'SetUserToken',
  'GetUserToken',
  'OnUserTokenChange',
  'ClickedObjectIDsAfterSearch',
  'ClickedObjectIDs',
  'ClickedFilters',
  'ConvertedObjectIDsAfterSearch',
  'ConvertedObjectIDs',
  'ConvertedFilters',
  'ViewedObjectIDs',
  'ViewedFilters',
  'SendEvents',
];

/** Functions whose first argument is a module's name. */
const modulesByName =
  /^(require|(jest|vi)\.(mock|unmock|doMock|dontMock|requireActual|requireMock|importActual|importMock)|require\.resolve)$/;

/** The text of a callee, such as `require` or `vi.mock`. */
function calleeText(node: unknown): string {
  const { type, object, property } = Object(node) as { type?: string; object?: unknown; property?: unknown };
  if (type === 'MemberExpression') return `${calleeText(object)}.${nameOf(property)}`;
  return type === 'Import' ? 'import' : (nameOf(node) ?? '');
}

/** A place that names the module search-insights, or a file of it. */
export interface ModuleName {
  /** The string literal. */
  readonly literal: Node;
  /** The statement or call that it is in. */
  readonly owner: Node;
  /** What stands around the owner, the innermost last. */
  readonly around: readonly Node[];
  readonly name: string;
}

/** All places in a script that name the module. */
export function moduleNames(tree: Node): ModuleName[] {
  const found: ModuleName[] = [];
  walk(tree, (owner, around) => {
    let literal: unknown;
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(owner.type)) literal = owner.source;
    else if (owner.type === 'ImportExpression') literal = owner.source;
    else if (owner.type === 'TSImportType') literal = owner.argument;
    else if (owner.type === 'TSExternalModuleReference') literal = owner.expression;
    else if (owner.type === 'TSModuleDeclaration') literal = owner.id;
    else if (owner.type === 'CallExpression') {
      const callee = calleeText(owner.callee);
      if (callee === 'import' || modulesByName.test(callee)) literal = (owner.arguments as unknown[])[0];
    }
    const name = textOf(literal) ?? textOf(Object(literal).literal);
    if (name === oldName || name?.startsWith(`${oldName}/`)) {
      found.push({ literal: literal as Node, owner, around, name });
    }
  });
  return found;
}

/** Names that an import or a re-export asks for and `usertoken/aa` doesn't have. */
export function missingNames({ owner }: ModuleName): string[] {
  const specifiers = (owner.specifiers ?? []) as readonly Node[];
  const asked = specifiers.flatMap(({ type, imported, local }) => {
    if (type === 'ImportSpecifier') return [nameOf(imported) ?? textOf(imported)!];
    return type === 'ExportSpecifier' ? [nameOf(local) ?? textOf(local)!] : [];
  });
  return asked.filter((name) => !exportedNames.includes(name));
}
