import ELK from 'elkjs/lib/elk.bundled.js';
import { graphsOf } from './graph.mjs';

// Texts are measured here, where there is no browser: widths of a monospaced font, with a little to spare.
const type = { state: { char: 8.4, line: 18 }, small: { char: 6.9, line: 16 } };
/** From here on the guard of a label stands on a line of its own. */
const longLabel = 24;

const options = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // The initial state on top, and what follows from it below.
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.spacing.nodeNodeBetweenLayers': '24',
  'elk.layered.spacing.edgeNodeBetweenLayers': '12',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '10',
  'elk.spacing.nodeNode': '14',
  'elk.spacing.edgeNode': '10',
  'elk.spacing.edgeEdge': '10',
  'elk.spacing.edgeLabel': '2',
  'elk.padding': '[top=6,left=6,bottom=6,right=6]',
};
/** Straight arrows where they fit in a page's width, else a narrow chart. */
const placement = { few: 'NETWORK_SIMPLEX', many: 'LINEAR_SEGMENTS' };
const manyStates = 5;

/** The lines of a transition's label: the event, and its guard beside or below it. */
const linesOf = ({ event, guard }) => {
  const parts = guard ? [event, `[${guard}]`] : [event];
  return parts.join(' ').length > longLabel ? parts : [parts.join(' ')];
};

const widest = (lines) => Math.max(...lines.map(({ length }) => length));

function nodeOf({ id, key, notes }) {
  const width = Math.max(key.length * type.state.char, widest([...notes, '']) * type.small.char) + 28;
  return { id, key, notes, width: Math.max(96, width), height: 22 + type.state.line + notes.length * type.small.line };
}

/** On the arrow instead of beside it. */
const inline = { 'elk.edgeLabels.inline': 'true' };

function edgeOf({ id, source, target, transitions }) {
  const lines = transitions.flatMap(linesOf);
  const width = widest(lines) * type.small.char + 12;
  return {
    id,
    causes: Object.fromEntries(transitions.map(({ type, event }) => [type, event])),
    sources: [source],
    targets: [target],
    labels: [{ text: id, layoutOptions: inline, lines, width, height: lines.length * type.small.line + 6 }],
  };
}

/** Lays a region out.
 * @returns `width`, `height`, `states` and `edges`, with coordinates from the top left corner, in CSS pixels. An edge has
 * `causes`: the types of its events, and the words for each. */
async function layoutOfRegion({ id, initial, hasShared, states, edges }) {
  const start = `${id}:start`;
  const strategy = states.length > manyStates ? placement.many : placement.few;
  const shared = { id, key: 'any state', notes: [], width: 104, height: 34 };
  const { width, height, children, ...laid } = await new ELK().layout({
    id: `${id}:region`,
    layoutOptions: { ...options, 'elk.layered.nodePlacement.strategy': strategy },
    children: [{ id: start, width: 12, height: 12 }, ...(hasShared ? [shared] : []), ...states.map(nodeOf)],
    edges: [{ id: start, sources: [start], targets: [initial] }, ...edges.map(edgeOf)],
  });
  const place = ({ x, y, width, height }) => ({ x, y, width, height });
  return {
    id,
    width,
    height,
    start: place(children.find((child) => child.id === start)),
    states: children
      .filter((child) => child.id !== start)
      .map((child) => ({
        ...place(child),
        id: child.id,
        key: child.key,
        notes: child.notes,
        isShared: child.id === id,
      })),
    edges: laid.edges.map(({ id, causes = {}, sources, targets, sections, labels = [] }) => ({
      id,
      causes,
      source: sources[0],
      target: targets[0],
      points: sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [startPoint, ...bendPoints, endPoint]),
      labels: labels.map((label) => ({ ...place(label), lines: label.lines })),
    })),
  };
}

/** The statechart of a machine, read from its definition and laid out by the Eclipse Layout Kernel.
 * @see https://eclipse.dev/elk/ */
export async function chartOf(machine) {
  const { id, regions } = graphsOf(machine);
  return { id, regions: await Promise.all(regions.map(layoutOfRegion)) };
}
