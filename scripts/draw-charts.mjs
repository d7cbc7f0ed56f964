// Lays the machines' charts out for usertoken/devtools: npm run charts writes src/devtools/generated/charts.ts.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ELK from 'elkjs/lib/elk.bundled.js';
import { graphsOf } from '../demo/chart/graph.mjs';
import { loadMachines } from './load-machines.mjs';

const file = join(fileURLToPath(new URL('..', import.meta.url)), 'src/devtools/generated/charts.ts');

/** Widths of a monospaced font of 12 pixels. */
const charWidth = 7.3;
const height = 26;
const layoutOptions = {
  'elk.algorithm': 'layered',
  'elk.direction': 'DOWN',
  'elk.edgeRouting': 'ORTHOGONAL',
  'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
  'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
  'elk.layered.spacing.nodeNodeBetweenLayers': '20',
  'elk.layered.spacing.edgeNodeBetweenLayers': '10',
  'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
  'elk.spacing.nodeNode': '16',
  'elk.spacing.edgeNode': '8',
  'elk.spacing.edgeEdge': '8',
  'elk.padding': '[top=4,left=4,bottom=4,right=4]',
};

/** Drawn without the transitions that every state has. */
const manyStates = 5;

/** A region: its states with their places, and an arrow for each pair of states that a transition leads between. */
async function layoutOf({ id, states, edges }) {
  const keyOf = (node) => states.find((state) => state.id === node)?.key;
  /** What holds for every state leaves from each of them. Other tabs may lead from any state to any other. */
  function sourcesOf({ source, transitions }) {
    if (keyOf(source)) return [source];
    const isDrawn = states.length < manyStates && transitions.some(({ type }) => type !== 'tabs.changed');
    return isDrawn ? states.map((state) => state.id) : [];
  }
  const pairs = edges.flatMap((edge) => sourcesOf(edge).map((source) => [source, edge.target]));
  const arrows = [...new Map(pairs.map((pair) => [pair.join('>'), pair]))]
    .filter(([, [source, target]]) => source !== target)
    .map(([name, [source, target]]) => ({ id: name, sources: [source], targets: [target] }));
  const laid = await new ELK().layout({
    id: `${id}:region`,
    layoutOptions,
    children: states.map(({ id: node, key }) => ({ id: node, width: Math.ceil(key.length * charWidth) + 20, height })),
    edges: arrows,
  });
  const round = (point) => [Math.round(point.x), Math.round(point.y)];
  return {
    name: id,
    width: Math.ceil(laid.width),
    height: Math.ceil(laid.height),
    states: laid.children.map((node) => ({ key: keyOf(node.id), at: round(node), width: node.width, height })),
    arrows: laid.edges.map(({ sources, targets, sections }) => ({
      from: keyOf(sources[0]),
      to: keyOf(targets[0]),
      points: sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
        [startPoint, ...bendPoints, endPoint].map(round),
      ),
    })),
  };
}

/** The module with the charts of both machines. */
export async function drawCharts() {
  const { identityMachine, deliveryMachine } = await loadMachines();
  const graphs = [identityMachine, deliveryMachine].flatMap((machine) => graphsOf(machine).regions);
  const charts = await Promise.all(graphs.map(layoutOf));
  return `// Written by npm run charts: the machines' states and arrows with their places, in pixels.
import type { Chart } from '../chart.js';

// biome-ignore format: data
export const charts: readonly Chart[] = ${JSON.stringify(charts).replaceAll('},{"name"', '},\n{"name"')};
`;
}

/** Writes the module if it is another than before. */
export async function writeDrawnCharts() {
  const text = await drawCharts();
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeFile(file, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeDrawnCharts();
