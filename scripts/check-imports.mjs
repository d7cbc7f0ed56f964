// Checks that imports go one way, and that the machines stay pure.
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';

/**
 * @typedef {object} Layer
 * @property {string} name
 * @property {string[]} paths
 * @property {string[]} [from]
 * @property {string[]} [typesFrom]
 * @property {string[]} [packages]
 */

/**
 * The layers, lowest first. A file belongs to the layer with the longest of the `paths` that fits it, and imports from
 * its own layer, from the layers in `from` (each of them lower), in `typesFrom` (types only) and from `packages`.
 * @type {Layer[]}
 */
export const layers = [
  { name: 'machines', paths: ['machines/'], packages: ['xstate'] },
  { name: 'ports', paths: ['src/adapters/ports.ts'] },
  { name: 'basics', paths: ['src/limits.ts', 'src/plain-json.ts'] },
  { name: 'adapters', paths: ['src/adapters/'], from: ['machines', 'basics'], typesFrom: ['ports'] },
  { name: 'testing', paths: ['src/testing/'], typesFrom: ['ports'], packages: ['node:'] },
  { name: 'command', paths: ['src/cli/'], from: ['testing'], packages: ['node:'] },
  {
    name: 'helpers',
    paths: ['src/emitter.ts', 'src/masked-inspect.ts', 'src/safe-send.ts'],
    from: ['machines'],
    typesFrom: ['ports'],
    packages: ['xstate'],
  },
  {
    name: 'options',
    paths: ['src/options.ts', 'src/warnings.ts'],
    from: ['machines'],
    typesFrom: ['ports', 'adapters'],
    packages: ['xstate'],
  },
  { name: 'events', paths: ['src/events/'], from: ['machines', 'basics'], typesFrom: ['ports'] },
  {
    name: 'identity',
    paths: ['src/identity/'],
    from: ['machines', 'helpers'],
    typesFrom: ['ports'],
    packages: ['xstate'],
  },
  {
    name: 'delivery',
    paths: ['src/delivery/'],
    from: ['machines', 'basics', 'helpers', 'events'],
    typesFrom: ['ports'],
    packages: ['xstate'],
  },
  {
    name: 'wiring',
    paths: ['src/create-user-token.ts', 'src/wire-up.ts', 'src/user-token.types.ts'],
    from: ['machines', 'adapters', 'helpers', 'options', 'events', 'identity', 'delivery'],
    typesFrom: ['ports'],
    packages: ['xstate'],
  },
  {
    name: 'entry',
    paths: ['src/index.ts'],
    from: ['machines', 'adapters', 'options', 'events', 'delivery', 'wiring'],
    typesFrom: ['ports'],
  },
  {
    name: 'subset',
    paths: ['xstate', 'xstate.types', 'chart', 'check-chart', 'actor'].map((name) => `src/lite/${name}.ts`),
  },
  { name: 'lite', paths: ['src/lite/'], from: ['entry', 'subset'], typesFrom: ['machines', 'wiring'] },
  {
    name: 'drop-in',
    paths: ['src/aa/'],
    from: ['machines', 'adapters', 'helpers', 'options', 'events', 'wiring', 'entry'],
    typesFrom: ['ports'],
  },
  {
    name: 'server',
    paths: ['src/server/'],
    from: ['machines', 'adapters', 'helpers', 'options', 'events', 'identity', 'wiring', 'entry'],
    typesFrom: ['ports'],
    packages: ['xstate'],
  },
  {
    name: 'bindings',
    paths: ['src/bindings/'],
    typesFrom: ['machines', 'ports', 'options', 'wiring', 'entry'],
    packages: ['xstate', 'vue', 'svelte', 'react', '@angular/'],
  },
];

/** What a pure machine never speaks of: time, chance, the page, the network come in through events and `provide`. */
const impure = [
  'document',
  'window',
  'fetch',
  'Date',
  'Math.random',
  'setTimeout',
  'setInterval',
  'queueMicrotask',
  'performance',
  'crypto',
  'localStorage',
  'sessionStorage',
  'navigator',
];

