import { drawing } from './element.js';

type Point = readonly [x: number, y: number];

/** A region of a machine, laid out. In pixels. */
export interface Chart {
  /** Such as `identity.visitor`, or `delivery`. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly states: readonly {
    readonly key: string;
    readonly at: Point;
    readonly width: number;
    readonly height: number;
  }[];
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly points: readonly Point[] }[];
}

function drawArrow(points: readonly Point[]): SVGElement {
  const [[fromX, fromY], [x, y]] = points.slice(-2) as [Point, Point];
  const angle = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
  return drawing(
    'g',
    { class: 'arrow' },
    drawing('path', { class: 'line', d: `M${points.map((point) => point.join(' ')).join('L')}` }),
    drawing('path', { class: 'head', d: 'M0 0-7-4v8z', transform: `translate(${x} ${y}) rotate(${angle})` }),
  );
}

/** Draws a chart.
 * @returns The drawing, and what lights the current state and the arrow that led to it. */
export function drawChart({ name, width, height, states, arrows }: Chart) {
  const drawnArrows = arrows.map(({ from, to, points }) => ({ from, to, node: drawArrow(points) }));
  const drawnStates = states.map(({ key, at: [x, y], width, height }) => ({
    key,
    node: drawing(
      'g',
      { class: 'state' },
      drawing('rect', { x, y, width, height, rx: 8 }),
      drawing('text', { x: x + width / 2, y: y + height / 2 + 4 }, key),
    ),
  }));
  const svg = drawing(
    'svg',
    { role: 'img', viewBox: `0 0 ${width} ${height}`, width, height },
    ...drawnArrows.map(({ node }) => node),
    ...drawnStates.map(({ node }) => node),
  );
  let current: string | undefined;
  return {
    svg,
    show(state: string): void {
      if (state === current) return;
      for (const { key, node } of drawnStates) node.classList.toggle('is-on', key === state);
      for (const { from, to, node } of drawnArrows) node.classList.toggle('is-last', from === current && to === state);
      svg.setAttribute('aria-label', `${name} is in state ${state}`);
      current = state;
    },
  };
}
