/** An event is `queued` in memory, `stored` beyond the page, `sent` and unanswered, then `delivered`, `dropped` with a reason,
 * or `sent on exit`, when the browser has it at the page's end and no page learns more. */
const ended = new Set(['delivered', 'dropped', 'sent on exit']);

const detailsOf = (event) => ({
  name: event.eventName,
  objects: event.objectIDs ?? [],
  token: event.userToken,
});

/** The events that this page has to do with, newest last, each with its state.
 * @param onChange Called after every change. */
export function createDiary(onChange) {
  const rows = new Map();
  let droppedAtOnce = 0;

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
    addDropped(event, token, reason) {
      const id = `dropped-${++droppedAtOnce}`;
      rows.set(id, { id, ...detailsOf(event), token, state: 'dropped', note: reason, tries: 0, isEarlier: false });
      onChange();
    },
    stored(ids) {
      for (const id of ids) if (rows.get(id)?.state === 'queued') change(rows.get(id), { state: 'stored' });
    },
    sent(body) {
      for (const row of rowsIn(body)) change(row, { state: 'sent', note: '', tries: row.tries + 1 });
    },
    /** A request was not accepted: its events wait as before, unless they are dropped. */
    unsent(body, status, isDurable) {
      const note = status ? `answered ${status}` : 'no answer';
      for (const row of rowsIn(body)) change(row, { state: isDurable ? 'stored' : 'queued', note });
    },
    sentOnExit(body) {
      for (const row of rowsIn(body)) change(row, { state: 'sent on exit' });
    },
    ended({ type, id, reason, message }) {
      const note = [reason, message].filter(Boolean).join(': ');
      change(rows.get(id), type === 'eventDelivered' ? { state: 'delivered', note: '' } : { state: 'dropped', note });
    },
  };
}
