import { createUserToken } from 'usertoken';
import { liveChart } from './chart.js';
import { showCollected } from './collector.js';
import { createDiary } from './diary.js';
import { byId, element, write } from './dom.js';
import { networkSwitch, showDelivery } from './network.js';
import { openShop } from './shop.js';
import { showTimeline } from './timeline.js';
import { tokenClass } from './token.js';
import { switchablePage, watchedOutbox, watchedTransport } from './watched-ports.js';

const appId = 'DemoApp';
/** Keeping the visitor's decision is up to the application; this one keeps it here. */
const consentKey = 'demo:consent';
/** Other tabs send too, and set faults. */
const lookMs = 2_000;

const titles = { identity: 'The identity machine', delivery: 'The delivery machine' };
const about = {
  identity: 'Drawn from the machine that runs. Its state is lit, its last transition is amber.',
  delivery: 'The machine behind every click and purchase. Break the network and watch it retry.',
};

/** Runs the demo on a page that has the markup of demo.html.
 * @param api Stands in for the Insights API: see server-api.js and page-api.js.
 * @param storage Keeps the visitor's decision.
 * @returns Ends the demo. */
export function startDemo(api, storage) {
  const ending = new AbortController();
  const { signal } = ending;
  const diary = createDiary(() => {
    if (signal.aborted) return;
    showTimeline(diary.rows());
    showOutbox();
  });
  const outbox = watchedOutbox(appId, diary);
  const page = switchablePage(api.fault === 'offline');
  const network = networkSwitch(api.setFault, (kind) => page.cut(kind === 'offline'));
  const charts = new Map(api.charts.map((chart) => [chart.id, liveChart(chart)]));

  const user = createUserToken({
    appId,
    apiKey: 'demo-search-key',
    consent: storage.getItem(consentKey) ?? 'pending',
    host: location.origin,
    // Shorter than the default, so that you see how a request that hangs is given up.
    requestTimeoutMs: 4_000,
    outbox,
    page,
    transport: watchedTransport(api.transport, diary, outbox, refresh),
    inspect: ({ type, actorRef, event }) => type === '@xstate.event' && charts.get(actorRef.id)?.told(event.type),
    // The page shows what they say.
    onWarning: () => {},
  });

  async function refresh() {
    const changes = network.changes();
    const collected = await api.collected();
    if (!collected || signal.aborted) return;
    showCollected(collected);
    if (changes === network.changes()) network.show(collected.fault);
  }

  async function track(method, event) {
    const before = diary.rows().length;
    const { token } = user;
    const answer = user[method]({ index: 'products', ...event });
    if (diary.rows().length > before) return;
    const receipt = await answer;
    if (receipt.status === 'dropped') diary.addDropped(event, token, receipt.reason);
  }

  function showOutbox() {
    const { size } = outbox;
    const many = size === 1 ? '1 event waits' : `${size} events wait`;
    const where = outbox.persistent
      ? `in localStorage, and ${size === 1 ? 'outlives' : 'outlive'} this page`
      : 'in memory, until you grant consent';
    write('outbox', size === 0 ? 'Empty: no event waits.' : `${many} ${where}.`);
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
    if (consent !== 'pending') storage.setItem(consentKey, consent);
  }

  /** Calls that change a machine's state, for the buttons below its chart. */
  const calls = {
    identity: {
      "login('ada-1815')": () => login('ada-1815'),
      "login('grace-1906')": () => login('grace-1906'),
      'sync(null)': () => user.sync(null),
      'logout()': () => user.logout(),
      'consent.grant()': () => user.consent.grant(),
      'consent.deny()': () => user.consent.deny(),
    },
    delivery: {
      'clickedObjectIDs(…)': () => track('clickedObjectIDs', { eventName: 'Product Clicked', objectIDs: ['teapot'] }),
      'flush()': () => user.flush(),
    },
  };

  for (const [id, live] of charts) {
    const buttons = Object.entries(calls[id]).map(([name, click]) =>
      element('button', { type: 'button', click }, `user.${name}`),
    );
    byId('charts').append(
      element(
        'section',
        { class: 'panel chart', 'aria-labelledby': `chart-${id}` },
        element('h2', { id: `chart-${id}` }, titles[id]),
        element('p', {}, about[id]),
        live.frame,
        element('div', { class: 'calls', role: 'group', 'aria-label': `Calls that reach ${id}` }, ...buttons),
      ),
    );
    live.show(user[id].getSnapshot());
    user[id].subscribe(live.show);
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
  addEventListener('focus', showState, { signal });
  const looking = setInterval(() => document.visibilityState === 'visible' && refresh(), lookMs);

  showState();
  showDelivery(user.delivery.getSnapshot());
  showTimeline(diary.rows());
  showOutbox();
  network.show(api.fault);
  refresh();

  return () => {
    clearInterval(looking);
    ending.abort();
    user.dispose();
  };
}
