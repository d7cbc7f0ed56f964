import { type Edit, lineAt } from './edits.js';
import { moduleNames, oldName } from './imports.js';
import type { Finding } from './migrate.types.js';
import type { ScriptBlock } from './script-blocks.js';
import { type Node, nameOf, textOf, walk } from './syntax.js';
import type { Part } from './to-drop-in.js';

/** Methods of events, which the client has by the same name. */
const eventMethods = new Set([
  'clickedObjectIDsAfterSearch',
  'clickedObjectIDs',
  'clickedFilters',
  'convertedObjectIDsAfterSearch',
  'convertedObjectIDs',
  'convertedFilters',
  'addedToCartObjectIDsAfterSearch',
  'addedToCartObjectIDs',
  'purchasedObjectIDsAfterSearch',
  'purchasedObjectIDs',
  'viewedObjectIDs',
  'viewedFilters',
]);

/** Options of `init` that `createUserToken` has by the same name. */
const keptOptions = new Set(['appId', 'apiKey', 'region', 'host']);

/** What to do by hand where a call can't be turned into one of the client. */
const advice: Readonly<Record<string, string>> = {
  onUserTokenChange: "use user.on('tokenChanged', ({ token }) => ...)",
  onAuthenticatedUserTokenChange: "use user.on('tokenChanged', ({ authenticatedToken }) => ...)",
  sendEvents: 'call user.track(event) for each event',
  init: 'create the client with createUserToken, in its own module',
  getVersion: 'remove it: the client has no version of search-insights',
  addAlgoliaAgent: 'remove it: the client names itself',
  setAnonymousUserToken: 'remove it: there is an anonymous token from the start',
};

/** How a script has its function: where it gets it, and what to look for. */
interface Binding {
  readonly name: string;
  readonly declaration: Node;
}

/** The function that an import or a `require` gives. */
function bindingOf(tree: Node): Binding | undefined {
  for (const { owner, around } of moduleNames(tree)) {
    if (owner.type === 'ImportDeclaration') {
      const specifiers = owner.specifiers as readonly Node[];
      const [only] = specifiers;
      if (specifiers.length !== 1 || owner.importKind === 'type') return undefined;
      const isDefault = only!.type === 'ImportDefaultSpecifier' || nameOf(only!.imported) === 'default';
      return isDefault ? { name: nameOf(only!.local)!, declaration: owner } : undefined;
    }
    const declarator = [...around].reverse().find(({ type }) => type === 'VariableDeclarator');
    const declaration = [...around].reverse().find(({ type }) => type === 'VariableDeclaration');
    const name = nameOf(declarator?.id);
    const isAlone = (declaration?.declarations as unknown[] | undefined)?.length === 1;
    if (name && isAlone && nameOf(owner.callee) === 'require') return { name, declaration: declaration! };
  }
  return undefined;
}

const isNothing = (node: Node | undefined) =>
  !node || node.type === 'NullLiteral' || nameOf(node) === 'undefined' || textOf(node) === '';

interface Use {
  /** With `isHead` the call stays as it is from its second argument on. */
  readonly edit?: Omit<Edit, 'start' | 'end'> & { readonly isHead?: boolean };
  /** What to look at all the same. */
  readonly check?: string;
  /** Why it can't be decided. */
  readonly why?: string;
}

/** What a call `aa(method, ...)` becomes. */
function calledAs(method: string | undefined, args: readonly Node[]): Use {
  const [first, second] = args;
  if (method === undefined) return { why: 'the name of the method is in a variable. Write it into the call' };
  const text = (code: string, check?: string): Use => ({
    edit: { text: code, what: `${method} is a call of the client`, isHead: code.endsWith('(') },
    ...(check ? { check } : {}),
  });
  if (eventMethods.has(method) && first && !second) return text(`user.${method}(`);
  if (eventMethods.has(method) && second)
    return { why: `${method} is called with a second argument. If that has credentials, create a client with them` };
  if (method === 'setUserToken') {
    if (isNothing(first)) return text('user.logout()');
    return text('user.login(', 'Is this always the id of an account? For the anonymous token, call user.logout().');
  }
  if (method === 'setAuthenticatedUserToken') {
    if (isNothing(first)) return text('user.logout()');
    return text('user.login(', "Create the client with strategy: 'link', so that the anonymous token stays.");
  }
  if (method === 'getUserToken' && isNothing(second) && args.length < 2) return text('user.token');
  if (method === 'getAuthenticatedUserToken' && args.length < 2) return text('user.authenticatedToken');
  if (/^get(Authenticated)?UserToken$/.test(method)) return { why: 'read user.token, without a callback' };
  return { why: advice[method] ?? `the client has no method ${method}` };
}

