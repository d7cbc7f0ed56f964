import ts from 'typescript';
import type { Snippet } from './guide.js';

const comment = /^\/\/ => ?(.*)$/;

/** Turns `expression; // => value` into a call that compares the two.
 * @throws Error when such a comment stands where no expression is: it would be checked by nobody. */
export function withExpectations({ at, code }: Snippet): { readonly code: string; readonly count: number } {
  const source = ts.createSourceFile('snippet.ts', code, ts.ScriptTarget.ES2022, true);
  const edits: { readonly from: number; readonly to: number; readonly text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const [first] = ts.getTrailingCommentRanges(code, node.end) ?? [];
    const expected = first && comment.exec(code.slice(first.pos, first.end))?.[1];
    if (ts.isExpressionStatement(node) && expected) {
      const where = JSON.stringify(`${at} ${node.getText(source)}`);
      const actual = node.expression.getText(source);
      const text = `__expect(${edits.length}, ${where}, ${actual}, () => (${expected}));`;
      edits.push({ from: node.getStart(source), to: node.end, text });
    } else ts.forEachChild(node, visit);
  };
  visit(source);

  const written = code.split('\n').filter((line) => line.includes('// =>')).length;
  if (written !== edits.length) {
    throw new Error(`${at}: ${written} lines say what to expect, but only ${edits.length} follow an expression`);
  }
  const changed = edits.reduceRight((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), code);
  return { code: changed, count: edits.length };
}

/** Script that runs before a snippet: sends what is meant for the Insights API to a collector, and compares. */
export function prelude(collectorOrigin: string): string {
  return `
globalThis.__seen = new Set();
globalThis.__failures = [];
const fetchAnywhere = globalThis.fetch;
globalThis.fetch = (url, init) =>
  fetchAnywhere(String(url).replace(/^https:..insights(\\.us|\\.de)?\\.algolia\\.io/, ${JSON.stringify(collectorOrigin)}), init);
function same(actual, expected) {
  if (expected instanceof RegExp) return expected.test(String(actual));
  if (typeof expected !== 'object' || expected === null) return Object.is(actual, expected);
  if (typeof actual !== 'object' || actual === null) return false;
  const keys = Object.keys(expected);
  return keys.length === Object.keys(actual).length && keys.every((key) => key in actual && same(actual[key], expected[key]));
}
globalThis.__expect = (id, where, actual, expected) => {
  globalThis.__seen.add(id);
  if (same(actual, expected())) return;
  globalThis.__failures.push(where + ' is ' + (JSON.stringify(actual) ?? String(actual)));
};
`;
}
