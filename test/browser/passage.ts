import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';

/** A way to a server with latency, as all real networks have it, that can be closed. What a browser cancels on the way is
 * lost; to a server on the same machine even that would get through. */
export interface Passage {
  readonly origin: string;
  /** From now on connections are refused, and those there are break. */
  refuse(): Promise<void>;
  /** Lets connections in again, at the same address. */
  accept(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a passage.
 * @param port Where it leads, on 127.0.0.1.
 * @param latencyMs How long a request is on its way. @default 200 */
export async function openPassage(port: number, latencyMs = 200): Promise<Passage> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => {});
    client.on('close', () => sockets.delete(client));
    // Reading at once shows a cancellation at once; what was read is sent on later.
    const onItsWay = client.pipe(new PassThrough());
    setTimeout(() => {
      if (!sockets.has(client)) return;
      const target = connect(port, '127.0.0.1');
      target.on('error', () => client.destroy());
      client.on('close', () => target.destroy());
      onItsWay.pipe(target).pipe(client);
    }, latencyMs);
  });
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve));
  await listen(0);
  const own = (server.address() as AddressInfo).port;
  const refuse = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return {
    origin: `http://127.0.0.1:${own}`,
    refuse,
    accept: () => listen(own),
    close: () => (server.listening ? refuse() : Promise.resolve()),
  };
}
