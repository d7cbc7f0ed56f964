import { createUserToken } from 'usertoken';
import { liveChart } from './chart.js';
import { showCollected } from './collector.js';
import { createDiary } from './diary.js';
import { byId, element, write } from './dom.js';
import { eventButtons } from './event-buttons.js';
import { ask, networkSwitch, showDelivery } from './network.js';
import { openShop } from './shop.js';
import { showTimeline } from './timeline.js';
import { tokenClass } from './token.js';
import { switchablePage, watchedOutbox, watchedTransport } from './watched-ports.js';

const appId = 'DemoApp';
/** The visitor's decision is the application's to keep, and this is where this one keeps it. */
const consentKey = 'demo:consent';
/** Other tabs send too, and set faults. */
const lookMs = 2_000;

const { fault } = document.documentElement.dataset;
const diary = createDiary(() => {
  showTimeline(diary.rows());
  showOutbox();
});
const outbox = watchedOutbox(appId, diary);
const page = switchablePage(fault === 'offline');
const network = networkSwitch((kind) => page.cut(kind === 'offline'));
/** What the machines did before the charts were there. */
const inspected = [];
const inspectors = [(event) => inspected.push(event)];

const user = createUserToken({
  appId,
  apiKey: 'demo-search-key',
  consent: localStorage.getItem(consentKey) ?? 'pending',
  host: location.origin,
  // Shorter than the default, so that one sees how an API that hangs is given up.
  requestTimeoutMs: 4_000,
  outbox,
  page,
  transport: watchedTransport(diary, outbox, refresh),
  inspect: (event) => inspectors.forEach((inspector) => void inspector(event)),
  // What they say, the page shows.
  onWarning: () => {},
});

async function refresh() {
  const changes = network.changes();
  const collected = await ask('/demo/collected');
  if (!collected) return;
  showCollected(collected);
  if (changes === network.changes()) network.show(collected.fault);
}

async function track(method, event) {
  const before = diary.rows().length;
  const { token } = user;
  const answer = user[method]({ index: 'products', ...event });
  if (diary.rows().length > before) return;
  const receipt = await answer;
  if (receipt.status === 'dropped') diary.addRefused(event, token, receipt.reason);
}

function showOutbox() {
  const { size } = outbox;
  const many = size === 1 ? '1 event waits' : `${size} events wait`;
  const where = outbox.persistent ? 'in localStorage, and outlive this page' : 'in memory, until consent is granted';
  write(
    'outbox',
    size === 0 ? 'Empty: nothing waits.' : `${many} ${size === 1 ? where.replace('outlive', 'outlives') : where}.`,
  );
}

function login(id) {
  const check = user.login(id);
  write('answer', check.ok ? '' : `Refused (${check.reason}): ${check.message}`);
}

function showState() {
  const { token, state, consent } = user.getSnapshot();
  write('visitor', state);
  write('consent', consent);
  write('token', token ?? 'none');
  byId('token').className = tokenClass(token);
  write('cookies', document.cookie.split('; ').filter(Boolean).join('\n') || 'none');
  byId('grant').setAttribute('aria-pressed', String(consent === 'granted'));
  byId('deny').setAttribute('aria-pressed', String(consent === 'denied'));
  for (const button of document.querySelectorAll('[data-login]')) {
    button.setAttribute('aria-pressed', String(state === 'identified' && token === button.dataset.login));
  }
  if (consent !== 'pending') localStorage.setItem(consentKey, consent);
}

/** Payloads of the events that need one, when they are sent by hand. */
const payloads = {
  'identity.login': () => ({ token: user.token === 'ada-1815' ? 'grace-1906' : 'ada-1815' }),
  'identity.sync': () => ({ token: null }),
  // As another tab says it.
  'tabs.changed': () => {
    const { anonymousToken } = user.identity.getSnapshot().context;
    const identifiedToken = user.token === 'grace-1906' ? 'ada-1815' : 'grace-1906';
    return { state: 'identified', anonymousToken, identifiedToken };
  },
  'delivery.queued': () => ({ waiting: outbox.size }),
};

const titles = { identity: 'Who is acting', delivery: 'How events are delivered' };
const about = {
  identity: 'Drawn from the machine that runs: lit is its state, amber its last transition. Buttons send events.',
  delivery: 'The machine behind every click and purchase. Give it an outage, or send it events by hand.',
};

async function drawCharts() {
  const charts = await ask('/demo/charts');
  for (const chart of charts ?? []) {
    const actor = user[chart.id];
    const live = liveChart(chart);
    const events = eventButtons(actor, chart.events, payloads);
    byId('charts').append(
      element(
        'section',
        { class: 'panel chart', 'aria-labelledby': `chart-${chart.id}` },
        element('h2', { id: `chart-${chart.id}` }, titles[chart.id]),
        element('p', {}, about[chart.id]),
        live.frame,
        element('div', { class: 'sends', role: 'group', 'aria-label': `Events of ${chart.id}` }, ...events.buttons),
      ),
    );
    const show = () => {
      live.show(actor.getSnapshot());
      events.show();
    };
    actor.subscribe(show);
    user.subscribe(events.show);
    show();
    const hear = (event) => event.actorRef?.id === chart.id && live.took(event);
    inspected.forEach(hear);
    inspectors.push(hear);
  }
  // What is heard from now on needs no keeping.
  inspectors.shift();
}

openShop(track);
for (const button of document.querySelectorAll('[data-login]')) {
  button.addEventListener('click', () => login(button.dataset.login));
}
byId('logout').addEventListener('click', () => user.logout());
byId('login').addEventListener('submit', (event) => {
  event.preventDefault();
  login(byId('id').value);
});
byId('grant').addEventListener('click', () => user.consent.grant());
byId('deny').addEventListener('click', () => user.consent.deny());

user.subscribe(showState);
user.delivery.subscribe((snapshot) => {
  showDelivery(snapshot);
  showOutbox();
});
user.on('eventDelivered', diary.ended);
user.on('eventDropped', diary.ended);
addEventListener('focus', showState);
setInterval(() => document.visibilityState === 'visible' && refresh(), lookMs);

showState();
showDelivery(user.delivery.getSnapshot());
showTimeline(diary.rows());
showOutbox();
network.show(fault);
refresh();
drawCharts();
