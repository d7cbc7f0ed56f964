import { onTestFinished, vi } from 'vitest';
import type { InsightsClient } from '../../../src/aa/index.js';
import { cookieDocument } from '../../support/cookie-document.js';
import { memoryStorage } from '../../support/memory-storage.js';

/** An event as a request function is given it. */
export type SentEvent = Readonly<Record<string, unknown>>;

/** What a client has sent. */
export interface Sent {
  readonly urls: URL[];
  /** Without the timestamps. */
  readonly events: SentEvent[];
  readonly timestamps: unknown[];
}

/** A fresh copy of `usertoken/aa` on a page of its own, until the test is over. The global object is the page, as where a test
 * runner puts jsdom in the place of Node's globals.
 * @param page.cookie What the page's cookies are. @param page.items What its localStorage holds. */
export async function openPage(page: { readonly cookie?: string; readonly items?: Record<string, string> } = {}) {
  const document = cookieDocument('http://shop.example/');
  if (page.cookie) document.cookie = page.cookie;
  const localStorage = memoryStorage();
  for (const [key, value] of Object.entries(page.items ?? {})) localStorage.setItem(key, value);
  const target = new EventTarget();
  const globals = {
    ...{ document, localStorage, location: document.location, navigator: { cookieEnabled: true } },
    ...{ addEventListener: target.addEventListener.bind(target), window: globalThis },
    removeEventListener: target.removeEventListener.bind(target),
  };
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  const before = Object.getOwnPropertyNames(globalThis);
  const client = await loadClient();
  onTestFinished(() => {
    // Else its client would take up what the page of the next test finds in its storage.
    target.dispatchEvent(new Event('pagehide'));
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      if (!before.includes(name)) Reflect.deleteProperty(globalThis, name);
    }
  });
  return { document, localStorage, window: globalThis as unknown as Window & Record<string, unknown>, ...client };
}

/** A fresh copy of `usertoken/aa` in the surroundings that are there, with a client that sends nowhere. */
export async function loadClient() {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const error = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });
  vi.resetModules();
  const library = await import('../../../src/aa/index.js');
  const sent: Sent = { urls: [], events: [], timestamps: [] };
  let answer = (): Promise<boolean> => Promise.resolve(true);
  const aa: InsightsClient = library.createInsightsClient((url, data) => {
    sent.urls.push(new URL(url));
    for (const { timestamp, ...event } of data.events as SentEvent[]) {
      sent.events.push(event);
      sent.timestamps.push(timestamp);
    }
    return answer();
  });
  return {
    library,
    aa,
    sent,
    warnings: () => [...warn.mock.calls, ...error.mock.calls].map(([text]) => String(text)),
    answerWith(next: typeof answer) {
      answer = next;
    },
  };
}

export const credentials = { appId: 'app', apiKey: 'key' };
export const queryID = '0123456789abcdef0123456789abcdef';
export const view = { eventName: 'Seen', index: 'products', objectIDs: ['a'] };
export const click = { eventName: 'Clicked', index: 'products', objectIDs: ['a'], positions: [1], queryID };