/** `createUserToken` in the place of a top-level `init`. */
function createdBy(options: Node, source: (node: Node) => string): Use {
  if (options.type !== 'ObjectExpression')
    return { why: 'the options of init are in a variable. Pass them to createUserToken' };
  const parts: string[] = [];
  const checks: string[] = [];
  let consent = "'granted'";
  for (const property of options.properties as readonly Node[]) {
    const name = nameOf(property.key);
    const value = property.value as Node;
    if (property.type !== 'ObjectProperty' || property.computed || !name) {
      return { why: 'some options of init are in a variable. Pass them to createUserToken' };
    }
    if (keptOptions.has(name)) parts.push(source(property));
    else if (name === 'useCookie') {
      if (value.type === 'BooleanLiteral' && value.value === false) parts.push('cookie: false');
    } else if (name === 'userHasOptedOut') {
      consent =
        value.type === 'BooleanLiteral'
          ? value.value
            ? "'denied'"
            : "'granted'"
          : `(${source(value)}) ? 'denied' : 'granted'`;
    } else if (name === 'userToken') {
      parts.push(`user: ${source(value)}`);
      checks.push('"user" takes an account\'s id. Leave it out if this is an anonymous token.');
    } else if (name === 'authenticatedUserToken') parts.push(`user: ${source(value)}`, "strategy: 'link'");
    else if (name === 'cookieDuration') parts.push(`cookie: { maxAgeSeconds: (${source(value)}) / 1000 }`);
    else return { why: `createUserToken has no option ${name}` };
  }
  if (parts.filter((part) => part.startsWith('user: ')).length > 1) {
    return { why: 'init has both tokens: the client takes the account as "user", with strategy: \'link\'' };
  }
  parts.push(`consent: ${consent}`);
  checks.push('Set "consent" to what your visitor has decided. Before a choice it is "pending".');
  return {
    edit: {
      text: `export const user = createUserToken({ ${parts.join(', ')} })`,
      what: 'init creates the client',
    },
    check: checks.join(' '),
  };
}

/** Whether a script has an `init` that becomes the module's client. */
export function createsClient(tree: Node): boolean {
  const name = bindingOf(tree)?.name;
  return name !== undefined && (tree.body as readonly Node[]).some((statement) => isInit(statement, name));
}

function isInit(statement: Node, name: string): boolean {
  const call = statement.expression as Node | undefined;
  const [method, options] = (call?.arguments ?? []) as Node[];
  if (statement.type !== 'ExpressionStatement' || call?.type !== 'CallExpression') return false;
  const isPartial =
    options?.type === 'ObjectExpression' &&
    (options.properties as readonly Node[]).some(({ key }) => nameOf(key) === 'partial');
  return nameOf(call.callee) === name && textOf(method) === 'init' && !isPartial;
}

/** Calls of the function that a script tag has put in the page. */
function callsOfPage(text: string, at: number, tree: Node): Finding[] {
  const found: Finding[] = [];
  walk(tree, (node) => {
    const callee = node.callee as Node | undefined;
    const [method] = (node.arguments ?? []) as Node[];
    const isPages = nameOf(callee) === 'aa' || nameOf(callee?.property) === 'aa';
    if (node.type !== 'CallExpression' || !isPages || textOf(method) === undefined) return;
    found.push({ line: lineAt(text, at + node.start), text: 'Not changed: a call of the function that the page has.' });
  });
  return found;
}

