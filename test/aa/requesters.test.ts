import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { credentials, loadClient, view } from './support/open-page.js';

/** Sends one event through a request function, and waits for 40 seconds. */
async function sendOver(answer: () => unknown) {
  const { library } = await loadClient();
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const request = vi.fn(answer);
  const aa = library.createInsightsClient(request);
  aa('init', { ...credentials, userToken: 'visitor' });
  const result = aa('viewedObjectIDs', view);
  await vi.advanceTimersByTimeAsync(40_000);
  return { result: await result, calls: request.mock.calls.length };
}

// S04, docs/nodejs.md of search-insights
describe('a request function', () => {
  it.each([
    ['nothing', () => undefined],
    ['a promise of nothing', async () => {}],
    ['the answer of a logger', async () => 'sent'],
    ['true', async () => true],
    ['a Response with status 200', async () => new Response('{}')],
    ['a Response with status 204', async () => new Response(null, { status: 204 })],
  ])('that returns %s has sent the event: it is asked once', async (_, answer) => {
    expect(await sendOver(answer)).toEqual({ result: true, calls: 1 });
  });

  it('that returns a Response with status 422 was refused: it is asked once', async () => {
    expect(await sendOver(async () => new Response('{}', { status: 422 }))).toEqual({ result: false, calls: 1 });
  });

  it.each([
    ['returns false', async () => false],
    ['rejects', () => Promise.reject(new Error('no network'))],
    [
      'throws',
      () => {
        throw new Error('no network');
      },
    ],
    ['returns a Response with status 503', async () => new Response('', { status: 503 })],
    ['returns the failed answer of fetch', async () => Response.error()],
  ])('that %s is asked again', async (_, answer) => {
    const { result, calls } = await sendOver(answer);
    expect(result).toBe(true);
    expect(calls).toBeGreaterThan(2);
  });
});
