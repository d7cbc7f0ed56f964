import { expect, test } from 'vitest';
import { clickOn, received, track, useStage } from '../browser/harness.js';

declare global {
  interface Window {
    /** Posts on one of the library's channels. */
    say(channel: string, message: unknown): void;
  }
}

const stage = useStage();
const outbox = 'usertoken:outbox:app:';

test('ignores messages and chunks of a later version in another tab, and delivers its own events', async () => {
  const { collector } = stage;
  const context = await stage.context();
  // A tab where version 2 runs, as far as this one can see: other messages on the channels, other chunks in the storage.
  const later = await context.newPage();
  await later.goto(stage.pages.url());
  await later.evaluate((outbox) => {
    const channels = new Map(['usertoken:app', outbox].map((name) => [name, new BroadcastChannel(name)] as const));
    window.say = (name, message) => channels.get(name)!.postMessage(message);
    const entry = (objectID: string) => {
      const event = {
        eventType: 'click',
        eventName: 'Clicked',
        index: 'products',
        objectIDs: [objectID],
        userToken: 'u1',
      };
      const json = JSON.stringify(event);
      return { id: objectID, json, timestamp: Date.now(), bytes: json.length + 28, suspectFields: [] };
    };
    const at = Date.now() - 60_000;
    localStorage[`${outbox}later:1`] = JSON.stringify({ v: 2, at, isFree: true, events: ['of version 2'] });
    localStorage[`${outbox}gone:1`] = JSON.stringify({ v: 1, at, isFree: false, entries: [entry('old')] });
    localStorage[`${outbox}zz:1`] = JSON.stringify({ v: 2.5, at, isFree: true, entries: [entry('not ours')] });
  }, outbox);
  const chunksOf = () =>
    later.evaluate((outbox) => [localStorage[`${outbox}later:1`], localStorage[`${outbox}zz:1`]], outbox);
  const before = await chunksOf();

  const page = await stage.open(context);
  const token = await page.evaluate(() => window.user.token);
  await later.evaluate(() => {
    const state = { visitor: 'identified', anonymousToken: 'anonymous-2', identifiedToken: 'mallory' };
    window.say('usertoken:app', { v: 2, at: Date.now() + 1_000, state });
    window.say('usertoken:app', { v: 2, at: { counter: 7n }, state });
    window.say('usertoken:app', { v: 2, isAsking: true, reply: new Map([['to', 'later']]) });
    window.say('usertoken:outbox:app:', { v: 2, lives: { page: 'later' } });
    window.say('usertoken:outbox:app:', { v: 2, type: 'ask' });
  });
  // Of this version again, so that all before it has been heard by then.
  await later.evaluate((anonymousToken) => {
    window.say('usertoken:app', {
      v: 1,
      at: Date.now() + 2_000,
      state: { visitor: 'identified', anonymousToken, identifiedToken: 'u1' },
    });
  }, token);
  await page.waitForFunction(() => window.user.token === 'u1');
  expect(await track(page, clickOn('new'))).toEqual({ status: 'delivered' });
  await collector.waitForEvents(2, { timeoutMs: 15_000 });
  expect(received(collector).sort()).toEqual(['u1: new', 'u1: old']);
  expect(await chunksOf()).toEqual(before);

  // What names the visitor goes with a denial, whichever version wrote it.
  await page.evaluate(() => window.user.consent.deny());
  expect(await chunksOf()).toEqual([undefined, undefined]);
});
