import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fetchTransport } from '../../src/adapters/fetch-transport.js';
import type { Transport, TransportRequest } from '../../src/adapters/ports.js';
import { type Collector, createCollector, type Fault, fakeTransport } from '../../src/testing/index.js';

const event = { eventType: 'view', eventName: 'Viewed', index: 'products', objectIDs: ['1'], userToken: 'anonymous-1' };

let collector: Collector;
beforeAll(async () => {
  collector = await createCollector({ appId: 'APP', apiKey: 'KEY' });
});
afterAll(() => collector.close());
beforeEach(() => {
  collector.setFault(null);
  collector.clear();
});

function requestOf(events: readonly object[] = [event], apiKey = 'KEY'): TransportRequest {
  const body = JSON.stringify({ events });
  const url = `${collector.origin}/1/events?X-Algolia-Application-Id=APP&X-Algolia-API-Key=${apiKey}`;
  return { url, body, bytes: Buffer.byteLength(body) };
}

/** Sends a beacon as browsers do: queued at once, the answer is nobody's. */
const queuedBeacon = (url: string, body: string) => {
  void fetch(url, { method: 'POST', body, keepalive: true }).then((response) => response.text());
  return true;
};

/** A transport, and how it is told to meet a fault of the server. */
interface Subject {
  readonly create: () => Transport;
  readonly meet: (transport: Transport, fault: Fault & { status: number }) => void;
  readonly arrived: (transport: Transport) => Promise<readonly object[]>;
}

const viaServer = {
  meet: (_: Transport, fault: Fault) => collector.setFault(fault),
  arrived: async () => (await collector.waitForEvents(1)).map((collected) => collected.event as object),
};
const subjects: [string, Subject][] = [
  ['fetch', { create: () => fetchTransport(), ...viaServer }],
  [
    'fetch without keepalive, beacons at page exit',
    { create: () => fetchTransport({ keepalive: false, sendBeacon: queuedBeacon }), ...viaServer },
  ],
  [
    'fetch given by the application',
    { create: () => fetchTransport({ fetch: (...args) => fetch(...args) }), ...viaServer },
  ],
  [
    'the fake',
    {
      create: () => fakeTransport(),
      meet: (transport, { status, retryAfter }) =>
        (transport as ReturnType<typeof fakeTransport>).answerWith({
          status,
          message: 'fault',
          ...(retryAfter === undefined ? {} : { retryAfterMs: Number(retryAfter) * 1000 }),
        }),
      arrived: async (transport) => (transport as ReturnType<typeof fakeTransport>).accepted,
    },
  ],
];

describe.each(subjects)('a transport: %s', (_, { create, meet, arrived }) => {
  const options = (outlives = false) => ({ outlives, signal: new AbortController().signal });

  it('delivers what it is given, byte for byte', async () => {
    const transport = create();
    const events = [{ ...event, objectIDs: ['café-1', '日本', '😀'] }];
    expect(await transport.send(requestOf(events), options())).toMatchObject({ status: 200 });
    expect(await arrived(transport)).toEqual(events);
  });

  it('delivers what must outlive the page', async () => {
    const transport = create();
    expect(await transport.send(requestOf(), options(true))).toMatchObject({ status: 200 });
  });

  it("tells the server's status and message", async () => {
    const transport = create();
    meet(transport, { status: 422, body: '{"status":422,"message":"fault"}' });
    expect(await transport.send(requestOf(), options())).toMatchObject({ status: 422, message: 'fault' });
  });

  it('tells how long the server asks to wait', async () => {
    const transport = create();
    meet(transport, { status: 429, retryAfter: 7 });
    expect(await transport.send(requestOf(), options())).toMatchObject({ status: 429, retryAfterMs: 7_000 });
  });

  it('ends with status 0 when it is cancelled', async () => {
    const transport = create();
    const controller = new AbortController();
    if ('answerWith' in transport)
      (transport as ReturnType<typeof fakeTransport>).answerWith(() => new Promise(() => {}));
    else collector.setFault({ hang: true });
    const answer = transport.send(requestOf(), { outlives: false, signal: controller.signal });
    controller.abort();
    expect(await answer).toMatchObject({ status: 0 });
  });

  it('hands over at page exit', async () => {
    const transport = create();
    expect(transport.exitBudget).toBeGreaterThan(0);
    expect(transport.sendOnExit(requestOf())).toBe(true);
    expect(await arrived(transport)).toEqual([event]);
  });
});

