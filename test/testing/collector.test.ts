import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createCollector } from '../../src/testing/collector.js';
import type { Collector, CollectorOptions, Fault } from '../../src/testing/collector.types.js';

const NOW = 1_760_000_000_000;
const DAY_MS = 86_400_000;
const CREDENTIALS = '?X-Algolia-Application-Id=app&X-Algolia-API-Key=key';
const view = { eventType: 'view', eventName: 'Seen', index: 'products', userToken: 'u1', objectIDs: ['a'] };

const running: Collector[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((collector) => collector.close()));
});

async function start(options: CollectorOptions = {}): Promise<Collector> {
  const collector = await createCollector(options);
  running.push(collector);
  return collector;
}

function post(collector: Collector, body: unknown, init: RequestInit & { query?: string } = {}): Promise<Response> {
  const { query = CREDENTIALS, ...rest } = init;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${collector.origin}/1/events${query}`, { method: 'POST', body: text, ...rest });
}

function send(collector: Collector, ...events: object[]): Promise<Response> {
  return post(collector, { events });
}

function preflight(collector: Collector, path = '/1/events'): Promise<Response> {
  return fetch(`${collector.origin}${path}`, {
    method: 'OPTIONS',
    headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,x-thing' },
  });
}

function tokens(collector: Collector): string[] {
  return collector.events.map((item) => item.userToken);
}

/** Resolves when the connection has ended in whatever way. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.resume();
  });
}

/** Errors nobody caught while the action ran, kept from the test runner. */
async function catchUncaught(action: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => errors.push(error));
  try {
    await action();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
  return errors;
}

/** A body of exactly this many bytes, valid in all but its size. */
function bodyOfBytes(bytes: number): string {
  const empty = JSON.stringify({ events: [view], pad: '' });
  return JSON.stringify({ events: [view], pad: 'x'.repeat(bytes - empty.length) });
}

describe('an accepted request', () => {
  it('is answered 200 and its events are kept in order with their tokens', async () => {
    const collector = await start({ now: () => NOW });
    const second = { ...view, userToken: 'u2', authenticatedUserToken: 'account-7', note: 'extra' };
    const response = await send(collector, view, second);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ status: 200, message: 'OK' });
    expect(collector.events).toEqual([
      { event: view, userToken: 'u1', authenticatedUserToken: undefined, receivedAt: NOW, requestId: 1 },
      { event: second, userToken: 'u2', authenticatedUserToken: 'account-7', receivedAt: NOW, requestId: 1 },
    ]);
  });

  it('is kept as a request, with the key masked wherever it was', async () => {
    const collector = await start({ now: () => NOW });
    await send(collector, view, view);
    await post(collector, { events: [view] }, { query: '?x-algolia-api-key=secret&x-algolia-application-id=app' });
    await post(collector, { events: [view] }, { query: '?a=1', headers: { 'x-algolia-api-key': 'secret' } });

    expect(collector.requests[0]).toEqual({
      id: 1,
      method: 'POST',
      path: '/1/events',
      query: { 'X-Algolia-Application-Id': 'app', 'X-Algolia-API-Key': '***' },
      headers: expect.objectContaining({ host: `127.0.0.1:${collector.port}` }),
      bytes: JSON.stringify({ events: [view, view] }).length,
      status: 200,
      eventCount: 2,
      sent: [view, view],
      isFaulted: false,
      at: NOW,
    });
    expect(collector.requests[1]?.query).toEqual({ 'x-algolia-api-key': '***', 'x-algolia-application-id': 'app' });
    expect(collector.requests[2]).toMatchObject({ query: { a: '1' }, headers: { 'x-algolia-api-key': '***' } });
    expect(JSON.stringify(collector.requests)).not.toContain('secret');
  });

  it.each(['text/plain', 'text/plain;charset=UTF-8', 'application/json', 'application/x-www-form-urlencoded'])(
    'may have the content type %s',
    async (type) => {
      const collector = await start();
      const response = await post(collector, { events: [view] }, { headers: { 'content-type': type } });
      expect(response.status).toBe(200);
    },
  );

  it('counts bytes and keeps characters when the body is not ASCII, wherever it is cut into chunks', async () => {
    const collector = await start();
    const event = { ...view, index: 'Käse → 日本 🧀' };
    const body = Buffer.from(JSON.stringify({ events: [event] }));
    const outgoing = httpRequest(`${collector.origin}/1/events${CREDENTIALS}`, { method: 'POST' });
    const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
    for (const byte of body) outgoing.write(Buffer.from([byte]));
    outgoing.end();
    const [response] = await answered;
    response.resume();

    expect(response.statusCode).toBe(200);
    expect(collector.events[0]?.event).toEqual(event);
    expect(collector.requests[0]?.bytes).toBe(body.length);
  });

  it('is grouped by user token', async () => {
    const collector = await start();
    await send(collector, view, { ...view, userToken: 'u2' });
    await send(collector, { ...view, eventName: 'Seen again' });
    const groups = collector.byToken();
    expect([...groups.keys()]).toEqual(['u1', 'u2']);
    expect(groups.get('u1')?.map((item) => item.event.eventName)).toEqual(['Seen', 'Seen again']);
  });

  it('is forgotten by clear(), and request ids go on', async () => {
    const collector = await start();
    const { events, requests } = collector;
    await send(collector, view);
    collector.clear();
    expect([events, requests]).toEqual([[], []]);
    await send(collector, view);
    expect([events[0]?.requestId, requests[0]?.id]).toEqual([2, 2]);
  });
});

describe('a refused request', () => {
  it('is answered 422 with one message for one bad event, and none of its events is kept', async () => {
    const collector = await start();
    const response = await send(collector, view, { ...view, userToken: 'jane@example.com' }, view);
    expect(response.status).toBe(422);
    const answer = (await response.json()) as { message: string };
    expect(answer).toEqual({ status: 422, message: expect.stringContaining('userToken') });
    expect(collector.events).toEqual([]);
    expect(collector.requests).toMatchObject([
      { status: 422, eventCount: 3, sent: [view, { userToken: 'jane@example.com' }, view], message: answer.message },
    ]);
  });

  it('is answered 422 for an event beyond the age limit, which is 30 days unless set', async () => {
    const usual = await start({ now: () => NOW });
    const strict = await start({ now: () => NOW, maxEventAgeDays: 4 });
    const event = { ...view, timestamp: NOW - 5 * DAY_MS };
    expect((await send(usual, event)).status).toBe(200);
    expect((await send(strict, event)).status).toBe(422);
    expect((await send(usual, { ...view, timestamp: NOW - 31 * DAY_MS })).status).toBe(422);
  });

  it.each(['', '{"events":[', 'events=1'])('is answered 400 with HTML when the body is %j', async (body) => {
    const collector = await start();
    const response = await post(collector, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toMatch(/^<html>/);
    expect(collector.requests).toMatchObject([{ status: 400, eventCount: 0 }]);
  });

  it('is answered 413 from 2,000,001 bytes on', async () => {
    const collector = await start();
    expect((await post(collector, bodyOfBytes(2_000_000))).status).toBe(200);
    const response = await post(collector, bodyOfBytes(2_000_001));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ status: 413 });
    expect(collector.events).toHaveLength(1);
    expect(collector.requests.map((request) => [request.bytes, request.status])).toEqual([
      [2_000_000, 200],
      [2_000_001, 413],
    ]);
  });

  it('is answered 413 and cut off when the body does not end', async () => {
    const collector = await start();
    const socket = connect(collector.port, '127.0.0.1');
    const chunk = Buffer.alloc(100_000, 'x');
    const pump = () => {
      while (socket.writable && socket.write(chunk));
    };
    const cut = closed(socket);
    socket.on('drain', pump);
    socket.write(`POST /1/events${CREDENTIALS} HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n`);
    pump();
    await cut;
    expect(collector.requests).toMatchObject([{ status: 413, eventCount: 0 }]);
    expect(collector.requests[0]?.bytes).toBeLessThan(20_000_000);
  });

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])('is answered 405 for %s /1/events', async (method) => {
    const collector = await start();
    const response = await fetch(`${collector.origin}/1/events${CREDENTIALS}`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(await response.json()).toMatchObject({ status: 405 });
  });

  it.each(['/', '/1/', '/1/event', '/1/events/', '/2/events', '/1/usertokens/', '/1/usertokens/a/b'])(
    'is answered 404 for the path %s',
    async (path) => {
      const collector = await start();
      const response = await fetch(`${collector.origin}${path}${CREDENTIALS}`, { method: 'POST', body: '{}' });
      expect(response.status).toBe(404);
      expect(collector.requests).toMatchObject([{ path, status: 404 }]);
    },
  );

  it('is kept with status 0 when the client leaves before the end of its body', async () => {
    const collector = await start();
    const socket = connect(collector.port, '127.0.0.1');
    socket.write(`POST /1/events${CREDENTIALS} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"events":`);
    socket.end();
    socket.resume();
    const [request] = await collector.waitForRequests(1);
    expect(request).toMatchObject({ status: 0, bytes: 10, eventCount: 0 });
  });
});

describe('credentials', () => {
  const all = { 'X-Algolia-Application-Id': 'app', 'X-Algolia-API-Key': 'key' };
  const only = { appId: 'app', apiKey: 'key' };

  it.each<[string, CollectorOptions, string, Record<string, string>, number]>([
    ['any, in the query', {}, CREDENTIALS, {}, 200],
    ['any, in the query in lower case', {}, CREDENTIALS.toLowerCase(), {}, 200],
    ['any, as headers', {}, '', all, 200],
    ['none', {}, '', {}, 401],
    ['no key', {}, '?X-Algolia-Application-Id=app', {}, 401],
    ['no application id', {}, '?X-Algolia-API-Key=key', {}, 401],
    ['an empty key', {}, '?X-Algolia-Application-Id=app&X-Algolia-API-Key=', {}, 401],
    ['the right ones, in the query', only, CREDENTIALS, {}, 200],
    ['the right ones, as headers', only, '', all, 200],
    ['the right ones, half and half', only, '?X-Algolia-API-Key=key', { 'x-algolia-application-id': 'app' }, 200],
    ['another key', only, CREDENTIALS.replace('=key', '=kez'), {}, 401],
    ['another application id', only, CREDENTIALS.replace('=app', '=apq'), {}, 401],
    ['another key as header', only, '', { ...all, 'X-Algolia-API-Key': 'kez' }, 401],
  ])('that are %s', async (_, options, query, headers, status) => {
    const collector = await start(options);
    const response = await post(collector, { events: [view] }, { query, headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ status });
    expect(collector.events).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('the deletion of a user token', () => {
  it('is answered 204 and forgets the events of that token only', async () => {
    const collector = await start();
    await send(collector, { ...view, userToken: 'a/b+c=' }, { ...view, userToken: 'other' });
    const url = `${collector.origin}/1/usertokens/${encodeURIComponent('a/b+c=')}`;
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(401);
    expect(tokens(collector)).toEqual(['a/b+c=', 'other']);
    const response = await fetch(url + CREDENTIALS, { method: 'DELETE' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(tokens(collector)).toEqual(['other']);
  });

  it('needs DELETE and an encoded token', async () => {
    const collector = await start();
    const url = `${collector.origin}/1/usertokens/`;
    const wrongMethod = await fetch(`${url}u1${CREDENTIALS}`, { method: 'POST' });
    expect([wrongMethod.status, wrongMethod.headers.get('allow')]).toEqual([405, 'DELETE']);
    expect((await fetch(`${url}%zz${CREDENTIALS}`, { method: 'DELETE' })).status).toBe(422);
  });
});

// An HTTP server answers every method, and keeps connections.
describe('as an HTTP server', () => {
  it('answers HEAD as GET, without the body', async () => {
    const collector = await start();
    for (const [path, status] of [
      ['/1/events', 405],
      ['/nowhere', 404],
    ] as const) {
      const [head, get] = await Promise.all(
        ['HEAD', 'GET'].map((method) => fetch(collector.origin + path + CREDENTIALS, { method })),
      );
      expect([head!.status, get!.status]).toEqual([status, status]);
      expect(await head!.text()).toBe('');
      for (const name of ['content-type', 'content-length', 'allow']) {
        expect(head!.headers.get(name)).toBe(get!.headers.get(name));
      }
    }
  });

  it('says to OPTIONS which methods a path takes, and takes it for no preflight', async () => {
    const collector = await start();
    const ask = async (path: string) => {
      const response = await fetch(collector.origin + path, { method: 'OPTIONS' });
      return [response.status, response.headers.get('allow')];
    };
    expect(await ask('/1/events')).toEqual([204, 'POST, OPTIONS']);
    expect(await ask('/1/usertokens/u1')).toEqual([204, 'DELETE, OPTIONS']);
    expect(await ask('/nowhere')).toEqual([404, null]);
    expect(collector.requests.map(({ preflight }) => preflight)).toEqual([undefined, undefined, undefined]);
  });

  it('keeps a connection over answers of all kinds, for longer than clients do', async () => {
    const collector = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    async function ask(method: string, path: string, body = ''): Promise<[number | undefined, boolean, unknown]> {
      const outgoing = httpRequest(collector.origin + path, { method, agent });
      outgoing.end(body);
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      return [response.statusCode, outgoing.reusedSocket, response.headers['keep-alive']];
    }
    const text = JSON.stringify({ events: [view] });
    expect(await ask('POST', `/1/events${CREDENTIALS}`, text)).toEqual([200, false, 'timeout=65']);
    const answers = [
      await ask('POST', `/1/events${CREDENTIALS}`, '{'),
      await ask('POST', '/1/events', text),
      await ask('PUT', `/1/events${CREDENTIALS}`, text),
      await ask('HEAD', '/nowhere'),
      await ask('POST', `/1/events${CREDENTIALS}`, JSON.stringify({ events: [{}] })),
      await ask('POST', `/1/events${CREDENTIALS}`, text),
    ];
    expect(answers.map(([status, isReused]) => [status, isReused])).toEqual(
      [400, 401, 405, 404, 422, 200].map((status) => [status, true]),
    );
    agent.destroy();
  });
});

describe('a session', () => {
  const sendTo = (origin: string, ...events: object[]) =>
    fetch(`${origin}/1/events${CREDENTIALS}`, { method: 'POST', body: JSON.stringify({ events }) });

  it('has an address, events, requests and a fault of its own', async () => {
    const collector = await start();
    const [one, two] = [collector.session('worker-1'), collector.session('worker-2')];
    expect(one.origin).toBe(`${collector.origin}/s/worker-1`);
    one.setFault({ status: 503 });
    expect((await sendTo(one.origin, view)).status).toBe(503);
    expect((await sendTo(two.origin, view)).status).toBe(200);
    expect((await sendTo(collector.origin, { ...view, userToken: 'u2' })).status).toBe(200);
    one.setFault(null);
    expect((await sendTo(one.origin, { ...view, userToken: 'u1-again' })).status).toBe(200);

    const all = [one, two, collector];
    expect(all.map(({ requests }) => requests.map(({ path, status }) => [path, status]))).toEqual([
      [
        ['/1/events', 503],
        ['/1/events', 200],
      ],
      [['/1/events', 200]],
      [['/1/events', 200]],
    ]);
    expect(all.map(({ events }) => events.map(({ userToken }) => userToken))).toEqual([['u1-again'], ['u1'], ['u2']]);
    one.clear();
    expect(all.map(({ events }) => events.length)).toEqual([0, 1, 1]);
  });

  it('is the same for each call, and is there once something is sent to it', async () => {
    const collector = await start();
    await sendTo(`${collector.origin}/s/checkout%20test`, view);
    const session = collector.session('checkout test');
    expect(session.events).toHaveLength(1);
    expect(collector.session('checkout test')).toBe(session);
    expect(session.origin).toBe(`${collector.origin}/s/checkout%20test`);
  });

  it('knows the other paths too, and forgets a user token alone', async () => {
    const collector = await start();
    const { origin } = collector.session('a');
    await Promise.all([sendTo(origin, view), sendTo(collector.origin, view)]);
    await fetch(`${origin}/1/usertokens/u1${CREDENTIALS}`, { method: 'DELETE' });
    expect([collector.session('a').events.length, collector.events.length]).toEqual([0, 1]);
    expect((await fetch(`${origin}/nowhere`)).status).toBe(404);
    expect((await preflight(collector, '/s/a/1/events')).status).toBe(204);
    expect((await sendTo(`${collector.origin}/s/%zz`, view)).status).toBe(404);
    expect((await sendTo(`${collector.origin}/s/`, view)).status).toBe(404);
  });

  it('can be waited for, and its waits fail when the collector is closed', async () => {
    const collector = await start();
    const session = collector.session('a');
    const heard: string[] = [];
    session.onRequest(({ path }) => heard.push(path));
    const all: unknown[] = [];
    collector.onRequest(({ session }) => all.push(session));
    const wait = session.waitForEvents(1);
    await sendTo(collector.origin, view);
    await sendTo(session.origin, view);
    expect(await wait).toHaveLength(1);
    expect(heard).toEqual(['/1/events']);
    expect(all).toEqual([undefined, 'a']);
    const failed = expect(session.waitForRequests(9)).rejects.toThrow('the collector was closed');
    await collector.close();
    await failed;
    await expect(collector.session('b').waitForEvents(1)).rejects.toThrow('the collector was closed');
  });
});

describe('for pages of another origin', () => {
  it('every answer is readable, the refusals too', async () => {
    const collector = await start();
    const answers = await Promise.all([
      send(collector, view),
      send(collector, {}),
      post(collector, '{'),
      post(collector, '{}', { query: '' }),
      fetch(`${collector.origin}/1/events`),
      fetch(`${collector.origin}/nowhere`),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 422, 400, 401, 405, 404]);
    expect(answers.map((answer) => answer.headers.get('access-control-allow-origin'))).toEqual(Array(6).fill('*'));
  });

  it('a preflight is answered without credentials and kept as a request', async () => {
    const collector = await start({ appId: 'app', apiKey: 'key' });
    const response = await preflight(collector);
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-methods')?.split(', ')).toEqual(
      expect.arrayContaining(['POST', 'DELETE']),
    );
    expect(response.headers.get('access-control-allow-headers')).toBe('content-type,x-thing');
    expect(collector.requests).toMatchObject([{ method: 'OPTIONS', preflight: true, status: 204 }]);
    await send(collector, view);
    expect(collector.requests[1]).not.toHaveProperty('preflight');
  });
});

describe('a fault', () => {
  it('of a status is answered with that status and stores nothing', async () => {
    const collector = await start();
    collector.setFault({ status: 500 });
    const response = await send(collector, view);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ status: 500 });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(collector.events).toEqual([]);
    expect(collector.requests).toMatchObject([{ status: 500, eventCount: 1, sent: [view], isFaulted: true }]);
  });

  it('comes before every other check', async () => {
    const collector = await start();
    collector.setFault({ status: 502 });
    const answers = await Promise.all([post(collector, '{', { query: '' }), fetch(`${collector.origin}/1/nowhere`)]);
    expect(answers.map((answer) => answer.status)).toEqual([502, 502]);
  });

  it('of status 200 is an answer that lies: nothing is stored', async () => {
    const collector = await start();
    collector.setFault({ status: 200, body: '<html>Sign in to this network</html>' });
    const response = await send(collector, view);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(await response.text()).toBe('<html>Sign in to this network</html>');
    expect(collector.events).toEqual([]);
  });

  it('can have a JSON body and a Retry-After, with status 503 unless set', async () => {
    const collector = await start();
    collector.setFault({ retryAfter: 7, body: '{"message":"Überlast"}' });
    const response = await send(collector, view);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('access-control-expose-headers')).toBe('Retry-After');
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(await response.json()).toEqual({ message: 'Überlast' });
  });

  it('can give Retry-After as a date and hide it from pages', async () => {
    const collector = await start();
    const date = new Date(NOW).toUTCString();
    collector.setFault({ status: 429, retryAfter: date, exposeRetryAfter: false });
    const response = await send(collector, view);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe(date);
    expect(response.headers.has('access-control-expose-headers')).toBe(false);
  });

  it('without CORS headers leaves them out of the answer and of the preflight, and counts both', async () => {
    const collector = await start();
    collector.setFault({ status: 504, cors: false, retryAfter: 1, times: 2 });
    const answers = [await preflight(collector), await send(collector, view), await preflight(collector)];
    const corsHeaders = answers.map(({ headers }) => [...headers.keys()].some((name) => name.startsWith('access-')));
    expect(corsHeaders).toEqual([false, false, true]);
    expect(answers.map((answer) => answer.status)).toEqual([504, 504, 204]);
    expect(collector.events).toEqual([]);
  });

  it('with CORS headers leaves preflights alone and does not count them', async () => {
    const collector = await start();
    collector.setFault({ drop: true, times: 1 });
    expect((await preflight(collector)).status).toBe(204);
    await expect(send(collector, view)).rejects.toThrow();
  });

  it('can drop the connection: the client sees no answer, and nothing is stored', async () => {
    const collector = await start();
    collector.setFault({ drop: true, times: 1 });
    const failure = await send(collector, view).catch((error: TypeError) => error);
    expect(failure).toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(collector.events).toEqual([]);
    expect(collector.requests).toMatchObject([{ status: 0, eventCount: 1 }]);
    expect((await send(collector, view)).status).toBe(200);
  });

  it('can drop the connection after the events are stored', async () => {
    const collector = await start();
    collector.setFault({ dropAfterAccept: true });
    await expect(send(collector, view)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect(tokens(collector)).toEqual(['u1']);
    expect(collector.requests).toMatchObject([{ status: 0, eventCount: 1 }]);

    await expect(send(collector, { ...view, index: 5 })).rejects.toThrow();
    expect(collector.events).toHaveLength(1);
  });

  it('can hang until the client gives up', async () => {
    const collector = await start();
    collector.setFault({ hang: true });
    const abort = new AbortController();
    const answer = post(collector, { events: [view] }, { signal: abort.signal });
    const failed = expect(answer).rejects.toThrow('gave up');
    await collector.waitForRequests(1);
    abort.abort(new Error('gave up'));
    await failed;
    expect(collector.events).toEqual([]);
    expect(collector.requests).toMatchObject([{ status: 0, eventCount: 1 }]);
  });

  it('of a delay alone stores at once and answers later as usual', async () => {
    const collector = await start();
    collector.setFault({ delayMs: 20, times: 2 });
    const order: string[] = [];
    const stored = collector.waitForEvents(1).then(() => order.push('stored'));
    const answers = await Promise.all([send(collector, view), send(collector, { ...view, index: 5 })]);
    order.push('answered');
    await stored;
    expect(order).toEqual(['stored', 'answered']);
    expect(answers.map((answer) => answer.status)).toEqual([200, 422]);
    expect(tokens(collector)).toEqual(['u1']);
  });

  it.each<[string, Fault, number]>([
    ['of a delay alone', { delayMs: 3_600_000 }, 1],
    ['of a delay and a status', { delayMs: 3_600_000, status: 500 }, 0],
    ['of a delay and a drop', { delayMs: 3_600_000, drop: true }, 0],
    ['of a delay and a drop after acceptance', { delayMs: 3_600_000, dropAfterAccept: true }, 1],
  ])('%s that the client does not wait for counts as unanswered', async (_, fault, stored) => {
    const collector = await start();
    collector.setFault(fault);
    const answer = send(collector, view);
    let settled = false;
    const failed = expect(answer.finally(() => (settled = true))).rejects.toThrow();
    const [request] = await collector.waitForRequests(1);
    collector.setFault(null);
    expect((await send(collector, { ...view, userToken: 'later' })).status).toBe(200);
    expect(settled).toBe(false);
    expect(tokens(collector)).toHaveLength(stored + 1);
    await collector.close();
    await failed;
    expect(request?.status).toBe(0);
  });

  it.each<[string, Fault, number]>([
    ['a status', { status: 500 }, 500],
    ['a body', { body: 'busy' }, 503],
    ['a Retry-After', { retryAfter: 1 }, 503],
    ['no CORS headers', { cors: false }, 503],
  ])('of a delay and %s is answered in the end and stores nothing', async (_, fault, status) => {
    const collector = await start();
    collector.setFault({ delayMs: 5, ...fault });
    expect((await send(collector, view)).status).toBe(status);
    expect(collector.events).toEqual([]);
  });

  it('of a delay and a hang is not answered in the end, and stores nothing', async () => {
    const collector = await start();
    collector.setFault({ delayMs: 1, hang: true, times: 1 });
    let settled = false;
    const failed = expect(send(collector, view).finally(() => (settled = true))).rejects.toThrow();
    await collector.waitForRequests(1);
    collector.setFault({ delayMs: 20 });
    await send(collector, { ...view, userToken: 'later' });
    expect(settled).toBe(false);
    expect(tokens(collector)).toEqual(['later']);
    await collector.close();
    await failed;
  });

  it.each([200, 599])('may have the status %i', async (status) => {
    const collector = await start();
    collector.setFault({ status });
    expect((await send(collector, view)).status).toBe(status);
  });

  it('heals itself after the given number of requests', async () => {
    const collector = await start();
    const fault: Fault = { status: 503, times: 2 };
    collector.setFault(fault);
    const statuses: number[] = [];
    for (let i = 0; i < 4; i += 1) {
      if (i < 2) expect(collector.fault).toBe(fault);
      statuses.push((await send(collector, view)).status);
    }
    expect(statuses).toEqual([503, 503, 200, 200]);
    expect(collector.fault).toBeNull();
  });

  it('stays until it is replaced or set to null', async () => {
    const collector = await start();
    collector.setFault({ status: 503, times: 1 });
    collector.setFault({ status: 500 });
    expect([(await send(collector, view)).status, (await send(collector, view)).status]).toEqual([500, 500]);
    collector.setFault(null);
    expect((await send(collector, view)).status).toBe(200);
  });

  it('can be for certain events only; other requests are neither faulted nor counted', async () => {
    const collector = await start();
    const poison = { ...view, userToken: 'poison' };
    collector.setFault({
      status: 500,
      times: 1,
      when: (events) => events.some((event) => 'userToken' in event && event.userToken === 'poison'),
    });
    const statuses = [];
    for (const body of [{ events: [view] }, '{', {}, { events: [null, 5] }, { events: [view, poison] }]) {
      statuses.push((await post(collector, body)).status);
    }
    expect(statuses).toEqual([200, 400, 422, 422, 500]);
    expect((await send(collector, poison)).status).toBe(200);
    expect(tokens(collector)).toEqual(['u1', 'poison']);
  });

  it.each<[string, Fault]>([
    ['a status below 200', { status: 199 }],
    ['a status above 599', { status: 600 }],
    ['a status with a fraction', { status: 500.5 }],
    ['no times at all', { times: 0 }],
    ['a negative delay', { delayMs: -1 }],
  ])('is refused with %s, and the one before stays', async (_, fault) => {
    const collector = await start();
    const before = { status: 500 };
    collector.setFault(before);
    expect(() => collector.setFault(fault)).toThrow(RangeError);
    expect(collector.fault).toBe(before);
  });
});

describe('waiting', () => {
  it('for events resolves when they arrive, with all that are there', async () => {
    const collector = await start();
    const wait = collector.waitForEvents(2);
    await send(collector, view);
    const early = await Promise.race([wait, 'still waiting']);
    await send(collector, { ...view, userToken: 'u2' });
    expect(early).toBe('still waiting');
    expect((await wait).map((item) => item.userToken)).toEqual(['u1', 'u2']);
  });

  it('for events resolves at once when they are there, and at more than the count too', async () => {
    const collector = await start();
    await send(collector, view, view, view);
    expect(await collector.waitForEvents(2, { timeoutMs: 60_000 })).toHaveLength(3);
    expect(await collector.waitForEvents(0)).toHaveLength(3);
  });

  it('takes a test of all events or requests', async () => {
    const collector = await start();
    const event = collector.waitForEvents((items) => items.some((item) => item.userToken === 'u2'));
    const request = collector.waitForRequests((items) => items.some((item) => item.status === 422));
    await send(collector, view);
    await send(collector, { ...view, userToken: 'u2' });
    await send(collector, {});
    expect(await event).toHaveLength(2);
    expect(await request).toHaveLength(3);
  });

  it('rejects when the time is up, and says what was there', async () => {
    const collector = await start();
    await send(collector, view);
    await send(collector, {});
    await expect(collector.waitForEvents(2, { timeoutMs: 1 })).rejects.toThrow(
      '1 ms passed while waiting for 2 events; events there: 1 (view "Seen" by u1); ' +
        'requests there: 2 (POST /1/events 200, POST /1/events 422)',
    );
    await expect(collector.waitForRequests(() => false, { timeoutMs: 1 })).rejects.toThrow(
      '1 ms passed while waiting for requests that meet the condition; requests there: 2 (POST',
    );
  });

  it('rejects with the error of a test that throws', async () => {
    const collector = await start();
    const wait = collector.waitForEvents((items) => {
      if (items.length > 0) throw new Error('looked at it');
      return false;
    });
    const failed = expect(wait).rejects.toThrow('looked at it');
    await send(collector, view);
    await failed;
  });

  it('rejects when the collector is closed, or was', async () => {
    const collector = await start();
    const failed = expect(collector.waitForEvents(1)).rejects.toThrow(/closed.*1 events; events there: none/);
    await collector.close();
    await failed;
    await expect(collector.waitForRequests(1)).rejects.toThrow(/closed.*1 requests; requests there: none/);
    expect(await collector.waitForEvents(0)).toEqual([]);
  });
});

describe('a listener', () => {
  it('hears of each request after its events are stored, until it is removed', async () => {
    const collector = await start();
    const heard: [number, number][] = [];
    const remove = collector.onRequest((request) => heard.push([request.status, collector.events.length]));
    await send(collector, view);
    await send(collector, {});
    remove();
    await send(collector, view);
    expect(heard).toEqual([
      [200, 1],
      [422, 1],
    ]);
  });
});

describe('an error in a function of the test', () => {
  it('is reported as uncaught; a listener does not change the answer, a fault cannot be applied and gives 500', async () => {
    const collector = await start();
    const uncaught = await catchUncaught(async () => {
      const remove = collector.onRequest(() => {
        throw new Error('in the listener');
      });
      expect((await send(collector, view)).status).toBe(200);
      remove();
      collector.setFault({
        when: () => {
          throw new Error('in the fault');
        },
      });
      const response = await send(collector, view);
      expect(response.status).toBe(500);
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(await response.json()).toMatchObject({ message: expect.stringContaining('in the fault') });
    });
    expect(uncaught).toEqual([new Error('in the listener'), new Error('in the fault')]);
    expect(tokens(collector)).toEqual(['u1']);
  });
});

describe('the server', () => {
  it('listens on 127.0.0.1 at the given port', async () => {
    let given = 0;
    let collector = await start();
    // Another process may take a port between the two steps, so a few tries are allowed.
    for (let tries = 0; tries < 5 && (given === 0 || collector.portTaken); tries += 1) {
      given = collector.port;
      await collector.close();
      collector = await start({ port: given });
    }
    expect([collector.port, collector.portTaken]).toEqual([given, false]);
    expect(collector.origin).toBe(`http://127.0.0.1:${given}`);
    expect((await send(collector, view)).status).toBe(200);
  });

  it('takes a free port when the given one is taken, and says so', async () => {
    const first = await start();
    const second = await start({ port: first.port });
    expect([first.portTaken, second.portTaken]).toEqual([false, true]);
    expect(second.port).not.toBe(first.port);
    expect((await send(second, view)).status).toBe(200);
    expect([first.events.length, second.events.length]).toEqual([0, 1]);
  });

  it('rejects a port that does not exist', async () => {
    await expect(createCollector({ port: 70_000 })).rejects.toThrow(RangeError);
  });

  it('closes with requests hanging, half sent and kept alive, and may be closed twice', async () => {
    const collector = await start();
    await (await send(collector, view)).text();
    collector.setFault({ hang: true });
    const hanging = expect(send(collector, view)).rejects.toThrow();
    await collector.waitForRequests(2);
    const socket = connect(collector.port, '127.0.0.1');
    const cut = closed(socket);
    await once(socket, 'connect');
    socket.write('POST /1/events HTTP/1.1\r\nContent-Le');

    await Promise.all([collector.close(), collector.close()]);
    await Promise.all([hanging, cut]);
    await expect(send(collector, view)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });

  it('leaves paths outside /1/ to the fallback, which need not answer', async () => {
    const asked: string[] = [];
    const collector = await start({
      fallback: (request, response) => {
        asked.push(request.url ?? '');
        if (request.url !== '/page?x=1') return false;
        response.end('a page');
        return true;
      },
    });
    const page = await fetch(`${collector.origin}/page?x=1`);
    const missing = await fetch(`${collector.origin}/other`, { method: 'POST', body: 'text' });
    await send(collector, view);
    expect([page.status, await page.text(), missing.status]).toEqual([200, 'a page', 404]);
    expect(asked).toEqual(['/page?x=1', '/other']);
    expect(collector.requests.map((request) => request.path)).toEqual(['/other', '/1/events']);
  });

  it('waits for a fallback that answers later, and copes with one that read the body and did not answer', async () => {
    const collector = await start({
      fallback: async (request, response) => {
        let text = '';
        for await (const chunk of request) text += chunk;
        if (text === 'pass') return false;
        response.end(`got ${text}`);
        return true;
      },
    });
    const [taken, passed] = await Promise.all(
      ['mine', 'pass'].map((body) => fetch(`${collector.origin}/echo`, { method: 'POST', body })),
    );
    expect(await taken?.text()).toBe('got mine');
    expect(passed?.status).toBe(404);
  });
});
