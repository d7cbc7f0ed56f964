import { docsUrl } from '../../docs-url.js';
import { type Edit, lineAt } from './edits.js';
import { missingNames, moduleNames, oldName } from './imports.js';
import type { Finding } from './migrate.types.js';
import type { ScriptBlock } from './script-blocks.js';
import { type Node, nameOf, walk } from './syntax.js';

const newName = 'usertoken/aa';

/** What a part of a migration gives. */
export interface Part {
  readonly edits: readonly Edit[];
  readonly undecided: readonly Finding[];
}

/** Has the imports of a script name the drop-in. Calls stay as they are. */
export function toDropIn(text: string, { at, code }: ScriptBlock, tree: Node): Part {
  const edits: Edit[] = [];
  const undecided: Finding[] = [];
  for (const found of moduleNames(tree)) {
    const { literal, name } = found;
    const line = lineAt(text, at + literal.start);
    const missing = missingNames(found);
    if (name !== oldName) {
      undecided.push({ line, text: `"${name}" is a file inside of search-insights. Import "${newName}" instead.` });
    } else if (missing.length > 0) {
      undecided.push({ line, text: `"${newName}" has no ${missing.join(', ')}. The import stays as it is.` });
    } else {
      const quote = code[literal.start];
      edits.push({
        start: at + literal.start,
        end: at + literal.end,
        text: `${quote}${newName}${quote}`,
        what: `"${oldName}" is "${newName}"`,
      });
    }
  }
  return { edits, undecided };
}

const loadsItself = `InstantSearch loads search-insights itself unless it finds a client on the page. Pass insightsClient, see ${docsUrl}/instantsearch`;

/** Options by which UI libraries load search-insights on their own. */
export function insightsOptions(text: string, { at }: ScriptBlock, tree: Node): Finding[] {
  const found: Finding[] = [];
  walk(tree, (node, around) => {
    const name = nameOf(node.key) ?? (Object(node.name) as { name?: unknown }).name;
    if (name !== 'insights' || !isOptionOfSearch(node, around)) return;
    const source = text.slice(at + node.start, at + node.end);
    if (/insightsClient|:\s*false|\{\s*false\s*\}/.test(source)) return;
    found.push({ line: lineAt(text, at + node.start), text: loadsItself });
  });
  return found;
}

/** Whether a property is given to `instantsearch()`, or an attribute to `<InstantSearch>` and its like. */
function isOptionOfSearch(node: Node, around: readonly Node[]): boolean {
  const [outer, direct] = around.slice(-2) as [Node?, Node?];
  if (node.type === 'JSXAttribute') return /^InstantSearch/.test(String((direct?.name as { name?: string })?.name));
  if (node.type !== 'ObjectProperty' || outer?.type !== 'CallExpression') return false;
  return /^(instantsearch|autocomplete)$/.test(nameOf(outer.callee) ?? '');
}

/** The same in the markup of a component. */
export function insightsAttributes(markup: string): Finding[] {
  return [...markup.matchAll(/<ais-instant-search\b[^>]*\s:?insights\b(?!-client)[^>]*>/gi)]
    .filter(([tag]) => !/insightsClient|insights="false"/.test(tag))
    .map(({ index }) => ({ line: lineAt(markup, index), text: loadsItself }));
}
