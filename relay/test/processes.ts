import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { apiKey, appId } from './setup.js';

const command = join(import.meta.dirname, '../dist/cli.js');

/** A relay in its own process. */
export interface RelayProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  /** What it has printed so far. */
  output(): string;
  /** Resolves to its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Ends it with a signal and waits. */
  kill(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Runs the command, and waits until it listens or ends. */
export async function runRelay(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<RelayProcess> {
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, USERTOKEN_API_KEY: apiKey, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let origin = '';
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  await new Promise<void>((resolve) => {
    const read = (chunk: Buffer) => {
      text += chunk;
      const found = /^relay: listening on (http:\S+)$/m.exec(text);
      if (!found) return;
      origin = found[1]!;
      resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.stdout.once('end', resolve);
  });
  return {
    child,
    origin,
    output: () => text,
    ended,
    kill(signal = 'SIGKILL') {
      child.kill(signal);
      return ended;
    },
  };
}

/** The arguments of a relay in front of `upstream`. */
export const argumentsFor = (upstream: string, ...more: string[]) => [
  ...['--app-id', appId, '--upstream', upstream, '--port', '0', '--events-per-minute', '100000000'],
  ...more,
];

/** A stand-in for the API that only counts: how often each object came, and in which request. */
export async function countingApi() {
  const seen = new Map<string, number>();
  let requests = 0;
  const server = createServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += chunk;
    requests += 1;
    for (const { objectIDs } of JSON.parse(text).events) seen.set(objectIDs[0], (seen.get(objectIDs[0]) ?? 0) + 1);
    outgoing.end('{"status":200,"message":"OK"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close().closeAllConnections());
  return { seen, requests: () => requests, origin: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

/** A counter of a relay's metrics. */
export const counterIn = async (relay: RelayProcess, name: string) => {
  const text = await (await fetch(`${relay.origin}/metrics`)).text();
  return Number(new RegExp(`usertoken_relay_${name}\\{[^}]*\\} (\\d+)`).exec(text)?.[1] ?? 0);
};
