#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import pretty from 'pino-pretty';
import { createRelay, nodeHandler, type RelayStore, sqliteStore } from './index.js';

const usage = `USERTOKEN_API_KEY=... npx usertoken-relay --app-id ID [options]

Takes events from usertoken and search-insights, stores each one once, and forwards it to the Algolia Insights API.

  --app-id ID              your application. Repeat it for more, with a key in USERTOKEN_API_KEY_<ID> for each
  --data FILE              the SQLite file with queue and ids (default ./relay.db); one process per file
  --port N                 port, 0 for a free one (default 4300)
  --host ADDRESS           address to listen on (default 127.0.0.1; 0.0.0.0 in a container)
  --origin URL             another origin whose pages may send events, such as https://shop.example. Pages of the relay's
                           host always may. Repeat it for more
  --upstream URL           where events go (default https://insights.algolia.io)
  --store sqlite|nats      where the queue is (default sqlite)
  --nats URL,URL           the NATS servers
  --cookie                 renew the cookie of the anonymous token with each answer
  --cookie-domain NAME     the domain of that cookie, if your pages set one
  --events-per-minute N    the most events from one address, 1000 or more (default 6000)
  --help, --version

It also serves GET /health, /metrics (for Prometheus) and /status. Make only /events and /1/events public.`;

/** A mistake in what was typed, or in the environment. */
class Mistake extends Error {}

function readArguments(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      'app-id': { type: 'string', multiple: true },
      data: { type: 'string', default: './relay.db' },
      port: { type: 'string', default: '4300' },
      host: { type: 'string', default: '127.0.0.1' },
      origin: { type: 'string', multiple: true },
      upstream: { type: 'string' },
      store: { type: 'string', default: 'sqlite' },
      nats: { type: 'string' },
      cookie: { type: 'boolean' },
      'cookie-domain': { type: 'string' },
      'events-per-minute': { type: 'string', default: '6000' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
  return values;
}

/** The key of an application, which only the environment has: arguments are seen by every user of the machine. */
function keyOf(appId: string): string {
  const key = process.env[`USERTOKEN_API_KEY_${appId}`] || process.env.USERTOKEN_API_KEY;
  if (!key)
    throw new Mistake(
      `there is no API key for ${appId}: set USERTOKEN_API_KEY, or USERTOKEN_API_KEY_${appId}, in the environment.`,
    );
  return key;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Mistake(`${name} must be a whole number from ${min} to ${max}, not '${text}'.`);
}

async function openStore({ store, nats, data }: ReturnType<typeof readArguments>): Promise<RelayStore> {
  if (store === 'sqlite') return sqliteStore({ file: data });
  if (store !== 'nats') throw new Mistake(`--store must be sqlite or nats, not '${store}'.`);
  if (!nats) throw new Mistake('--store nats needs the servers too: add --nats URL,URL.');
  const { jetStreamStore } = await import('./jetstream-store.js');
  return jetStreamStore({ servers: nats.split(',') });
}

async function main(args: string[]): Promise<void> {
  const values = readArguments(args);
  if (values.help) return console.log(usage);
  if (values.version) {
    return console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
  }
  const { 'app-id': appIds, upstream, origin: origins, host } = values;
  const domain = values['cookie-domain'];
  const cookie = domain ? { domain } : values.cookie;
  if (!appIds) throw new Mistake('--app-id is missing. Pass the ID of your Algolia application.');
  const port = wholeNumber('--port', values.port, 0, 65_535);
  const eventsPerMinute = wholeNumber('--events-per-minute', values['events-per-minute'], 1_000, 1e9);
  const applications = Object.fromEntries(appIds.map((appId) => [appId, { apiKey: keyOf(appId), upstream }]));

  const log = process.stdout.isTTY ? pino({ base: null }, pretty({ ignore: 'pid,hostname' })) : pino({ base: null });
  const store = await openStore(values);
  const relay = createRelay({ applications, store, origins, cookie, eventsPerMinute, statusPages: true, log });
  const server = createServer(
    // A client that dribbles its headers or its body is ended.
    { headersTimeout: 10_000, requestTimeout: 15_000, connectionsCheckingInterval: 1_000, keepAliveTimeout: 65_000 },
    nodeHandler(relay),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch(async (error) => {
    await relay.close();
    throw error;
  });
  const { port: taken } = server.address() as AddressInfo;
  console.log(`relay: listening on http://${host.includes(':') ? `[${host}]` : host}:${taken}`);

  let isEnding = false;
  async function end(signal: string): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    log.info({ signal }, 'Shutting down. New events are refused; queued events stay stored.');
    server.close();
    server.closeIdleConnections();
    await relay.close();
    server.closeAllConnections();
    log.info({}, 'Shut down.');
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(signal));
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isMistake =
    error instanceof Mistake || error instanceof TypeError || String(Object(error).code).startsWith('ERR_PARSE_ARGS');
  const message = error instanceof Error ? error.message.replace(/^usertoken-relay: /, '') : String(error);
  console.error(isMistake ? `usertoken-relay: ${message}\n\n${usage}` : `usertoken-relay: ${message}`);
  process.exitCode = isMistake ? 2 : 1;
}
