import type { IncomingMessage, ServerResponse } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { Readable } from 'node:stream';
import type { Relay } from './relay.js';

/** Where proxies of one's own are: their word about the visitor's address is taken. */
const ownNetworks = new BlockList();
for (const [network, prefix] of [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  ownNetworks.addSubnet(network, prefix, 'ipv4');
}
ownNetworks.addAddress('::1', 'ipv6');
ownNetworks.addSubnet('fc00::', 7, 'ipv6');

/** The visitor's address: what the nearest proxy says, if there is one in the own network. */
function addressOf({ socket, headers }: IncomingMessage): string | undefined {
  const peer = socket.remoteAddress?.replace(/^::ffff:/, '') ?? '';
  const family = isIP(peer);
  if (!family) return undefined;
  if (!ownNetworks.check(peer, family === 4 ? 'ipv4' : 'ipv6')) return peer;
  return (
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() || undefined
  );
}

function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', url = '/', headers } = incoming;
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const pairs = Object.entries(headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return new Request(new URL(url, 'http://relay'), {
    method,
    headers: pairs,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
  } as RequestInit);
}

/** Lets a relay answer requests of `node:http` and Express: `app.use('/t', nodeHandler(relay))`, before anything that reads
 * bodies. The address for the rate limit is the connection's, or what a proxy in your own network says in `X-Forwarded-For`. */
export function nodeHandler(relay: Relay): (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> {
  return async (incoming, outgoing) => {
    let request: Request;
    try {
      request = requestOf(incoming);
    } catch {
      // A method or an address that no Request can have.
      outgoing.writeHead(400, { connection: 'close' }).end();
      return;
    }
    const response = await relay.handle(request, { address: addressOf(incoming) });
    const body = Buffer.from(await response.arrayBuffer());
    // What is left of the body is not waited for.
    const isCut = !incoming.complete;
    outgoing.writeHead(response.status, {
      ...Object.fromEntries(response.headers),
      'content-length': body.length,
      ...(response.headers.has('set-cookie') && { 'set-cookie': response.headers.getSetCookie() }),
      ...((isCut || response.status === 503) && { connection: 'close' }),
    });
    outgoing.end(body, () => {
      if (isCut) incoming.destroy();
    });
  };
}
