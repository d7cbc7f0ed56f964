import type { Collected, TimelineRequest } from '../timeline.types.js';

/** The faults that the page offers, as `PUT /fault` takes them. */
const faults: Readonly<Record<string, object | null>> = {
  'the API’s own answer': null,
  '503, down': { status: 503 },
  '429 with Retry-After: 2': { status: 429, retryAfter: 2 },
  '401, credentials refused': { status: 401 },
  '422, refused': { status: 422 },
  'a reset connection': { drop: true },
  'a lost answer (events are kept)': { dropAfterAccept: true },
  'no answer ever': { hang: true },
  'the API’s answer after 3 s': { delayMs: 3000 },
};
const shownRequests = 200;
const colors = 8;

const find = <T extends HTMLElement>(id: string) => document.getElementById(id) as T;
const list = find('requests');
const shown = new Map<number, { readonly text: string; readonly item: HTMLElement }>();
/** Tokens in the order of their first event: the n-th has the n-th colour, whatever else comes. */
const tokens = new Map<string, number>();

function element(name: string, className: string, ...content: (string | Node)[]): HTMLElement {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function tokenMark(token: string): HTMLElement {
  if (!tokens.has(token)) tokens.set(token, tokens.size);
  const mark = element('span', 'token', element('code', '', token));
  mark.dataset.color = String(tokens.get(token)! % colors);
  return mark;
}

function outcomeOf({ status, accepted, sent, isFaulted, preflight, eventCount }: TimelineRequest): [string, string] {
  const fault = isFaulted ? ', by a fault' : '';
  if (preflight) return ['', `${status || 'no answer'} preflight`];
  if (status === 0) return ['bad', accepted > 0 ? `accepted, answer lost${fault}` : `no answer${fault}`];
  if (status >= 300) return ['bad', `${status} ${status < 500 ? 'refused' : 'failed'}${fault}`];
  if (sent.length === 0 && eventCount === 0) return ['good', `${status}`];
  return accepted > 0 ? ['good', `${status} accepted${fault}`] : ['bad', `${status}, kept nothing${fault}`];
}

function eventItem(event: Readonly<Record<string, unknown>>): HTMLElement {
  const { eventType, eventSubtype, eventName, userToken, authenticatedUserToken } = event;
  const type = [eventType, eventSubtype].filter(Boolean).join(' ');
  const summary = element('summary', '', element('strong', '', String(eventName ?? '(no name)')), type);
  for (const token of [userToken, authenticatedUserToken])
    if (token !== undefined) summary.append(tokenMark(String(token)));
  return element('li', '', element('details', '', summary, element('pre', '', JSON.stringify(event, null, 2))));
}

function requestItem(request: TimelineRequest): HTMLElement {
  const { method, path, at, bytes, eventCount, sent, message } = request;
  const [tone, outcome] = outcomeOf(request);
  const time = new Date(at);
  const stamp = element('time', '', time.toLocaleTimeString());
  stamp.setAttribute('datetime', time.toISOString());
  const item = element(
    'li',
    '',
    element(
      'div',
      'head',
      element('span', `outcome ${tone}`, outcome),
      element('code', '', `${method} ${path}`),
      element('span', 'soft', `${count(eventCount, 'event')}, ${count(bytes, 'byte')}, `, stamp),
    ),
  );
  if (message) item.append(element('p', 'message', message));
  if (sent.length > 0) item.append(element('ul', '', ...sent.map(eventItem)));
  return item;
}

function showRequests(requests: readonly TimelineRequest[]): void {
  const newest = requests.slice(-shownRequests);
  const ids = new Set(newest.map(({ id }) => id));
  for (const [id, { item }] of shown) {
    if (ids.has(id)) continue;
    item.remove();
    shown.delete(id);
  }
  for (const request of newest) {
    const text = JSON.stringify(request);
    const before = shown.get(request.id);
    if (before?.text === text) continue;
    const item = requestItem(request);
    if (before) before.item.replaceWith(item);
    else list.prepend(item);
    shown.set(request.id, { text, item });
  }
  find('empty').hidden = requests.length > 0;
  const older = find('older');
  older.hidden = requests.length <= shownRequests;
  older.textContent = `${requests.length - shownRequests} older ones are in the JSON.`;
}

function showTokens(events: Collected['events']): void {
  const counts = new Map<string, number>();
  for (const { userToken } of events) counts.set(userToken, (counts.get(userToken) ?? 0) + 1);
  const items = [...counts].map(([token, number]) => element('li', '', tokenMark(token), ` ${count(number, 'event')}`));
  find('tokens').replaceChildren(...(items.length > 0 ? items : [element('li', 'soft', 'None yet.')]));
}

function show({ origin, fault, events, requests }: Collected): void {
  find('origin').textContent = origin;
  showRequests(requests);
  showTokens(events);
  find('summary').textContent = `${count(requests.length, 'request')}, ${count(events.length, 'event')} accepted`;
  find('fault-now').textContent = fault ? `In force: ${JSON.stringify(fault)}` : '';
}

let isLoading = false;
let isStale = false;

/** Loads what the collector holds; a change while it loads has it loaded once more. */
async function load(): Promise<void> {
  isStale = true;
  if (isLoading) return;
  isLoading = true;
  try {
    while (isStale) {
      isStale = false;
      show(await (await fetch('collected')).json());
    }
  } catch {
    find('summary').textContent = 'The collector does not answer.';
  } finally {
    isLoading = false;
  }
}

const choice = find<HTMLSelectElement>('fault');
for (const name of Object.keys(faults)) choice.append(new Option(name));
find('controls').addEventListener('submit', (event) => {
  event.preventDefault();
  const fault = faults[choice.value];
  void fetch('fault', fault ? { method: 'PUT', body: JSON.stringify(fault) } : { method: 'DELETE' });
});
find('clear').addEventListener('click', () => void fetch('collected', { method: 'DELETE' }));

const changes = new EventSource('collected/changes');
// Open again after the collector was away: whatever came meanwhile is loaded too.
changes.addEventListener('open', () => void load());
changes.addEventListener('message', () => void load());
changes.addEventListener('error', () => {
  find('summary').textContent = 'The collector does not answer.';
});
