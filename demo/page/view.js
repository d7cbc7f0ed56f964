/** The element with this id. */
export const byId = (id) => document.getElementById(id);

/** An element with a text and children. */
export function element(name, text = '', ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

/** Writes a text if it is another than before: a live region says only what changed. */
export function write(id, text) {
  const target = byId(id);
  if (target.textContent !== text) target.textContent = text;
}

const nameOf = ({ eventName, objectIDs }) => `${eventName}: ${objectIDs.join(', ')}`;

function receiptText(receipt) {
  if (!receipt) return ['waits', ''];
  if (receipt.status === 'dropped') return [`dropped: ${receipt.reason}`, 'bad'];
  return [receipt.status, receipt.status === 'delivered' ? 'good' : ''];
}

/** The events tracked on this page, newest first. */
export function showTracked(tracked) {
  const rows = tracked.toReversed().map(({ event, token, receipt }) => {
    const [text, className] = receiptText(receipt);
    const cell = element('td', text);
    cell.className = className;
    return element('tr', '', element('td', nameOf(event)), element('td', '', element('code', token ?? 'none')), cell);
  });
  byId('events').replaceChildren(...rows);
  byId('untracked').hidden = rows.length > 0;
  byId('tracked-table').hidden = rows.length === 0;
}

/** What the collector holds, by token. */
export function showCollected({ groups, requests }) {
  const events = groups.reduce((sum, group) => sum + group.events.length, 0);
  write('requests', `${events} events of ${groups.length} tokens, in ${requests} requests`);
  byId('collected').replaceChildren(
    ...groups.map((group) =>
      element(
        'div',
        '',
        element('h3', '', element('code', group.userToken)),
        element('ol', '', ...group.events.map((event) => element('li', nameOf(event)))),
      ),
    ),
  );
}