describe('the fetch transport', () => {
  const signal = new AbortController().signal;

  // DL-04 of the test cases.
  it('makes a CORS-simple request: text/plain, credentials in the query, no header added', async () => {
    await fetchTransport().send(requestOf(), { outlives: false, signal });
    const [request] = await collector.waitForRequests(1);
    expect(request!.headers['content-type']).toBe('text/plain;charset=UTF-8');
    expect(Object.keys(request!.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    expect(collector.requests.some(({ preflight }) => preflight)).toBe(false);
  });

  // DL-11 of the test cases.
  it('the length that the server reads is in bytes, for characters of 2, 3 and 4 bytes', async () => {
    const request = requestOf([{ ...event, objectIDs: ['café-1', '日本', '😀'] }]);
    await fetchTransport().send(request, { outlives: false, signal });
    const [received] = await collector.waitForRequests(1);
    expect([received!.bytes, Number(received!.headers['content-length'])]).toEqual([request.bytes, request.bytes]);
    expect(request.bytes).toBeGreaterThan(request.body.length);
  });

  it.each<[string, Fault]>([
    ['a dropped connection', { drop: true }],
    ['an answer that got lost', { dropAfterAccept: true }],
  ])('%s is status 0', async (_, fault) => {
    collector.setFault(fault);
    expect(await fetchTransport().send(requestOf(), { outlives: false, signal })).toMatchObject({ status: 0 });
  });

  it('no server is status 0, refused credentials 401, an HTML page has no message', async () => {
    const gone = { ...requestOf(), url: 'http://127.0.0.1:1/1/events' };
    expect((await fetchTransport().send(gone, { outlives: false, signal })).status).toBe(0);
    expect((await fetchTransport().send(requestOf([event], 'WRONG'), { outlives: false, signal })).status).toBe(401);
    collector.setFault({ status: 503, body: '<h1>down</h1>' });
    expect(await fetchTransport().send(requestOf(), { outlives: false, signal })).toMatchObject({
      status: 503,
      message: '',
    });
  });

  it('Retry-After as a date is counted from now, one that has passed or is nonsense is none', async () => {
    const now = Date.parse('2027-01-01T00:00:00Z');
    const answer = async (header: string) => {
      const response = new Response('', { status: 503, headers: { 'Retry-After': header } });
      const transport = fetchTransport({ fetch: async () => response, now: () => now });
      return (await transport.send(requestOf(), { outlives: false, signal })).retryAfterMs;
    };
    expect(await answer('Fri, 01 Jan 2027 00:01:00 GMT')).toBe(60_000);
    expect(await answer('Thu, 31 Dec 2026 00:00:00 GMT')).toBeUndefined();
    expect(await answer('soon')).toBeUndefined();
    expect(await answer('0')).toBe(0);
  });

  it('charges the budget in bytes until the body is read, and asks for keepalive only where it must outlive', async () => {
    const answers: (() => void)[] = [];
    const inits: (boolean | undefined)[] = [];
    const transport = fetchTransport({
      keepalive: true,
      fetch: (_, init) => {
        inits.push(init?.keepalive);
        return new Promise((resolve) => {
          answers.push(() => resolve(new Response('{}')));
        });
      },
    });
    const whole = transport.exitBudget;
    const request = requestOf([{ ...event, objectIDs: ['é'.repeat(100)] }]);
    const kept = transport.send(request, { outlives: true, signal });
    const ordinary = transport.send(request, { outlives: false, signal });
    expect(transport.exitBudget).toBe(whole - request.bytes);
    transport.sendOnExit(request);
    expect(transport.exitBudget).toBe(whole - 2 * request.bytes);
    expect(inits).toEqual([true, undefined, true]);
    for (const answer of answers) answer();
    await Promise.all([kept, ordinary]);
    await expect.poll(() => transport.exitBudget).toBe(whole);
  });

  it('an answer is what its status says, though its body breaks or never ends', async () => {
    const bodies: ((controller: ReadableStreamDefaultController) => void | Promise<void>)[] = [
      (controller) => controller.error(new TypeError('content decoding failed')),
      () => new Promise(() => {}),
    ];
    for (const pull of bodies) {
      const fetch = () => Promise.resolve(new Response(new ReadableStream({ pull }), { status: 200 }));
      const sent = fetchTransport({ fetch }).send(requestOf(), { outlives: true, signal });
      expect(await sent).toMatchObject({ status: 200, message: '' });
    }
    const broken = () => Promise.resolve(new Response(new ReadableStream({ pull: bodies[0]! }), { status: 422 }));
    const transport = fetchTransport({ fetch: broken });
    const whole = transport.exitBudget;
    expect(await transport.send(requestOf(), { outlives: true, signal })).toMatchObject({ status: 422, message: '' });
    await expect.poll(() => transport.exitBudget).toBe(whole);
  });

  // DL-02 of the test cases.
  it('a beacon that is not taken, or throws, is not handed over', () => {
    const refused = fetchTransport({ keepalive: false, sendBeacon: () => false });
    expect(refused.sendOnExit(requestOf())).toBe(false);
    const throwing = fetchTransport({
      keepalive: false,
      sendBeacon: () => {
        throw new Error('blocked');
      },
    });
    expect(throwing.sendOnExit(requestOf())).toBe(false);
  });

  // DL-14 of the test cases.
  it('where fetch can outlive the page no beacon is used, since blockers cancel those and say nothing', async () => {
    const sendBeacon = vi.fn(() => true);
    const transport = fetchTransport({ keepalive: true, sendBeacon });
    expect(transport.sendOnExit(requestOf())).toBe(true);
    await collector.waitForEvents(1);
    expect(sendBeacon).not.toHaveBeenCalled();
  });
});

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => listener(request, response));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A request to a first-party host that answers every address with a redirect. */
async function redirected(status: number, location: (url: string) => string) {
  const host = await serve(({ url = '' }, response) => response.writeHead(status, { location: location(url) }).end());
  const request = requestOf();
  return { ...request, url: request.url.replace(collector.origin, host) };
}

// S01, cloudflare/cloudflare-docs#33362: an option of `fetch` that a runtime refuses stopped every event.
describe('a host that redirects', () => {
  const signal = new AbortController().signal;
  const options = { outlives: false, signal };
  const toCollector = (url: string) => collector.origin + url;

  it.each([301, 302, 303, 307, 308])(
    'delivers once through a %i, and the next batch goes straight on',
    async (status) => {
      const transport = fetchTransport();
      const request = await redirected(status, toCollector);
      expect(await transport.send(request, options)).toMatchObject({ status: 200, reason: 'api-redirected' });
      expect(await transport.send(request, options)).toMatchObject({ status: 200 });
      expect(collector.events).toHaveLength(2);
      expect(collector.requests.filter(({ method }) => method === 'GET')).toHaveLength(status < 307 ? 1 : 0);
    },
  );

  it('keeps the credentials when the redirect drops the query', async () => {
    const request = await redirected(301, () => `${collector.origin}/1/events`);
    expect(await fetchTransport().send(request, options)).toMatchObject({ status: 200, reason: 'api-redirected' });
    expect(collector.events).toHaveLength(1);
  });

  it('passes on what the API says behind the redirect', async () => {
    collector.setFault({ status: 422, body: '{"status":422,"message":"fault"}' });
    const request = await redirected(307, toCollector);
    expect(await fetchTransport().send(request, options)).toMatchObject({ status: 422, message: 'fault' });
  });

  it('does not take a sign-in page or a portal for the API: the events stay, with the reason', async () => {
    const portal = await serve((_, response) => response.end('<h1>Sign in</h1>'));
    const request = await redirected(302, () => `${portal}/login`);
    const transport = fetchTransport();
    for (let times = 0; times < 2; times += 1) {
      expect(await transport.send(request, options)).toMatchObject({ status: 0, reason: 'api-redirected' });
    }
  });

  it('gives up on a circle of redirects, and finds the way once it is open', async () => {
    let isOpen = false;
    const circle = await serve(({ url = '', method }, response) => {
      const [path] = url.split('?');
      if (isOpen && method === 'POST' && path === '/1/events') return response.end('{"status":200,"message":"OK"}');
      const isThere = path === '/b/1/events' && method === 'GET';
      if (isThere) return response.writeHead(200).end('<h1>Moved</h1>');
      return response.writeHead(301, { location: '/b/1/events' }).end();
    });
    const request = { ...requestOf(), url: `${circle}/1/events?X-Algolia-API-Key=KEY` };
    const transport = fetchTransport();
    expect(await transport.send(request, options)).toMatchObject({ status: 0, reason: 'api-redirected' });
    isOpen = true;
    expect(await transport.send(request, options)).toMatchObject({ status: 200, reason: undefined });
  });

  it('gives back the whole budget of page exits', async () => {
    const transport = fetchTransport({ keepalive: true });
    const whole = transport.exitBudget;
    await transport.send(await redirected(301, toCollector), { outlives: true, signal });
    expect(transport.exitBudget).toBe(whole);
  });
});

describe('a request without an answer has a reason', () => {
  const signal = new AbortController().signal;
  const send = (options: Parameters<typeof fetchTransport>[0] = {}, url = 'http://127.0.0.1:1/1/events?a=b') =>
    fetchTransport(options).send({ ...requestOf(), url }, { outlives: false, signal });
  afterEach(() => vi.unstubAllGlobals());

  it('none where the server is out of reach, or the request was cancelled', async () => {
    expect(await send()).toEqual({ status: 0, message: '', reason: undefined });
    collector.setFault({ hang: true });
    const { url } = requestOf();
    const cancelled = AbortSignal.timeout(50);
    expect(await fetchTransport().send({ ...requestOf(), url }, { outlives: false, signal: cancelled })).toEqual({
      status: 0,
      message: '',
      reason: undefined,
    });
  });

  // S05, jestjs/jest#10431: jsdom has no fetch.
  it('where there is no fetch, and nothing is handed over at page exit', async () => {
    vi.stubGlobal('fetch', undefined);
    vi.stubGlobal('Request', undefined);
    expect(await send()).toEqual({ status: 0, message: '', reason: 'fetch-missing' });
    expect(fetchTransport().sendOnExit(requestOf())).toBe(false);
    // As a test runner makes a page.
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('document', new EventTarget());
    vi.stubGlobal('location', { protocol: 'http:' });
    expect(await send()).toEqual({ status: 0, message: '', reason: 'fetch-missing' });
    expect(fetchTransport().sendOnExit(requestOf())).toBe(false);
    vi.stubGlobal('navigator', { sendBeacon: () => true });
    expect(fetchTransport().sendOnExit(requestOf())).toBe(true);
  });

  it('where the runtime refuses the request', async () => {
    vi.stubGlobal(
      'Request',
      class {
        constructor() {
          throw new TypeError('Invalid redirect value');
        }
      },
    );
    const fetch = () => Promise.reject(new TypeError('Invalid redirect value'));
    expect(await send({ fetch })).toEqual({ status: 0, message: '', reason: 'request-refused' });
  });
});

// S08, algolia/instantsearch-android#257: the device's clock is wrong, the server's is not.
describe("the server's time", () => {
  const signal = new AbortController().signal;
  const answer = async (headers: Record<string, string>) => {
    const fetch = async () => new Response('{}', { headers });
    return (await fetchTransport({ fetch }).send(requestOf(), { outlives: false, signal })).serverNow;
  };

  it('is read from the header Date, of any answer', async () => {
    expect(await answer({ Date: 'Fri, 01 Jan 2027 00:01:00 GMT' })).toBe(Date.parse('2027-01-01T00:01:00Z'));
    collector.setFault({ status: 503 });
    const { serverNow } = await fetchTransport().send(requestOf(), { outlives: false, signal });
    expect(Math.abs(serverNow! - Date.now())).toBeLessThan(60_000);
  });

  it('is unknown where the header is missing, hidden or nonsense', async () => {
    expect(await answer({})).toBeUndefined();
    expect(await answer({ Date: 'soon' })).toBeUndefined();
  });
});
