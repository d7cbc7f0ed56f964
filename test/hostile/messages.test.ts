import { expect, test } from 'vitest';
import { clickOn, received, track, useStage } from '../browser/harness.js';

declare global {
  interface Window {
    heardAnswers: number;
  }
}

const stage = useStage();

test('malformed messages, forged storage events and a flood of messages change and throw nothing, and get few answers', async () => {
  const { collector } = stage;
  const context = await stage.context();
  const page = await stage.open(context);
  await page.evaluate(() => window.user.login('ada-1815'));
  const before = await page.evaluate(() => window.user.getSnapshot());
  const forger = await context.newPage();
  await forger.goto(stage.pages.url());
  await forger.evaluate(() => {
    const identity = new BroadcastChannel('usertoken:app');
    const outbox = new BroadcastChannel('usertoken:outbox:app:');
    window.heardAnswers = 0;
    outbox.onmessage = identity.onmessage = () => {
      window.heardAnswers += 1;
    };
    const circle: Record<string, unknown> = { v: 1 };
    circle.at = circle;
    const state = { visitor: 'identified', anonymousToken: 'anonymous-m', identifiedToken: 'mallory' };
    const whole = { v: 1, at: Date.now() + 1, state };
    const values = [
      new Map(),
      new Set([1]),
      new Date(Number.NaN),
      new Error('x'),
      /x/g,
      new ArrayBuffer(1_000_000),
      -1.5,
      [[]],
    ];
    for (const value of [...values, circle, { toString: 1, valueOf: 1 }, new Blob(['x'])]) {
      identity.postMessage(value);
      outbox.postMessage(value);
      outbox.postMessage({ lives: value });
      for (const field of ['v', 'at', 'state']) identity.postMessage({ ...whole, [field]: value });
      for (const field of Object.keys(state)) identity.postMessage({ ...whole, state: { ...state, [field]: value } });
    }
    // Something of others, so that a page that looks for it asks whose it is.
    localStorage['usertoken:outbox:app:later:1'] = '{"v":2}';
    for (let n = 0; n < 2_000; n += 1) outbox.postMessage({ leaves: `${n}` });
    for (let n = 0; n < 2_000; n += 1) outbox.postMessage({ lives: `${n}` });
  });
  await page.evaluate(() => {
    for (const key of ['usertoken:outbox:app:mark', 'usertoken:renewed:_ALGOLIA', null]) {
      dispatchEvent(new StorageEvent('storage', { key, newValue: '{"v":1,"consent":"denied"}' }));
    }
  });
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  expect(await page.evaluate(() => window.user.getSnapshot())).toEqual(before);
  expect(received(collector)).toEqual(['ada-1815: teapot']);
  expect(await forger.evaluate(() => window.heardAnswers)).toBeLessThan(20);
});
