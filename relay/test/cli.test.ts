import { connect } from 'node:net';
import { join } from 'node:path';
import { createCollector } from 'usertoken/testing';
import { expect, it, onTestFinished } from 'vitest';
import { argumentsFor, runRelay } from './processes.js';
import { apiKey, appId, click, tempDir, token } from './setup.js';

async function start(...more: string[]) {
  const collector = await createCollector({ appId, apiKey });
  const file = join(tempDir(), 'relay.db');
  const relay = await runRelay(argumentsFor(collector.origin, '--data', file, ...more));
  onTestFinished(async () => {
    await relay.kill();
    await collector.close();
  });
  const send = (events: object[], init: RequestInit = {}) =>
    fetch(`${relay.origin}/events`, { method: 'POST', body: JSON.stringify({ appId, events }), ...init });
  return { collector, relay, file, send };
}

it('forwards what it is sent, and answers health, metrics and status', async () => {
  const { collector, relay, send } = await start();
  expect(relay.output()).toMatch(/^relay: listening on http:\/\/127\.0\.0\.1:\d+$/m);
  const event = click();
  expect(await (await send([event, event])).json()).toEqual({ accepted: 1, duplicates: 1, rejected: [] });
  await collector.waitForEvents(1);
  const get = async (path: string) => (await fetch(relay.origin + path)).text();
  expect(JSON.parse(await get('/health'))).toMatchObject({ status: 'ok' });
  expect(await get('/metrics')).toContain(`usertoken_relay_duplicates_total{app="${appId}"} 1`);
  expect(await get('/status')).toContain('<h1>Relay</h1>');
});

it('finishes requests under way on SIGTERM, takes no more, and leaves the rest on disk', async () => {
  const { collector, relay, file, send } = await start();
  collector.setFault({ status: 503 });
  await send([click(), click()]);
  // Its body is half there when the signal comes.
  const { port } = new URL(relay.origin);
  const socket = connect(Number(port), '127.0.0.1');
  const body = JSON.stringify({ appId, events: [click()] });
  socket.write(`POST /events HTTP/1.1\r\nHost: relay\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 20)}`);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await expect.poll(() => fetch(`${relay.origin}/health`).then(({ status }) => status)).toBe(200);
  relay.child.kill('SIGTERM');
  await expect.poll(() => relay.output()).toContain('no more events are taken');
  socket.write(body.slice(20));
  await expect.poll(() => answer).toContain('"accepted":1');
  expect(await relay.ended).toBe(0);

  collector.setFault(null);
  const next = await runRelay(argumentsFor(collector.origin, '--data', file));
  await collector.waitForEvents(3, { timeoutMs: 20_000 });
  await next.kill('SIGTERM');
  expect(collector.events).toHaveLength(3);
});

it('ends with a sentence when another relay has the file', async () => {
  const { collector, file } = await start();
  const second = await runRelay(argumentsFor(collector.origin, '--data', file));
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(`usertoken-relay: another process has ${file} open`);
});

it.each([
  ['--app-id is missing', []],
  ['--port must be a whole number from 0 to 65535', ['--app-id', appId, '--port', 'x']],
  ['--store must be sqlite or nats', ['--app-id', appId, '--store', 'redis']],
  ['"origins" must hold origins', ['--app-id', appId, '--origin', 'shop.example']],
  ['Unknown option', ['--frobnicate']],
])('says what is wrong with its arguments: %s', async (message, args) => {
  const relay = await runRelay([...args, '--data', join(tempDir(), 'relay.db')]);
  expect(await relay.ended).toBe(2);
  expect(relay.output()).toContain(message);
});

it('asks for the key in the environment', async () => {
  const relay = await runRelay(['--app-id', appId], { USERTOKEN_API_KEY: '' });
  expect(await relay.ended).toBe(2);
  expect(relay.output()).toContain('set USERTOKEN_API_KEY');
});

it('ends a request that dribbles, and answers others meanwhile', async () => {
  const { relay, send } = await start();
  const socket = connect(Number(new URL(relay.origin).port), '127.0.0.1');
  socket.write('POST /events HTTP/1.1\r\nHost: relay\r\nContent-Length: 100000\r\n\r\n{"appId"');
  const drip = setInterval(() => socket.write(' '), 200);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  expect((await send([click()])).status).toBe(200);
  await closed;
  clearInterval(drip);
  expect(answer).toMatch(/^HTTP\/1\.1 408/);
});

it('writes no token, key or address into its log', async () => {
  const { collector, relay, send } = await start();
  const headers = { 'x-forwarded-for': '203.0.113.77', 'user-agent': 'agent-of-the-visitor' };
  const secrets = [token, apiKey, '203.0.113.77', 'account-4711', 'agent-of-the-visitor', 'anna@example.com'];
  await send([click({ eventName: `${token} é` }), click({ userToken: 'anna@example.com' })], { headers });
  await send([click({ userToken: 'account-4711', value: {} })], { headers });
  await fetch(`${relay.origin}/1/events?X-Algolia-API-Key=${apiKey}&X-Algolia-Application-Id=Other`, {
    method: 'POST',
    body: '{}',
  });
  await fetch(`${relay.origin}/events`, { method: 'POST', body: `{"${token}` });
  await expect.poll(() => relay.output()).toContain('rejected an event');
  collector.setFault({ drop: true });
  await send([click()], { headers });
  await expect.poll(() => relay.output()).toContain('Three requests');
  await relay.kill('SIGTERM');
  for (const secret of secrets) expect(relay.output()).not.toContain(secret);
});
