import { fetchTransport } from 'usertoken';
import { write } from './dom.js';

/** Asks the demo's server. Its answer, or `undefined` when there is none. */
async function ask(path, body) {
  try {
    const init = body && { method: 'POST', body: JSON.stringify(body) };
    return await (await fetch(path, init)).json();
  } catch {
    write('requests', 'The demo server does not answer. Is it still running?');
    return undefined;
  }
}

/** The API's stand-in on the demo's server. */
export async function serverApi() {
  return {
    transport: fetchTransport(),
    /** The fault in force when the page was served. */
    fault: document.documentElement.dataset.fault,
    charts: (await ask('/demo/charts')) ?? [],
    collected: () => ask('/demo/collected'),
    setFault: async (kind) => (await ask('/demo/fault', { kind })) !== undefined,
  };
}
