import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { docsUrl } from '../../docs-url.js';
import type { Finding } from './migrate.types.js';
import { isClientModule, migrateFile } from './migrate-file.js';
import { migrateUsage, readMigrateArguments } from './migrate-options.js';

const sources = /\.([cm]?[jt]sx?|vue|svelte|html?)$/i;
/** Folders of other people's code, and of what tools have made. */
const skipped = /^(node_modules|dist|build|out|coverage|vendor|\..+)$/;
/** A larger file was made by a tool. */
const maxBytes = 500_000;

async function* filesIn(path: string): AsyncGenerator<string> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new RangeError(`there is no file or folder '${path}'. Check the path.`);
  if (info.isFile()) yield path;
  if (!info.isDirectory()) return;
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory() && !skipped.test(entry.name)) yield* filesIn(inside);
    else if (entry.isFile() && (sources.test(entry.name) || entry.name === 'package.json')) yield inside;
  }
}

/** How a module is imported from a file. */
function importedFrom(file: string, module: string): string {
  const path = relative(dirname(file), module).replaceAll('\\', '/');
  const name = path.replace(/\.([cm])tsx?$/, '.$1js').replace(/\.[jt]sx?$/, '');
  return name.startsWith('.') ? name : `./${name}`;
}

const linesOf = (file: string, findings: readonly Finding[]) =>
  findings.map(({ line, text }) => `  ${file}:${line}  ${text}`);

/** Runs `usertoken migrate`. */
export async function runMigrate(args: readonly string[], version: string): Promise<void> {
  const { dry, help, target, paths } = readMigrateArguments(args);
  if (help) return console.log(migrateUsage);
  const texts = new Map<string, string>();
  for (const path of paths) {
    for await (const file of filesIn(path)) {
      const text = await readFile(file, 'utf8');
      if (text.length <= maxBytes) texts.set(file, text);
    }
  }

  const clientModules = [...texts].filter(([file, text]) => isClientModule(file, text)).map(([file]) => file);
  const [clientModule] = clientModules.length === 1 ? clientModules : [];
  const changed: string[] = [];
  const undecided: string[] = [];
  let files = 0;
  for (const [file, text] of texts) {
    if (file.endsWith('package.json')) {
      const line = text.split('\n').findIndex((each) => /"search-insights"\s*:/.test(each)) + 1;
      const todo = 'Run npm install usertoken xstate, and npm uninstall search-insights once nothing imports it.';
      if (line > 0) undecided.push(...linesOf(file, [{ line, text: todo }]));
      continue;
    }
    const from = clientModule && importedFrom(file, clientModule);
    const result = migrateFile(file, text, { target, version, clientModule: from });
    changed.push(...linesOf(file, result.changes));
    undecided.push(...linesOf(file, result.undecided));
    if (result.text === text) continue;
    files += 1;
    if (!dry) await writeFile(file, result.text);
  }

  const count = files === 1 ? '1 file' : `${files} files`;
  console.log(`${count} of ${texts.size} ${dry ? 'would change' : 'changed'}.`);
  if (changed.length > 0) console.log(`\nChanged:\n${changed.join('\n')}`);
  if (undecided.length > 0) console.log(`\nLook at these yourself:\n${undecided.join('\n')}`);
  console.log(`\nThe rest of the checklist: ${docsUrl}/migrating`);
}
