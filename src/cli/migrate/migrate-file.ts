import { changesOf, type Edit, edited, lineAt } from './edits.js';
import { oldName } from './imports.js';
import type { Finding, Migrated, MigrateOptions } from './migrate.types.js';
import { scriptAddresses } from './script-address.js';
import { markupOf, scriptBlocks } from './script-blocks.js';
import { type Node, treeOf } from './syntax.js';
import { createsClient, toClient } from './to-client.js';
import { insightsAttributes, insightsOptions, toDropIn } from './to-drop-in.js';

/** Whether a file has anything to do with search-insights. */
const isConcerned = (text: string) => /search-insights|insights|\baa\b/.test(text);

/** Whether a file creates what becomes the client. */
export function isClientModule(path: string, text: string): boolean {
  if (!text.includes(oldName)) return false;
  return scriptBlocks(path, text).some(({ code }) => {
    try {
      return createsClient(treeOf(code));
    } catch {
      return false;
    }
  });
}

/** What becomes of a file.
 * @param path Its ending says how it is read. */
export function migrateFile(path: string, text: string, options: MigrateOptions): Migrated {
  const edits: Edit[] = [];
  const undecided: Finding[] = [];
  if (!isConcerned(text)) return { text, changes: [], undecided };

  const isClient = options.target === 'client';
  for (const block of scriptBlocks(path, text)) {
    let tree: Node;
    try {
      tree = treeOf(block.code);
    } catch (error) {
      if (!block.code.includes(oldName)) continue;
      const { message } = error as Error;
      undecided.push({ line: lineAt(text, block.at), text: `This script can't be read: ${message.split('\n')[0]}` });
      continue;
    }
    const part = isClient ? toClient(text, block, tree, options.clientModule) : toDropIn(text, block, tree);
    edits.push(...part.edits);
    undecided.push(...part.undecided, ...insightsOptions(text, block, tree));
  }
  const markup = markupOf(path, text);
  undecided.push(...insightsAttributes(markup));
  const addresses = scriptAddresses(text, options.version);
  if (isClient) {
    undecided.push(
      ...addresses.edits.map(({ start }) => ({
        line: lineAt(text, start),
        text: 'A script tag has no client of createUserToken. Import usertoken in a module of the page.',
      })),
      ...[...markup.matchAll(/\baa\(\s*['"]/g)].map(({ index }) => ({
        line: lineAt(text, index),
        text: 'Not changed: a call in markup.',
      })),
    );
  } else {
    edits.push(...addresses.edits);
    undecided.push(...addresses.undecided);
  }
  undecided.sort((a, b) => a.line - b.line);
  return { text: edited(text, edits), changes: changesOf(text, edits), undecided };
}