function parse(path, text) {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function walk(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

function hasOnlyTypes(clause) {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  const named = clause.namedBindings ?? clause.exportClause;
  if (clause.name || !named || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every(({ isTypeOnly }) => isTypeOnly);
}

function hasOnlyTypeExports({ isTypeOnly, exportClause }) {
  if (isTypeOnly) return true;
  return exportClause && ts.isNamedExports(exportClause) && exportClause.elements.every((item) => item.isTypeOnly);
}

/** Whatever a file imports: declarations, re-exports, `import()`, `import('x')` types and `require`. */
function importsOf(source) {
  const found = [];
  const add = (specifier, typesOnly) => {
    if (specifier && ts.isStringLiteralLike(specifier)) found.push({ specifier: specifier.text, typesOnly });
  };
  walk(source, (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, hasOnlyTypes(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, Boolean(hasOnlyTypeExports(node)));
    else if (ts.isImportTypeNode(node)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node)) {
      const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
      if (isImport || node.expression.getText(source) === 'require') add(node.arguments[0], false);
    }
  });
  return found;
}

function layerOf(path) {
  const fits = (prefix) => (prefix.endsWith('/') ? path.startsWith(prefix) : path === prefix);
  const matches = layers.flatMap((layer) => layer.paths.filter(fits).map((prefix) => ({ layer, prefix })));
  return matches.sort((a, b) => b.prefix.length - a.prefix.length)[0]?.layer;
}

function faultOf(path, layer, { specifier, typesOnly }) {
  if (!specifier.startsWith('.')) {
    const isAllowed = (name) => specifier === name || specifier.startsWith(name.replace(/(?<![:/])$/, '/'));
    return layer.packages?.some(isAllowed) ? undefined : `package ${specifier} is not for layer ${layer.name}`;
  }
  const target = posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
  const other = layerOf(target);
  if (!other) return `${target} belongs to no layer`;
  if (other === layer || layer.from?.includes(other.name)) return undefined;
  if (layer.typesFrom?.includes(other.name)) {
    return typesOnly ? undefined : `layer ${layer.name} may import only types from layer ${other.name} (${target})`;
  }
  return `layer ${layer.name} must not import from layer ${other.name} (${target})`;
}

/** Breaches of the direction of imports, one sentence each.
 * @param {Iterable<readonly [path: string, text: string]>} files Paths from the root of the repository, with `/`.
 * @returns {string[]} */
export function checkImports(files) {
  const faults = [];
  for (const [path, text] of files) {
    const layer = layerOf(path);
    if (!layer) {
      faults.push(`${path}: belongs to no layer; give it one in scripts/check-imports.mjs`);
      continue;
    }
    for (const found of importsOf(parse(path, text))) {
      const fault = faultOf(path, layer, found);
      if (fault) faults.push(`${path}: ${fault}`);
    }
  }
  return faults;
}

/** Layers that name one that is not below them, one sentence each: with none, no import can go in a circle.
 * @returns {string[]} */
export function checkOrder(rows = layers) {
  return rows.flatMap((row, rank) => {
    const lower = new Set(rows.slice(0, rank).map(({ name }) => name));
    return [...(row.from ?? []), ...(row.typesFrom ?? [])]
      .filter((name) => !lower.has(name))
      .map((name) => `layer ${row.name} names ${name}, which is not below it`);
  });
}

/** Mentions of what a pure machine never uses, outside of comments and strings, one sentence each.
 * @param {Iterable<readonly [path: string, text: string]>} files
 * @returns {string[]} */
export function checkPurity(files) {
  const faults = [];
  for (const [path, text] of files) {
    if (!path.startsWith('machines/')) continue;
    const source = parse(path, text);
    walk(source, (node) => {
      const name = ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) ? node.getText(source) : '';
      if (!impure.includes(name)) return;
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      faults.push(`${path}:${line + 1}: a machine mentions ${name}`);
    });
  }
  return faults;
}

/** The sources of the package, as the checks take them.
 * @param {string} root Folder of the repository.
 * @returns {Promise<(readonly [path: string, text: string])[]>} */
export async function readSources(root) {
  const files = [];
  for (const folder of ['machines', 'src']) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.[cm]?tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name);
      files.push([relative(root, path).split(sep).join('/'), await readFile(path, 'utf8')]);
    }
  }
  return files.sort(([a], [b]) => (a < b ? -1 : 1));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const files = await readSources(dirname(dirname(fileURLToPath(import.meta.url))));
  const faults = [...checkOrder(), ...checkImports(files), ...checkPurity(files)];
  for (const fault of faults) console.error(fault);
  if (faults.length === 0) console.log(`Imports of ${files.length} files go one way.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
