import { byId, element, write } from './dom.js';
import { tokenMark } from './token.js';

const steps = ['queued', 'stored', 'sent', 'accepted'];
const waiting = new Set(['queued', 'stored', 'sent']);

/** The way an event has gone, as four dots. */
function way(state) {
  const reached = state === 'refused' ? 3 : state === 'handed over' ? 2 : steps.indexOf(state);
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
    accepted: count(rows, ({ state }) => state === 'accepted'),
    refused: count(rows, ({ state }) => state === 'refused'),
  };
  for (const [id, number] of Object.entries(numbers)) write(id, String(number));
  showKept(rows.filter(({ isEarlier }) => isEarlier));
}

function showKept(kept) {
  const accepted = count(kept, ({ state }) => state === 'accepted');
  const many = kept.length === 1 ? '1 event' : `${kept.length} events`;
  const said =
    accepted === kept.length
      ? `All ${many} that an earlier page could not send were kept, and are accepted now.`.replace(
          'All 1 event',
          'The 1 event',
        )
      : `${many} that an earlier page could not send were kept. ${accepted} accepted so far.`;
  byId('kept').classList.toggle('is-whole', accepted === kept.length);
  byId('kept').hidden = kept.length === 0;
  write('kept', kept.length === 0 ? '' : said);
}
