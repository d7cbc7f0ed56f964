import { once } from 'node:events';
import { Agent, createServer, request } from 'node:http';
import { join } from 'node:path';
import Database from 'libsql';
import { expect, it, onTestFinished } from 'vitest';
import { sqliteStore } from '../../src/index.js';
import { argumentsFor, runRelay } from '../processes.js';
import { appId, click, tempDir } from '../setup.js';

/** `SECONDS=30` is the long form. */
const ms = Number(process.env.SECONDS ?? 3) * 1_000;
const connections = 32;
const perRequest = 10;

const p99 = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
const tens = () => Array.from({ length: perRequest }, () => click({ timestamp: Date.now() }));

/** What the tables of the store take when nothing else is done: ten rows a commit, one commit after the other. */
async function bareInserts() {
  const file = join(tempDir(), 'bare.db');
  await sqliteStore({ file }).close();
  const db = new Database(file);
  db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  const addId = db.prepare('INSERT OR IGNORE INTO ids (id, at) VALUES (?, ?)');
  const enqueue = db.prepare('INSERT INTO queue (app, seq, at, json) VALUES (?, ?, ?, ?)');
  const times: number[] = [];
  const start = performance.now();
  for (let at = start; at - start < ms; ) {
    const rows = tens().map(({ id, ...event }) => ({ id: Buffer.from(id.padEnd(16)), json: JSON.stringify(event) }));
    const before = performance.now();
    db.exec('BEGIN IMMEDIATE');
    for (const { id, json } of rows) enqueue.run(appId, addId.run(id, 1).lastInsertRowid, 1, json);
    db.exec('COMMIT');
    at = performance.now();
    times.push(at - before);
  }
  // Without what it takes to make the rows, which the relay does not do.
  const seconds = times.reduce((sum, time) => sum + time, 0) / 1_000;
  db.close();
  return { rate: (times.length * perRequest) / seconds, p99: p99(times) };
}

async function throughRelay() {
  const api = createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end('{"status":200,"message":"OK"}'));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const upstream = `http://127.0.0.1:${(api.address() as { port: number }).port}`;
  const relay = await runRelay(argumentsFor(upstream, '--data', join(tempDir(), 'relay.db')));
  onTestFinished(async () => {
    await relay.kill();
    api.close().closeAllConnections();
  });
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { port } = new URL(relay.origin);
  const post = (body: string) =>
    new Promise<number>((resolve, reject) => {
      const outgoing = request({ port, host: '127.0.0.1', path: '/events', method: 'POST', agent }, (incoming) => {
        incoming.resume().on('end', () => resolve(incoming.statusCode ?? 0));
      });
      outgoing.on('error', reject).end(body);
    });
  const times: number[] = [];
  let events = 0;
  let failures = 0;
  const load = async (until: number, isCounted: boolean) => {
    while (performance.now() < until) {
      const body = JSON.stringify({ appId, events: tens() });
      const before = performance.now();
      if ((await post(body)) !== 200) failures += 1;
      if (!isCounted) continue;
      times.push(performance.now() - before);
      events += perRequest;
    }
  };
  const all = (until: number, isCounted: boolean) =>
    Promise.all(Array.from({ length: connections }, () => load(until, isCounted)));
  await all(performance.now() + ms / 3, false);
  const start = performance.now();
  await all(start + ms, true);
  const rate = events / ((performance.now() - start) / 1_000);
  agent.destroy();
  expect(failures).toBe(0);
  return { rate, p99: p99(times) };
}

it('takes at least half as many events as bare inserts do, and answers within ten bare commits', async () => {
  // Before and after: the machine may be busy with something else.
  const before = await bareInserts();
  const relayed = await throughRelay();
  const after = await bareInserts();
  const bare = { rate: (before.rate + after.rate) / 2, p99: Math.max(before.p99, after.p99) };
  const rounded = ({ rate, p99: slow }: typeof bare) => `${Math.round(rate)} events/s, p99 ${slow.toFixed(1)} ms`;
  console.log(`bare inserts: ${rounded(bare)}; through the relay: ${rounded(relayed)}`);
  expect(relayed.rate).toBeGreaterThan(bare.rate / 2);
  expect(relayed.p99).toBeLessThan(bare.p99 * 10);
});
