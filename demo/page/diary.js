/** What becomes of an event: `queued` in memory, `stored` beyond the page, `sent` and unanswered, then `accepted`, `refused`
 * with a reason, or `handed over` to the browser at the page's end, of which no page hears more. */
const ended = new Set(['accepted', 'refused', 'handed over']);

const detailsOf = (event) => ({
  name: event.eventName,
  objects: event.objectIDs ?? [],
  token: event.userToken,
});

/** The events that this page has to do with, newest last, each with its state.
 * @param onChange Called after every change. */
export function createDiary(onChange) {
  const rows = new Map();
  let refusedAtOnce = 0;

  function change(row, changes) {
    if (!row || ended.has(row.state)) return;
    Object.assign(row, changes);
    onChange();
  }

  /** Rows of events in a request. The wire has no ids, so they are found by what they say and when it happened. */
  function rowsIn(body) {
    const waiting = [...rows.values()].filter(({ state }) => !ended.has(state));
    const found = JSON.parse(body).events.map(({ timestamp, ...event }) => {
      const json = JSON.stringify(event);
      return waiting.find((row) => row.json === json && (timestamp === undefined || row.timestamp === timestamp));
    });
    return found.filter(Boolean);
  }

  return {
    rows: () => [...rows.values()],
    /** An entry of the outbox. */
    add({ id, json, timestamp }, { isEarlier = false } = {}) {
      if (rows.has(id)) return;
      rows.set(id, {
        id,
        json,
        timestamp,
        ...detailsOf(JSON.parse(json)),
        state: 'queued',
        note: '',
        tries: 0,
        isEarlier,
      });
      onChange();
    },
    /** An event that never came into the outbox. */
    addRefused(event, token, reason) {
      const id = `refused-${++refusedAtOnce}`;
      rows.set(id, { id, ...detailsOf(event), token, state: 'refused', note: reason, tries: 0, isEarlier: false });
      onChange();
    },
    stored(ids) {
      for (const id of ids) if (rows.get(id)?.state === 'queued') change(rows.get(id), { state: 'stored' });
    },
    sent(body) {
      for (const row of rowsIn(body)) change(row, { state: 'sent', note: '', tries: row.tries + 1 });
    },
    /** A request was not accepted: its events wait as before, unless their end is told. */
    unsent(body, status, isDurable) {
      const note = status ? `answered ${status}` : 'no answer';
      for (const row of rowsIn(body)) change(row, { state: isDurable ? 'stored' : 'queued', note });
    },
    handedOver(body) {
      for (const row of rowsIn(body)) change(row, { state: 'handed over' });
    },
    ended({ type, id, reason, message }) {
      const note = [reason, message].filter(Boolean).join(': ');
      change(rows.get(id), type === 'eventDelivered' ? { state: 'accepted', note: '' } : { state: 'refused', note });
    },
  };
}
