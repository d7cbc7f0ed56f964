import { checkEventsBody } from '../../src/testing/insights-rules.ts';
import { faults, listedRequests } from '../api.mjs';

const key = 'demo:api';
/** Long enough to see that a request is on its way. */
const answerMs = 200;
const keptEvents = 100;
const exitBudget = 49_152;

const byToken = (events) =>
  [...new Set(events.map(({ userToken }) => userToken))].map((userToken) => ({
    userToken,
    events: events.filter((event) => event.userToken === userToken),
  }));

/** The answer of a fault; without a status there is none. */
const faultAnswer = ({ status = 0, retryAfter, body = '{}' }) => ({
  status,
  message: JSON.parse(body).message ?? '',
  retryAfterMs: retryAfter && retryAfter * 1000,
});

/** The API's stand-in for a site without a server: a transport that answers inside the page by the collector's rules.
 * @param charts The machines' statecharts, laid out.
 * @param storage Keeps what the stand-in received, so that every tab of the site talks to the same one. */
export function pageApi(charts, storage) {
  const read = () => ({ fault: 'none', requests: 0, latest: [], events: [], ...JSON.parse(storage.getItem(key)) });
  const change = (changes) => storage.setItem(key, JSON.stringify({ ...read(), ...changes }));

  function receive({ body }) {
    const api = read();
    const fault = faults[api.fault];
    const json = JSON.parse(body);
    const answer = fault ? faultAnswer(fault) : { message: '', ...checkEventsBody(json, Date.now()) };
    const id = api.requests + 1;
    const { status } = answer;
    change({
      requests: id,
      latest: [...api.latest, { id, status, eventCount: json.events.length }].slice(-listedRequests),
      events: status === 200 ? [...api.events, ...json.events].slice(-keptEvents) : api.events,
    });
    return { answer, hangs: fault?.hang };
  }

  return {
    charts,
    fault: read().fault,
    async collected() {
      const { events, ...rest } = read();
      return { ...rest, groups: byToken(events) };
    },
    async setFault(kind) {
      change({ fault: kind });
      return true;
    },
    transport: {
      exitBudget,
      send(request, { signal }) {
        const { answer, hangs } = receive(request);
        return new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ status: 0, message: '' }));
          if (!hangs) setTimeout(resolve, answerMs, answer);
        });
      },
      sendOnExit(request) {
        receive(request);
        return true;
      },
    },
  };
}
