import { once } from 'node:events';
import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import express from 'express';
import { Hono } from 'hono';
import { createCollector } from 'usertoken/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createRelay, memoryStore, nodeHandler, type Relay } from '../src/index.js';
import { apiKey, appId, click, listLog, token } from './setup.js';

const listening = async (server: Server) => {
  if (!server.listening) await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};

// As docs/relay.md mounts it.
const mounts: Readonly<Record<string, (relay: Relay) => Promise<string>>> = {
  Express(relay) {
    const app = express();
    app.use('/t', nodeHandler(relay));
    app.use(express.json());
    return listening(app.listen(0, '127.0.0.1'));
  },
  Hono(relay) {
    const app = new Hono();
    app.all('/t/*', (context) => relay.handle(context.req.raw));
    return listening(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server);
  },
};

it.each(Object.keys(mounts))('works below a path of %s: events, cookies, health and refusals', async (name) => {
  const collector = await createCollector({ appId, apiKey });
  const relay = createRelay({
    applications: { [appId]: { apiKey, upstream: collector.origin } },
    store: memoryStore(),
    cookie: true,
    log: listLog(),
  });
  onTestFinished(async () => {
    await relay.close();
    await collector.close();
  });
  const origin = await mounts[name]!(relay);
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}/t${path}`, { method: 'POST', body, headers: { 'content-type': 'text/plain', ...headers } });
  const event = click();
  const body = JSON.stringify({ appId, events: [event] });
  const accepted = await post('/events', body, { cookie: `_ALGOLIA=${token}`, origin });
  expect(await accepted.json()).toEqual({ accepted: 1, duplicates: 0, rejected: [] });
  expect(accepted.headers.getSetCookie()).toHaveLength(1);
  expect(await (await post('/events', body)).json()).toMatchObject({ duplicates: 1 });
  expect((await post('/1/events?X-Algolia-Application-Id=YourAppId', '{"events":[]}')).status).toBe(400);
  expect((await post('/events', body, { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('/events', `{"a":"${'x'.repeat(2_200_000)}"}`).catch(() => ({ status: 413 }))).status).toBe(413);
  expect((await fetch(`${origin}/t/health`)).status).toBe(200);
  await collector.waitForEvents(1);
});
