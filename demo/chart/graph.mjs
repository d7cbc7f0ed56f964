/** What starts a transition, as one reads it: `identity.login`, `always`, `after batchWindow`, `sendBatch done`. */
function eventText(type, node) {
  if (type === '') return 'always';
  const [, kind, rest] = /^xstate\.(after|done\.actor|error\.actor)\.(.*)$/.exec(type) ?? [];
  if (!kind) return type;
  if (kind === 'after') return `after ${rest.slice(0, -node.id.length - 1)}`;
  const { src } = node.invoke.find(({ id }) => id === rest);
  return kind === 'done.actor' ? `${src} done` : `${src} failed`;
}

/** A guard as one reads it: its name, and its params where it has any. */
export const guardText = (guard) =>
  [guard?.type ?? guard, ...Object.values(guard?.params ?? {})].filter(Boolean).join(' ');

/** Names a transition, and is made alike from what XState's inspection tells of one that was taken. */
export const transitionKey = ({ source, eventType, guard, target }) =>
  [source, eventType, guardText(guard), target?.join(' ') ?? ''].join('|');

/** The transitions of a state node in the order in which they are tried. */
function transitionsOf(node) {
  const ofEvents = [...node.transitions].flatMap(([type, list]) => list.map((each) => [type, each]));
  return [...(node.always ?? []).map((each) => ['', each]), ...ofEvents].map(([eventType, { guard, target }]) => ({
    source: node.id,
    target: target?.[0].id,
    event: eventText(eventType, node),
    guard: guardText(guard),
    key: transitionKey({ source: `#${node.id}`, eventType, guard, target: target?.map(({ id }) => `#${id}`) }),
  }));
}

function graphOfRegion(region) {
  const children = Object.values(region.states);
  const moves = [region, ...children].flatMap(transitionsOf).filter(({ target }) => target);
  const edges = new Map();
  for (const move of moves) {
    const id = `${move.source}>${move.target}`;
    edges.set(id, [...(edges.get(id) ?? []), move]);
  }
  return {
    id: region.id,
    initial: region.initial.target[0].id,
    // What holds for every state of a region leaves from a node of its own.
    hasShared: moves.some(({ source }) => source === region.id),
    states: children.map(({ id, key, invoke, config }) => ({
      id,
      key,
      notes: [
        ...[config.entry ?? []].flat().map((action) => `entry / ${action.type ?? action}`),
        ...invoke.map(({ src }) => `invoke / ${src}`),
      ],
    })),
    edges: [...edges].map(([id, transitions]) => ({
      id,
      source: transitions[0].source,
      target: transitions[0].target,
      transitions: transitions.map(({ key, event, guard }) => ({ key, event, guard })),
    })),
  };
}

const nodesBelow = (node) => [node, ...Object.values(node.states).flatMap(nodesBelow)];

/** A machine as graphs, one for each region, read from its definition.
 * @returns The machine's id, its graphs, the types of the events that it takes from outside, and what starts each
 * transition, by key. */
export function graphsOf(machine) {
  const { root } = machine;
  const regions = root.type === 'parallel' ? Object.values(root.states) : [root];
  return {
    id: machine.id,
    regions: regions.map(graphOfRegion),
    events: machine.events.filter((type) => !type.startsWith('xstate.')),
    causes: Object.fromEntries(
      nodesBelow(root)
        .flatMap(transitionsOf)
        .map(({ key, event }) => [key, event]),
    ),
  };
}
