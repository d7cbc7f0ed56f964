// Draws a state diagram as SVG, without a browser: the layout is ELK's.
import ELK from 'elkjs/lib/elk.bundled.js';
import { parseDiagram } from './diagram-parts.mjs';

const elk = new ELK();

/** The font is monospaced, so that a text's width is known without drawing it. */
const font = { size: 13, width: 7.85, line: 17 };
const small = { size: 11, width: 6.65, line: 15 };
const padding = 10;

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const widest = (lines, { width }) => Math.max(0, ...lines.map((line) => line.length * width));

/** `event [guard] / action, action` in lines that are not too long. */
function linesOf(label) {
  const [what, actions] = label.split(' / ');
  return actions ? [what, ...wrap(`/ ${actions}`)] : [what];
}

function wrap(text, length = 30) {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (lines.at(-1).length + word.length > length) lines.push('  ');
    lines.push(`${lines.pop()}${lines.at(-1) === '' ? '' : ' '}${word}`.replace(/^ (?=\/)/, ''));
  }
  return lines;
}

function nodeOf(state) {
  if (state.id.startsWith('start of')) return { id: state.id, width: 14, height: 14, state };
  if (state.states.length === 0) {
    const width = Math.max(state.title.length * font.width, widest(state.lines, small)) + 2 * padding;
    return { id: state.id, width, height: font.line + state.lines.length * small.line + padding, state };
  }
  const notes = state.notes.length > 0 ? [noteOf(state)] : [];
  return {
    id: state.id,
    state,
    children: [...state.states.map(nodeOf), ...notes],
    layoutOptions: { ...layoutOptions, 'elk.padding': '[top=34,left=14,bottom=14,right=14]' },
  };
}

function noteOf(state) {
  const lines = state.notes.flatMap((note, index) => (index === 0 ? [note] : wrap(note, 44)));
  return {
    id: `note in ${state.id}`,
    width: widest(lines, small) + 2 * padding,
    height: lines.length * small.line + padding,
    note: lines,
  };
}

function edgeOf({ from, to, labels }, index) {
  const lines = labels.flatMap(linesOf);
  const size = { width: widest(lines, small) + 6, height: lines.length * small.line + 2 };
  return {
    id: `arrow ${index}`,
    sources: [from],
    targets: [to],
    labels: lines.length > 0 ? [{ text: lines.join('\n'), ...size }] : [],
  };
}

const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.edgeLabels.sideSelection': 'SMART_DOWN',
  'elk.edgeLabels.inline': 'true',
  'elk.spacing.nodeNode': '24',
  'elk.spacing.edgeNode': '16',
  'elk.layered.spacing.nodeNodeBetweenLayers': '28',
  'elk.json.edgeCoords': 'ROOT',
};

const textAt = (x, y, text, className) =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" class="${className}" xml:space="preserve">${escaped(text)}</text>`;

function drawNode({ x = 0, y = 0, width, height, state, note, children = [] }, left, top) {
  const [at, down] = [left + x, top + y];
  const box = (className, round) =>
    `<rect x="${at.toFixed(1)}" y="${down.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" rx="${round}" class="${className}"/>`;
  if (note) {
    const texts = note.map((line, index) => textAt(at + padding, down + (index + 1) * small.line, line, 'small'));
    return [box('note', 2), ...texts];
  }
  if (state.id.startsWith('start of')) return [`<circle cx="${at + 7}" cy="${down + 7}" r="7" class="start"/>`];
  if (children.length > 0) {
    const inner = children.flatMap((child) => drawNode(child, at, down));
    return [box('region', 8), textAt(at + padding, down + font.line + 2, state.title, 'title'), ...inner];
  }
  const lines = state.lines.map((line, index) =>
    textAt(at + padding, down + font.line + (index + 1) * small.line, line, 'small'),
  );
  return [box('state', 6), textAt(at + padding, down + font.line, state.title, 'title'), ...lines];
}

function drawEdge({ sections = [], labels = [] }) {
  const lines = sections.map(({ startPoint, bendPoints = [], endPoint }) => {
    const points = [startPoint, ...bendPoints, endPoint].map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
    return `<polyline points="${points.join(' ')}" class="arrow" marker-end="url(#arrowhead)"/>`;
  });
  const texts = labels.flatMap(({ x, y, width, height, text }) => [
    `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${height.toFixed(1)}" class="label"/>`,
    ...text.split('\n').map((line, index) => textAt(x + 3, y + (index + 0.8) * small.line, line, 'small')),
  ]);
  return [lines, texts];
}

const edgesBelow = ({ edges = [], children = [] }) => [...edges, ...children.flatMap(edgesBelow)];

/** @param {string} text A state diagram as scripts/generate-states.mjs writes it.
 * @returns {Promise<string>} SVG, coloured by the page's style. */
export async function drawDiagram(text) {
  const { root, arrows } = parseDiagram(text);
  const graph = await elk.layout({
    id: 'root',
    layoutOptions,
    children: root.states.map(nodeOf),
    edges: arrows.map(edgeOf),
  });
  const drawn = edgesBelow(graph).map(drawEdge);
  const [width, height] = [Math.ceil(graph.width), Math.ceil(graph.height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" class="states" role="img" aria-label="State diagram: ${escaped(root.states.map(({ title }) => title).join(', '))}">`,
    '<defs><marker id="arrowhead" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" class="head"/></marker></defs>',
    ...graph.children.flatMap((node) => drawNode(node, 0, 0)),
    ...drawn.flatMap(([lines]) => lines),
    ...drawn.flatMap(([, texts]) => texts),
    '</svg>',
  ].join('');
}
