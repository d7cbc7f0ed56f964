import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A NATS server of a cluster that tests start. */
export interface NatsNode {
  readonly url: string;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port and folder. */
  start(): Promise<void>;
}

/** Installs Debian's package where there is no `nats-server`. */
function ensureServer(): void {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
  } catch {
    try {
      execFileSync('apt-get', ['install', '-y', '--no-install-recommends', 'nats-server'], { stdio: 'ignore' });
      execFileSync('nats-server', ['--version'], { stdio: 'ignore' });
    } catch {
      throw new Error('There is no nats-server: install the package nats-server of your system, version 2.9 or later.');
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a cluster of NATS servers with JetStream on 127.0.0.1. */
export async function startNats(count = 3): Promise<{ nodes: readonly NatsNode[]; stop(): Promise<void> }> {
  ensureServer();
  const folder = mkdtempSync(join(tmpdir(), 'relay-nats-'));
  const ports: number[] = [];
  for (let index = 0; index < count * 2; index += 1) ports.push(await freePort());
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const nodes = Array.from({ length: count }, (_, index) => {
    let child: ChildProcess | undefined;
    const cluster = ['--cluster_name', 'relay', '--cluster', routes[index]!, '--routes', routes.join(',')];
    const node: NatsNode = {
      url: `nats://127.0.0.1:${ports[index]}`,
      async kill() {
        const exited = child && child.exitCode === null ? once(child, 'exit') : undefined;
        child?.kill('SIGKILL');
        await exited;
      },
      async start() {
        const own = ['-a', '127.0.0.1', '-p', String(ports[index]), '-n', `node-${index}`];
        child = spawn(
          'nats-server',
          [...own, '-js', '-sd', join(folder, String(index)), ...(count > 1 ? cluster : [])],
          {
            stdio: ['ignore', 'ignore', 'pipe'],
          },
        );
        const { stderr } = child;
        // It says there when it is ready, and ends when nobody reads.
        await new Promise<void>((resolve, reject) => {
          let text = '';
          child?.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${text}`)));
          stderr?.on('data', (chunk) => {
            text = (text + chunk).slice(-10_000);
            if (text.includes('Server is ready')) resolve();
          });
        });
      },
    };
    return node;
  });
  await Promise.all(nodes.map((node) => node.start()));
  return {
    nodes,
    async stop() {
      await Promise.all(nodes.map((node) => node.kill()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
