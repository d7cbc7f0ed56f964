import { byId, write } from './dom.js';

const explained = {
  awaitingConsent: 'Held: without consent nothing is sent.',
  idle: 'Nothing waits.',
  collecting: 'Events are collected for a moment, and go together.',
  sending: 'A request is on its way.',
  backingOff: 'No luck. What waits is kept, and tried again after a growing pause.',
  offline: 'No network. What waits is kept, and goes as soon as there is one.',
  unauthorized: 'The key was refused. What waits is kept for a page with a right one: heal the API, and reload.',
};

/** Asks the demo's server. What it answers, or `undefined` when it does not. */
export async function ask(path, body) {
  try {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    return await (await fetch(path, init)).json();
  } catch {
    write('requests', 'The demo server does not answer. Is it still running?');
    return undefined;
  }
}

/** The switch of the API's faults.
 * @param onKind Called with the fault in force, whoever set it. */
export function networkSwitch(onKind) {
  let latest = 0;
  byId('fault').addEventListener('change', async ({ target }) => {
    latest += 1;
    if (await ask('/demo/fault', { kind: target.value })) onKind(target.value);
  });
  return {
    /** Number of changes made here, to tell whether what was asked before still holds. */
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