/** Whether an identifier is the name of a property. */
const isKeyIn = (node: Node, parent: Node | undefined) =>
  (parent?.property === node || parent?.key === node) && !parent.computed && !parent.shorthand;

/** Turns a script's calls into calls of a client. All of them, or none: one page should not have both.
 * @param clientModule How the module that exports `user` is imported; undefined where there is none. */
export function toClient(text: string, { at, code }: ScriptBlock, tree: Node, clientModule: string | undefined): Part {
  const names = moduleNames(tree);
  if (names.length === 0) return { edits: [], undecided: callsOfPage(text, at, tree) };
  const source = (node: Node) => code.slice(node.start, node.end);
  const lineOf = (node: Node) => lineAt(text, at + node.start);
  const binding = bindingOf(tree);
  if (names.length > 1 || !binding) {
    const why = 'The import is not of the function alone. Nothing in this file was changed.';
    return { edits: [], undecided: names.map(({ literal }) => ({ line: lineOf(literal), text: why })) };
  }

  const edits: Edit[] = [];
  const checks: Finding[] = [];
  const reasons: Finding[] = [];
  let hasInit = false;
  function take(node: Node, { edit, check, why }: Use): void {
    if (edit) {
      const { isHead, ...rest } = edit;
      const [, argument] = (node.arguments ?? []) as Node[];
      edits.push({ start: at + node.start, end: at + (isHead ? argument!.start : node.end), ...rest });
    }
    if (check) checks.push({ line: lineOf(node), text: check });
    if (why) reasons.push({ line: lineOf(node), text: `Not changed: ${why}.` });
  }
  const { declaration, name } = binding;
  walk(tree, (node, around) => {
    if (nameOf(node) !== name || [...around, node].includes(declaration)) return;
    const parent = around.at(-1)!;
    if (isKeyIn(node, parent)) return;
    if (parent.type !== 'CallExpression' || parent.callee !== node) {
      take(node, { why: `${name} is used as a value` });
      return;
    }
    const [method, ...args] = parent.arguments as Node[];
    const statement = around.at(-2)!;
    if (around.length === 3 && isInit(statement, name) && args.length === 1 && !hasInit) {
      hasInit = true;
      take(parent, createdBy(args[0]!, source));
    } else take(parent, calledAs(textOf(method), args));
  });
  walk(tree, (node, around) => {
    if (nameOf(node) === 'user' && !isKeyIn(node, around.at(-1))) {
      reasons.push({ line: lineOf(node), text: 'Not changed: the name "user" is taken in this file.' });
    }
  });
  if (!hasInit && clientModule === undefined) {
    reasons.push({
      line: lineOf(declaration),
      text: 'Not changed: no module with a top-level init was found, or several.',
    });
  }
  const sorted = [...edits].sort((a, b) => a.start - b.start);
  if (sorted.some(({ start }, index) => start < (sorted[index - 1]?.end ?? 0))) {
    reasons.push({ line: lineOf(declaration), text: 'Not changed: a call stands inside of another.' });
  }
  if (reasons.length > 0) return { edits: [], undecided: reasons };

  const [what, from] = hasInit ? ['createUserToken', 'usertoken'] : ['user', clientModule!];
  const isCommonJs = declaration.type === 'VariableDeclaration';
  const end = source(declaration).endsWith(';') ? ';' : '';
  const quote = source(names[0]!.literal)[0];
  edits.push({
    start: at + declaration.start,
    end: at + declaration.end,
    text: isCommonJs
      ? `const { ${what} } = require(${quote}${from}${quote})${end}`
      : `import { ${what} } from ${quote}${from}${quote}${end}`,
    what: `"${oldName}" is "${from}"`,
  });
  if (isCommonJs && hasInit) {
    const created = edits.findIndex(({ text: part }) => part.startsWith('export const user'));
    edits[created] = {
      ...edits[created]!,
      text: edits[created]!.text.replace('export const user', 'const user = exports.user'),
    };
  }
  return { edits, undecided: checks };
}
