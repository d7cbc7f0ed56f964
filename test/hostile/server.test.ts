import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { clickOn, received, track, useStage } from '../browser/harness.js';

const stage = useStage();

/** Runs in the place of the API, and answers as it likes. */
interface Impostor {
  readonly origin: string;
  /** Requests so far. */
  readonly requests: string[];
}

/** What the browser says of answers that end too soon, or of connections that the test cuts at its end. */
const brokenAnswers = /Failed to load resource|CORS|redirect/;

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function impostor(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Impostor> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    response.setHeader('access-control-allow-origin', '*');
    request.resume().once('end', () => answer(request, response));
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

test('gives up an endless response body, reads little of it, and keeps the event for the next attempt', async () => {
  const { collector } = stage;
  stage.expectErrors(brokenAnswers);
  let bytes = 0;
  const chunk = 'x'.repeat(65_536);
  const endless = await impostor((_, response) => {
    const more = () => {
      while (!response.destroyed) {
        bytes += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
    };
    response.on('error', () => {});
    response.statusCode = 503;
    more();
  });
  const context = await stage.context();
  const page = await stage.open(context, { host: endless.origin, requestTimeoutMs: 3_000 });
  const token = await page.evaluate(() => window.user.token);
  await page.evaluate((event) => void window.user.track(event), clickOn('teapot'));
  await expect.poll(() => endless.requests.length).toBeGreaterThanOrEqual(2);
  // What the sockets of the two sides hold is taken in by nobody.
  expect(bytes / endless.requests.length).toBeLessThan(16_000_000);
  await page.goto(stage.shopUrl());
  await collector.waitForEvents(1, { timeoutMs: 15_000 });
  expect(received(collector)).toEqual([`${token}: teapot`]);
});

test('gives up a response body that trickles in after requestTimeoutMs', async () => {
  stage.expectErrors(brokenAnswers);
  const timers: NodeJS.Timeout[] = [];
  const slow = await impostor((_, response) => {
    response.writeHead(200);
    timers.push(setInterval(() => response.write('x'), 50));
    response.once('close', () => timers.forEach(clearInterval));
  });
  const page = await stage.open(await stage.context(), { host: slow.origin, requestTimeoutMs: 400 });
  await page.evaluate((event) => void window.user.track(event), clickOn('teapot'));
  await expect.poll(() => slow.requests.length).toBeGreaterThanOrEqual(2);
  timers.forEach(clearInterval);
});

test.each([301, 302, 303, 307, 308])(
  'keeps an event while your host answers with a redirect (%i) to a page that takes no events',
  async (status) => {
    stage.expectErrors(brokenAnswers);
    const { collector } = stage;
    const login = await impostor((_, response) => response.end('<!doctype html><title>Log in</title>'));
    const redirecting = await impostor((_, response) => {
      response.writeHead(status, { location: `${login.origin}/login` }).end();
    });
    const context = await stage.context();
    const page = await stage.open(context, { host: redirecting.origin });
    const token = await page.evaluate(() => window.user.token);
    await page.evaluate((event) => void window.user.track(event), clickOn('teapot'));
    await expect.poll(() => redirecting.requests.length).toBeGreaterThanOrEqual(2);
    await page.goto(stage.shopUrl());
    await collector.waitForEvents(1, { timeoutMs: 15_000 });
    expect(received(collector)).toEqual([`${token}: teapot`]);
  },
);

test.each([
  ['JSON of other types', '{"status":"200","message":{"toString":1,"length":9}}'],
  ['JSON with a prototype key', '{"__proto__":{"message":"polluted","status":500}}'],
  ['a list ten thousand deep', '['.repeat(10_000)],
  ['a page of HTML with a script', '<script>parent.stolen = true</script>'],
  ['no bytes', ''],
  ['bytes that are no text', '\u0000\ufffe\ud800'],
])('takes the status alone from a response body of %s: 200 delivers, 422 drops', async (_, body) => {
  stage.expectErrors(brokenAnswers);
  let status = 200;
  const strange = await impostor((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'set-cookie': '_ALGOLIA=anonymous-planted' });
    response.end(body);
  });
  const context = await stage.context();
  const page = await stage.open(context, { host: strange.origin });
  const token = await page.evaluate(() => window.user.token);
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  status = 422;
  expect(await track(page, clickOn('kettle'))).toMatchObject({ status: 'dropped', reason: 'refused' });
  expect(await page.evaluate(() => ({}) as { message?: string })).toEqual({});
  // The answer's cookies belong to nobody, since the request went without credentials.
  await page.reload();
  expect(await page.evaluate(() => window.user.token)).toBe(token);
});
