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
const guardText = (guard) => [guard?.type ?? guard, ...Object.values(guard?.params ?? {})].filter(Boolean).join(' ');

/** The transitions of a state node in the order in which they are tried. */
function transitionsOf(node) {
  const ofEvents = [...node.transitions].flatMap(([type, list]) => list.map((each) => [type, each]));
  return [...(node.always ?? []).map((each) => ['', each]), ...ofEvents].map(([type, { guard, target }]) => ({
    source: node.id,
    target: target?.[0].id,
    type,
    event: eventText(type, node),
    guard: guardText(guard),
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
      transitions: transitions.map(({ type, event, guard }) => ({ type, event, guard })),
    })),
  };
}

/** A machine as graphs, one for each region, read from its definition. */
export function graphsOf({ id, root }) {
  const regions = root.type === 'parallel' ? Object.values(root.states) : [root];
  return { id, regions: regions.map(graphOfRegion) };
}
