import { type ChildProcess, spawn } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const startScript = fileURLToPath(new URL('../../../demo/start.mjs', import.meta.url));
const pageLine = /(http:\/\/127\.0\.0\.1:\d+)\//;

/** The first start builds the library, which takes longer than all the rest. */
export const startMs = 90_000;

/** A run of `npm start`. */
export interface Demo {
  readonly output: () => string;
  readonly process: ChildProcess;
  readonly exitCode: Promise<number | null>;
  /** Resolves to the match as soon as the output has it. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

/** What `GET /demo/collected` answers. */
export interface Collected {
  readonly groups: readonly {
    readonly userToken: string;
    readonly events: readonly { readonly eventName: string; readonly objectIDs: readonly string[] }[];
  }[];
  readonly requests: number;
  readonly fault: string;
}

/** Starts the demo as `npm start` does. What a test starts is ended after it. */
export function useDemo() {
  const running: Demo[] = [];
  afterEach(async () => {
    for (const { process, exitCode } of running.splice(0)) {
      process.kill('SIGKILL');
      await exitCode;
    }
  });

  function start(...args: string[]): Demo {
    const child = spawn(process.execPath, [startScript, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const exitCode = new Promise<number | null>((resolve) => child.once('close', resolve));
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const demo: Demo = {
      output: () => output,
      process: child,
      exitCode,
      says: (pattern) =>
        new Promise((resolve, reject) => {
          const check = () => {
            const found = pattern.exec(output);
            if (found) resolve(found);
          };
          for (const stream of [child.stdout, child.stderr]) stream.on('data', check);
          void exitCode.then(() => reject(new Error(`It ended without saying ${pattern}:\n${output}`)));
          check();
        }),
    };
    running.push(demo);
    return demo;
  }

  return {
    start,
    /** Starts it on a free port and waits for its page. Resolves to the page's origin. */
    async origin(): Promise<string> {
      const [, origin] = await start('--port', String(await freePort())).says(pageLine);
      return origin!;
    },
  };
}

/** A server that keeps a port from others. */
export async function occupyPort(): Promise<{ server: Server; port: number }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const { server, port } = await occupyPort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** What the collector of a demo holds. */
export const collectedAt = async (origin: string): Promise<Collected> =>
  (await fetch(`${origin}/demo/collected`)).json() as Promise<Collected>;

/** Sets the fault of a demo's collector, as the page's switch does. */
export const setFault = (origin: string, kind: string) =>
  fetch(`${origin}/demo/fault`, { method: 'POST', body: JSON.stringify({ kind }) });

/** The objects of the events that a demo's collector holds of a token, in order of arrival. */
export async function objectsOf(origin: string, token: string): Promise<string[]> {
  const { groups } = await collectedAt(origin);
  return groups
    .filter(({ userToken }) => userToken === token)
    .flatMap(({ events }) => events.flatMap(({ objectIDs }) => objectIDs));
}
