import { guardText, transitionKey } from '../chart/graph.mjs';
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
    ...lines.map(({ key, text }, index) =>
      drawing(
        'text',
        { x: x + width / 2, y: y + 15 + index * 16, 'data-key': key, class: text[0] === '[' ? 'guard' : '' },
        text,
      ),
    ),
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
  const keys = new Map(
    edges.flatMap((edge) => edge.labels.flatMap(({ lines }) => lines.map(({ key }) => [key, edge.id]))),
  );
  const scroll = element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `Statechart of ${id}` },
    svg,
  );
  return { id, states, keys, svg, scroll };
}

/** Scrolls a chart that is wider than its frame so that a state is seen. */
function reveal({ svg, scroll }, { x, width }) {
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  if (scroll.scrollWidth <= scroll.clientWidth) return;
  scroll.scrollTo({ left: (x + width / 2) * scale - scroll.clientWidth / 2 });
}

const short = (id) => id.replace(/^#?(identity|delivery)\.?/, '') || 'any state';

/** What was taken, in words: `identity.login [isUserToken]: visitor → visitor.identified`. */
function wordsOf(transition, causes) {
  const { source, target, guard } = transition;
  const condition = guard ? ` [${guardText(guard)}]` : '';
  const way = target ? `${short(source)} → ${short(target[0])}` : `${short(source)} stays`;
  return `${causes[transitionKey(transition)]}${condition}: ${way}`;
}

/** Draws the statechart of a machine, and keeps it up with an actor.
 * @returns `frame`, `show(snapshot)` and `took(inspection event)`. */
export function liveChart(chart) {
  const regions = chart.regions.map(drawRegion);
  const last = element('p', { class: 'last' }, 'No transition yet.');
  const taken = [];
  let shown = '';

  function mark() {
    const keys = new Set(taken.map(transitionKey));
    for (const { svg, keys: known } of regions) {
      const edges = new Set([...keys].map((key) => known.get(key)));
      for (const edge of svg.querySelectorAll('[data-edge]'))
        edge.classList.toggle('is-last', edges.has(edge.dataset.edge));
      for (const text of svg.querySelectorAll('[data-key]'))
        text.classList.toggle('is-last', keys.has(text.dataset.key));
    }
    last.textContent = `Last: ${taken.map((each) => wordsOf(each, chart.causes)).join('; ')}`;
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
    show(snapshot) {
      const active = new Set(snapshot._nodes.map(({ id }) => id));
      const now = [...active].join();
      if (now === shown) return;
      shown = now;
      for (const region of regions) {
        const state = region.states.find(({ id, isShared }) => !isShared && active.has(id));
        for (const each of region.svg.querySelectorAll('[data-state]')) {
          each.classList.toggle('is-active', each.dataset.state === state.id);
        }
        region.svg.setAttribute('aria-label', `${region.id} is in state ${state.key}`);
        reveal(region, state);
      }
    },
    took({ type, event, _transitions }) {
      if (type === '@xstate.event' && event.type !== 'xstate.init') taken.length = 0;
      if (type !== '@xstate.microstep') return;
      taken.push(..._transitions);
      mark();
    },
  };
}
