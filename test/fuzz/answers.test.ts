import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { fetchTransport } from '../../src/index.js';
import { fakeClock } from '../../src/testing/index.js';
import { click, setup } from '../support/setup.js';
import { fuzz, watchProcess } from './support/fuzz.js';
import { anyJson, anything, made } from './support/nasty.js';

watchProcess();

const body = fc.oneof(
  fc.string(),
  anyJson.map((value) => JSON.stringify(value)),
  fc.constantFrom('{"message":{"__proto__":1}}', `{"message":"${'x'.repeat(5_000)}"}`, '[[[[', 'null', '<html>'),
);
const headers = fc.dictionary(
  fc.constantFrom('Retry-After', 'Location', 'Content-Type', 'Set-Cookie'),
  fc.constantFrom('1', '99999999999999999999', '-5', 'NaN', 'Thu, 01 Jan 2099 00:00:00 GMT', '0x10', '1e9', 'soon'),
);
const status = fc.oneof(fc.integer({ min: 200, max: 599 }), fc.constantFrom(200, 204, 304, 401, 408, 413, 422, 429));
/** What a server may say. */
const answer = fc.record({ status, body, headers }).map(({ status, body, headers }) => {
  const isEmpty = [204, 205, 304].includes(status);
  return () => Promise.resolve(new Response(isEmpty ? null : body, { status, headers }));
});
/** What a `fetch` that the page has replaced may return. */
const nonsense = anything.map((value) => () => made(value) as never);
const failure = fc.constant(() => Promise.reject(new TypeError('Failed to fetch')));

describe('whatever the server, or a fetch that the page has replaced, answers', () => {
  fuzz(
    'every event has one end or still waits, requests stay rare, and no token or key is told to anyone',
    300,
    [fc.array(fc.oneof(answer, answer, nonsense, failure), { minLength: 1, maxLength: 12 })],
    async (answers) => {
      const clock = fakeClock();
      const sent: { url: string; init: RequestInit }[] = [];
      const fetch = ((url: string, init: RequestInit) => {
        sent.push({ url, init });
        const next = answers[Math.min(sent.length, answers.length) - 1]!;
        return next();
      }) as typeof globalThis.fetch;
      const transport = fetchTransport({ fetch, now: clock.now, keepalive: true });
      const { user, warnings } = setup({ clock, transport });
      const ends: string[] = [];
      user.on('eventDelivered', ({ id }) => ends.push(id));
      user.on('eventDropped', ({ id }) => ends.push(id));
      user.login('secret-user');
      const receipts = ['a', 'b', 'c', 'd'].map((id) => user.track(click(id)));
      await clock.advance(60_000);
      for (const receipt of await Promise.all(receipts)) {
        expect(['delivered', 'stored', 'dropped']).toContain(receipt.status);
        if (receipt.status === 'dropped') expect((receipt.message ?? '').length).toBeLessThanOrEqual(500);
      }
      expect(new Set(ends).size).toBe(ends.length);
      // One batch, its halves, and the retries of a minute.
      expect(sent.length).toBeLessThanOrEqual(20);
      for (const { url, init } of sent) {
        expect(new URL(url).origin).toBe('https://insights.algolia.io');
        expect(init).toMatchObject({ credentials: 'omit' });
      }
      expect(JSON.stringify(warnings)).not.toMatch(/secret-user|KEY/);
      expect(user.delivery.getSnapshot().status).toBe('active');
      user.dispose();
    },
  );
});
