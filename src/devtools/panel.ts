import { drawChart } from './chart.js';
import { element, write } from './element.js';
import { charts } from './generated/charts.js';
import { retryText } from './log.js';
import type { End, ShownEvent, Status } from './status.types.js';
import { style } from './style.js';

/** More than this are counted, not listed. */
const listed = 20;

const timeOf = (at: number) => new Date(at).toLocaleTimeString('en-GB');

/** What the panel shows in addition to the client's status. */
export interface Lists {
  readonly ends: readonly End[];
  readonly warnings: readonly string[];
  readonly changes: readonly { readonly at: number; readonly text: string }[];
}

/** A list that is made anew only when it changes, so that it keeps its place and focus. */
function liveList<Item>(empty: string, show: (item: Item) => readonly (Node | string)[]) {
  const node = element('ul');
  let before: string | undefined;
  function update(items: readonly Item[]): void {
    const key = JSON.stringify(items);
    if (key === before) return;
    before = key;
    const rows = items.slice(0, listed).map((item) => element('li', {}, ...show(item)));
    const more = items.length - listed;
    if (more > 0) rows.push(element('li', {}, `and ${more} more`));
    node.replaceChildren(...(rows.length > 0 ? rows : [element('li', {}, element('small', {}, empty))]));
  }
  return { node, update };
}

function eventNodes({ name, type, about, token, at }: ShownEvent, word: string, kind: string): (Node | string)[] {
  return [
    element('span', { class: kind }, word),
    ` ${name} `,
    element('small', {}, `${type} · ${about} · `, element('code', {}, token), ` · ${timeOf(at)}`),
  ];
}

const section = (title: string, ...children: readonly (Node | string)[]) =>
  element('section', {}, element('h3', {}, title), ...children);

/** The overlay: a button, and the panel that it opens.
 * @param hotkeyText How the key that opens it is written. */
export function createPanel(hotkeyText: string) {
  const values = new Map<string, HTMLElement>();
  function facts(...names: readonly string[]): HTMLElement {
    const rows = names.flatMap((name) => {
      const value = element('dd');
      values.set(name, value);
      return [element('dt', {}, name), value];
    });
    return element('dl', {}, ...rows);
  }
  const set = (name: string, text: string) => write(values.get(name)!, text);

  const toggle = element('button', {
    class: 'toggle',
    type: 'button',
    'aria-expanded': 'false',
    title: `Open the devtools of usertoken (${hotkeyText})`,
    click: () => open(true),
  });
  const summary = element('p');
  const close = element('button', { type: 'button', click: () => open(false) }, 'Close');
  const why = element('p', { class: 'why' });
  const changes = liveList<Lists['changes'][number]>('No change since this opened.', ({ at, text }) => [
    element('span', { class: 'at' }, timeOf(at)),
    ` ${text}`,
  ]);
  const waiting = liveList<ShownEvent & { readonly word: string }>('Nothing waits.', (event) =>
    eventNodes(event, event.word, 'waiting'),
  );
  const ends = liveList<End>('No event has ended yet.', ({ event, status, reason }) =>
    eventNodes(event, reason ? `${status}: ${reason}` : status, status),
  );
  const warnings = liveList<string>('No warnings.', (text) => [element('span', { class: 'warning' }, text)]);
  const drawn = charts.map((chart) => ({ name: chart.name, ...drawChart(chart) }));
  const figures = drawn.map(({ name, svg }) => element('figure', {}, element('figcaption', {}, name), svg));

  const panel = element(
    'aside',
    { class: 'panel', hidden: true, 'aria-label': 'Devtools of usertoken' },
    element('header', {}, element('h2', {}, 'usertoken'), summary, close),
    element(
      'div',
      { class: 'body', tabindex: '0', role: 'group', 'aria-label': 'Identity, delivery and events' },
      element(
        'div',
        {},
        section('Who acts', facts('visitor', 'token', 'account', 'consent'), why),
        section('Changes', changes.node),
        section('Warnings', warnings.node),
      ),
      element(
        'div',
        {},
        section('Delivery', facts('state', 'failed requests', 'next request')),
        section('In the outbox', waiting.node),
        section('Latest events', ends.node),
      ),
      element('div', { class: 'charts' }, ...figures),
    ),
  );
  const host = element('usertoken-devtools' as 'div');
  const root = host.attachShadow({ mode: 'open' });
  // A page's policy may forbid style elements, but not this.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  root.append(toggle, panel);

  function open(isOpen: boolean): void {
    panel.hidden = !isOpen;
    toggle.hidden = isOpen;
    toggle.setAttribute('aria-expanded', String(isOpen));
    (isOpen ? close : toggle).focus();
  }

  return {
    host,
    open,
    toggle: () => open(panel.hidden),
    update(status: Status, lists: Lists): void {
      const { visitor, token, authenticatedToken, consent, delivery, retries } = status;
      const count = status.waiting.length;
      const retry = retryText(status);
      write(summary, [visitor, token, `consent ${consent}`, delivery, `${count} waiting`].filter(Boolean).join(' · '));
      write(toggle, `usertoken: ${visitor ?? token}${count > 0 ? `, ${count} waiting` : ''}`);
      set('visitor', visitor ?? 'decided by your calls');
      set('token', token);
      set('account', authenticatedToken ?? 'none next to the token');
      set('consent', consent);
      write(why, status.why);
      set('state', delivery);
      set('failed requests', retries === 0 ? 'none' : `${retries} in a row`);
      set(
        'next request',
        retry || (delivery === 'unauthorized' ? 'none on this page' : 'as soon as there is an event'),
      );
      changes.update(lists.changes);
      const word = status.isStored ? 'stored' : 'waiting';
      waiting.update(status.waiting.map((event) => ({ ...event, word })));
      ends.update(lists.ends);
      warnings.update(lists.warnings);
      const states = { 'identity.visitor': visitor, 'identity.consent': consent, delivery };
      drawn.forEach(({ name, show }, index) => {
        const state = states[name as keyof typeof states];
        // The drop-in has no identity machine.
        figures[index]!.hidden = visitor === undefined && name !== 'delivery';
        if (state) show(state);
      });
    },
  };
}
