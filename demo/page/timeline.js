import { byId, element, write } from './dom.js';
import { tokenMark } from './token.js';

const steps = ['queued', 'stored', 'sent', 'delivered'];
const waiting = new Set(['queued', 'stored', 'sent']);

/** The way an event has gone, as four dots. */
function way(state) {
  const reached = state === 'dropped' ? 3 : state === 'sent on exit' ? 2 : steps.indexOf(state);
  const dots = steps.map((_, index) => element('i', { class: index <= reached ? 'is-reached' : '' }));
  return element('span', { class: `way way-${state.split(' ')[0]}`, 'aria-hidden': 'true' }, ...dots);
}

function noteOf({ note, tries, isEarlier }) {
  const parts = [isEarlier && 'kept from an earlier page', note, tries > 1 && `${tries} tries`];
  return parts.filter(Boolean).join(', ');
}

function item(row) {
  const { name, objects, token, state } = row;
  return element(
    'li',
    { class: `event is-${state.split(' ')[0]}` },
    element('span', { class: 'what' }, element('b', {}, name), ` ${objects.join(', ')}`),
    tokenMark(token),
    element('span', { class: 'state' }, way(state), state),
    element('span', { class: 'why' }, noteOf(row)),
  );
}

const count = (rows, test) => rows.filter(test).length;

/** What scrolls must be reached by keyboard; what doesn't need not. */
function noteScroll() {
  const timeline = byId('timeline');
  timeline.tabIndex = timeline.scrollHeight > timeline.clientHeight ? 0 : -1;
}

/** Shows the events that this page has to do with, newest first. */
export function showTimeline(rows) {
  byId('events').replaceChildren(...rows.toReversed().map(item));
  byId('untracked').hidden = rows.length > 0;
  noteScroll();
  const numbers = {
    waiting: count(rows, ({ state }) => waiting.has(state)),
    delivered: count(rows, ({ state }) => state === 'delivered'),
    dropped: count(rows, ({ state }) => state === 'dropped'),
  };
  for (const [id, number] of Object.entries(numbers)) write(id, String(number));
  showKept(rows.filter(({ isEarlier }) => isEarlier));
}

function showKept(kept) {
  const delivered = count(kept, ({ state }) => state === 'delivered');
  const many = kept.length === 1 ? '1 event' : `${kept.length} events`;
  const isWhole = delivered === kept.length;
  const all = kept.length === 1 ? 'The 1 event of an earlier page is' : `All ${many} of an earlier page are`;
  const said = isWhole ? `${all} delivered now.` : `${many} of an earlier page: ${delivered} delivered so far.`;
  byId('kept').classList.toggle('is-whole', isWhole);
  byId('kept').hidden = kept.length === 0;
  write('kept', kept.length === 0 ? '' : said);
}
