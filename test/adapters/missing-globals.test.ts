import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { createUserToken } from '../../src/index.js';
import { asPage } from '../support/as-page.js';
import { cookieDocument } from '../support/cookie-document.js';
import { memoryStorage } from '../support/memory-storage.js';

// Node's own fetch takes what it needs when it is first used.
beforeAll(async () => void (await fetch('data:,')));
afterEach(() => vi.unstubAllGlobals());

// S05, jestjs/jest#10431: without TextEncoder an event with an `é` was dropped as "not-an-event".
it.each([
  [['TextEncoder']],
  [['TextDecoder']],
  [['TextEncoder', 'TextDecoder', 'fetch', 'Request', 'Response', 'Headers']],
  [['crypto']],
  [['structuredClone']],
  [['AbortController']],
  [['atob']],
  [['AbortSignal']],
  [['URL']],
  [['navigator']],
  [['BroadcastChannel']],
  [['Blob', 'ReadableStream']],
])('an event is kept and no caller is blamed where a page has no %s', async (names) => {
  const storage = memoryStorage();
  asPage(cookieDocument('https://shop.example/'), { localStorage: storage, location: { protocol: 'https:' } });
  for (const name of names) vi.stubGlobal(name, undefined);
  const warnings: string[] = [];
  const outcomes: unknown[] = [];
  const user = createUserToken({
    appId: 'app',
    apiKey: 'key',
    consent: 'granted',
    host: 'https://127.0.0.1:1',
    batchWindowMs: 0,
    onWarning: ({ code }) => warnings.push(code),
  });
  user.on('eventDropped', (event) => outcomes.push(event));
  void user.viewedObjectIDs({ eventName: 'Product Viewed', index: 'products', objectIDs: ['café-1'] });
  await expect.poll(() => user.delivery.getSnapshot().context.retries).toBeGreaterThan(0);
  const stored = Array.from({ length: storage.length }, (_, index) => storage.getItem(storage.key(index)!)!);
  expect(stored.join()).toContain('café-1');
  expect(outcomes).toEqual([]);
  expect(warnings.filter((code) => code.startsWith('event') || code.startsWith('error'))).toEqual([]);
  user.dispose();
});
