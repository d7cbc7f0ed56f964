import { type ParserPlugin, parse } from '@babel/parser';

/** A node of a syntax tree. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const syntaxes: readonly (readonly ParserPlugin[])[] = [
  ['typescript', 'jsx', 'decorators-legacy'],
  // A type assertion in angle brackets is not JSX.
  ['typescript', 'decorators-legacy'],
  ['flow', 'jsx', 'decorators-legacy'],
];

/** The syntax tree of a script in JavaScript, TypeScript, JSX or Flow.
 * @throws SyntaxError for what none of these is. */
export function treeOf(code: string): Node {
  let failure: unknown;
  for (const plugins of syntaxes) {
    try {
      return parse(code, {
        sourceType: 'unambiguous',
        allowReturnOutsideFunction: true,
        allowAwaitOutsideFunction: true,
        plugins: [...plugins],
      }).program as unknown as Node;
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure;
}

/** Calls `visit` with every node and those around it, the innermost last. */
export function walk(
  node: Node,
  visit: (node: Node, around: readonly Node[]) => void,
  around: readonly Node[] = [],
): void {
  visit(node, around);
  const inside = [...around, node];
  for (const value of Object.values(node)) {
    for (const child of [value].flat()) if (isNode(child)) walk(child, visit, inside);
  }
}

/** The text of a string literal, or of a template without expressions. */
export function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'StringLiteral') return node.value as string;
  const { quasis, expressions } = node as unknown as {
    quasis?: { value: { cooked: string } }[];
    expressions?: unknown[];
  };
  return node.type === 'TemplateLiteral' && expressions?.length === 0 ? quasis?.[0]?.value.cooked : undefined;
}

/** The name of an identifier. */
export const nameOf = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? (node.name as string) : undefined;
