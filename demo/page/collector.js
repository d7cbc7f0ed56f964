import { byId, element, write } from './dom.js';
import { tokenMark } from './token.js';

const nameOf = ({ eventName, objectIDs = [] }) => `${eventName}: ${objectIDs.join(', ')}`;
const statusText = (status) => (status === 0 ? 'no answer' : String(status));

/** Shows what the collector holds, by token, and its latest requests. */
export function showCollected(collected) {
  const target = byId('collected');
  const now = JSON.stringify(collected);
  if (now === target.dataset.shown) return;
  target.dataset.shown = now;
  const { groups, requests, latest } = collected;
  const events = groups.reduce((sum, group) => sum + group.events.length, 0);
  write('requests', `${events} events of ${groups.length} tokens, in ${requests} requests`);
  byId('latest').replaceChildren(
    ...latest.map(({ id, status, eventCount }) =>
      element(
        'li',
        { class: status === 200 ? 'good' : 'bad' },
        element('b', {}, statusText(status)),
        ` ${eventCount === 1 ? '1 event' : `${eventCount} events`}`,
        element('span', { class: 'number' }, ` #${id}`),
      ),
    ),
  );
  target.replaceChildren(
    ...groups.map((group) =>
      element(
        'div',
        { class: 'group' },
        element('h3', {}, tokenMark(group.userToken)),
        element('ol', {}, ...group.events.map((event) => element('li', {}, nameOf(event)))),
      ),
    ),
  );
}
