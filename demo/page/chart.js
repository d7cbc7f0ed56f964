import { drawing, element } from './dom.js';

const radius = 6;
/** A chart is drawn smaller where room is short, down to this; then its frame scrolls. */
const smallest = 0.88;

/** A path through points at right angles, with round corners. */
function roundedPath(points) {
  const [first, ...rest] = points;
  let path = `M${first.x} ${first.y}`;
  rest.forEach((point, index) => {
    const next = rest[index + 1];
    if (!next) {
      path += `L${point.x} ${point.y}`;
      return;
    }
    const before = index === 0 ? first : rest[index - 1];
    const cut = (other) => {
      const length = Math.hypot(other.x - point.x, other.y - point.y);
      const part = Math.min(radius, length / 2) / (length || 1);
      return { x: point.x + (other.x - point.x) * part, y: point.y + (other.y - point.y) * part };
    };
    const [from, to] = [cut(before), cut(next)];
    path += `L${from.x} ${from.y}Q${point.x} ${point.y} ${to.x} ${to.y}`;
  });
  return path;
}

/** A triangle at the end of an arrow. */
function arrowhead(points) {
  const [before, end] = points.slice(-2);
  const angle = (Math.atan2(end.y - before.y, end.x - before.x) * 180) / Math.PI;
  return drawing('path', {
    class: 'head',
    d: 'M0 0-8-4.5v9z',
    transform: `translate(${end.x} ${end.y}) rotate(${angle})`,
  });
}

function drawState({ id, key, x, y, width, height, notes, isShared }) {
  const middle = x + width / 2;
  const lines = [
    drawing('text', { class: 'name', x: middle, y: y + (notes.length > 0 ? 24 : height / 2 + 5) }, key),
    ...notes.map((note, index) => drawing('text', { class: 'note', x: middle, y: y + 42 + index * 16 }, note)),
  ];
  return drawing(
    'g',
    { class: isShared ? 'state any' : 'state', 'data-state': id },
    drawing('rect', { x, y, width, height, rx: isShared ? height / 2 : 10 }),
    ...lines,
  );
}

function drawLabel({ x, y, width, height, lines }) {
  return drawing(
    'g',
    { class: 'label' },
    drawing('rect', { x, y, width, height, rx: 5 }),
    ...lines.map((text, index) => drawing('text', { x: x + width / 2, y: y + 15 + index * 16 }, text)),
  );
}

function drawRegion({ id, width, height, start, states, edges }) {
  const arrows = edges.map(({ id, points }) =>
    drawing(
      'g',
      { class: 'edge', 'data-edge': id },
      drawing('path', { class: 'line', d: roundedPath(points) }),
      arrowhead(points),
    ),
  );
  const labels = edges.map(({ id, labels }) =>
    drawing('g', { class: 'edge', 'data-edge': id }, ...labels.map(drawLabel)),
  );
  const svg = drawing(
    'svg',
    { role: 'img', viewBox: `0 0 ${width} ${height}`, width, height },
    ...arrows,
    drawing('circle', { class: 'start', cx: start.x + 6, cy: start.y + 6, r: 6 }),
    ...states.map(drawState),
    ...labels,
  );
  svg.style.minWidth = `${Math.round(width * smallest)}px`;
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Statechart of ${id}` },
    svg,
  );
  return { id, key: id.split('.').at(-1), states, edges, svg, scroll };
}

/** Scrolls a chart that is wider than its frame so that a state is seen. */
function reveal({ svg, scroll }, { x, width }) {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  if (scroll.scrollWidth <= scroll.clientWidth) return;
  scroll.scrollTo({ left: (x + width / 2) * scale - scroll.clientWidth / 2 });
}

/** Draws the statechart of a machine, and keeps it up with an actor.
 * @returns `frame`; `told(type)`, for each event that reaches the actor; `show(snapshot)`, for each change. */
export function liveChart(chart) {
  const regions = chart.regions.map(drawRegion);
  const last = element('p', { class: 'last' }, 'No transition yet.');
  let cause = '';

  /** The arrow by which a state was left for another: of the event, or else of a transition that needs none. */
  function arrowOf({ id, edges }, before, now) {
    const arrows = edges.filter(({ source, target }) => target === now && (source === before || source === id));
    for (const type of [cause, '']) {
      const arrow = arrows.find(({ causes }) => type in causes);
      if (arrow) return { id: arrow.id, words: arrow.causes[type] };
    }
    return undefined;
  }

  function showRegion(region, value) {
    const before = region.active;
    const now = region.states.find(({ key, isShared }) => !isShared && key === value);
    if (now === before) return undefined;
    region.active = now;
    region.svg.setAttribute('aria-label', `${region.id} is in state ${value}`);
    for (const each of region.svg.querySelectorAll('[data-state]')) {
      each.classList.toggle('is-active', each.dataset.state === now.id);
    }
    reveal(region, now);
    if (!before) return undefined;
    const arrow = arrowOf(region, before.id, now.id);
    for (const edge of region.svg.querySelectorAll('[data-edge]')) {
      edge.classList.toggle('is-last', edge.dataset.edge === arrow?.id);
    }
    return `${arrow ? `${arrow.words}: ` : ''}${before.key} → ${value}`;
  }

  return {
    frame: element(
      'div',
      { class: `machine machine-${chart.id}` },
      element(
        'div',
        { class: 'regions' },
        ...regions.map(({ id, scroll }) => element('figure', {}, element('figcaption', {}, id), scroll)),
      ),
      last,
    ),
    told(type) {
      cause = type;
    },
    show({ value }) {
      const moves = regions.map((region) => showRegion(region, typeof value === 'string' ? value : value[region.key]));
      if (moves.some(Boolean)) last.textContent = `Last: ${moves.filter(Boolean).join('; ')}`;
    },
  };
}
