import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** A running server of an example. */
export interface Served {
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves a folder as a host of static files does.
 * @param fill Changes texts on their way out, as a deployment does that fills in its addresses. */
export async function serveFolder(folder: string, fill = (text: string) => text): Promise<Served> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://shop');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    try {
      const content = await readFile(join(folder, path));
      const type = types[extname(path)];
      response.setHeader('content-type', type ?? 'application/octet-stream').end(type ? fill(`${content}`) : content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Runs a script of an installed example on Node until it names its address. */
async function serveProcess(folder: string, args: readonly string[], env: Record<string, string>): Promise<Served> {
  // Nuxt says nothing where it takes itself to be tested.
  const { TEST, VITEST, ...own } = process.env;
  const child = spawn(process.execPath, args, { cwd: folder, env: { ...own, NO_COLOR: '1', ...env } });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const origin = await new Promise<string>((resolve, reject) => {
    let said = '';
    const hear = (chunk: Buffer) => {
      said += chunk;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
      if (found) resolve(found);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', () => reject(new Error(`${args[0]} ended: ${said}`)));
  });
  return {
    origin,
    async close() {
      child.kill();
      await exited;
    },
  };
}

/** Starts Vite's development server in the folder of an installed example. */
export function serveDevelopment(folder: string): Promise<Served> {
  const vite = join(folder, 'node_modules/vite/bin/vite.js');
  return serveProcess(folder, [vite, '--host', '127.0.0.1', '--port', '0'], { NODE_ENV: 'development' });
}

/** Runs an example's server on Node. It is told its own address, which it checks the origin of forms against.
 * @param command A file of the example, and its arguments. */
export async function serveBuild(folder: string, command: string, mode = 'production'): Promise<Served> {
  const free = await serveFolder(folder);
  await free.close();
  const env = { HOST: '127.0.0.1', PORT: new URL(free.origin).port, ORIGIN: free.origin, NODE_ENV: mode };
  return serveProcess(folder, command.split(' '), env);
}
