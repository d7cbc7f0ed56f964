import { byId, write } from './dom.js';

const explained = {
  awaitingConsent: 'Nothing is sent without consent.',
  idle: 'No event is waiting.',
  collecting: 'Events are collected for a moment and sent together.',
  sending: 'A request is on its way.',
  backingOff: 'The request failed. Your events are kept, and sent again after a growing pause.',
  offline: 'There is no network. Your events are kept, and sent as soon as it is back.',
  unauthorized: 'The API refused the key. Your events are kept for a page with a valid one: heal the API and reload.',
};

/** The switch of the API's faults.
 * @param setFault Sets a fault. Resolves to whether it did.
 * @param onKind Called with the fault in force, whoever set it. */
export function networkSwitch(setFault, onKind) {
  let latest = 0;
  byId('fault').addEventListener('change', async ({ target }) => {
    latest += 1;
    if (await setFault(target.value)) onKind(target.value);
  });
  return {
    /** Number of changes made here, to tell whether an answer asked for earlier still holds. */
    changes: () => latest,
    show(kind) {
      document.querySelector(`#fault [value="${kind}"]`).checked = true;
      onKind(kind);
    },
  };
}

/** Shows what delivery does and why. */
export function showDelivery({ value, context }) {
  write('delivery', value);
  byId('delivery').dataset.state = value;
  write('attempt', String(context.retries));
  write('why-delivery', explained[value]);
}
