import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { buildCli } from '../../../scripts/build-cli.mjs';
import type { Collected } from '../../../src/cli/timeline.types.js';

/** A run of the command `usertoken`. */
export interface Run {
  readonly process: ChildProcess;
  readonly exitCode: Promise<number | null>;
  out(): string;
  err(): string;
}

/** A run of `usertoken collector` that listens. */
export interface CollectorRun extends Run {
  readonly origin: string;
  /** Posts events, and resolves to the status; 0 when there was no answer. */
  post(...events: object[]): Promise<number>;
  collected(query?: string): Promise<Collected>;
}

/** The built command, for the tests of a file. What a test starts is ended after it, `shared` after all of them. */
export function useCommand() {
  let folder: string;
  let shared: CollectorRun;
  const running: Run[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usertoken-cli-'));
    await buildCli(join(folder, 'cli.js'));
    shared = await collector();
    running.length = 0;
  });
  async function end({ process, exitCode }: Run): Promise<void> {
    process.kill('SIGKILL');
    await exitCode;
  }
  afterEach(async () => {
    for (const made of running.splice(0)) await end(made);
    await fetch(`${shared.origin}/fault`, { method: 'DELETE' });
    await fetch(`${shared.origin}/collected`, { method: 'DELETE' });
  });
  afterAll(async () => {
    await end(shared);
    await rm(folder, { recursive: true, force: true });
  });

  function run(...args: string[]): Run {
    const child = spawn(process.execPath, [join(folder, 'cli.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (said.out += chunk));
    child.stderr.on('data', (chunk) => (said.err += chunk));
    const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
    const made: Run = { process: child, exitCode, out: () => said.out, err: () => said.err };
    running.push(made);
    return made;
  }

  /** Starts the collector on any free port, or on the one in `args`. */
  async function collector(...args: string[]): Promise<CollectorRun> {
    const made = run('collector', ...(args.includes('--port') ? [] : ['--port', String(await freePort())]), ...args);
    await new Promise<void>((resolve, reject) => {
      made.process.stdout?.on('data', () => made.out().includes('Ctrl+C') && resolve());
      void made.exitCode.then((code) => reject(new Error(`ended with ${code}: ${made.err()}`)));
    });
    const origin = /http:\S+/.exec(made.out())![0];
    return {
      ...made,
      origin,
      async post(...events) {
        const url = `${origin}/1/events?X-Algolia-Application-Id=app&X-Algolia-API-Key=secret-key`;
        const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ events }) }).catch(() => undefined);
        return answer?.status ?? 0;
      },
      async collected(query = '') {
        return (await fetch(`${origin}/collected${query}`)).json() as Promise<Collected>;
      },
    };
  }

  return { run, collector, shared: () => shared };
}

/** A port that nothing listened on a moment ago. */
export async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An event that the API accepts. */
export const view = (userToken: string, more: object = {}) => ({
  eventType: 'view',
  eventName: 'Product Seen',
  index: 'products',
  objectIDs: ['a'],
  userToken,
  ...more,
});
