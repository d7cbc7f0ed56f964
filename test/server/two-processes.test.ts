import { createServer, request as forward, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, createCollector } from '../../src/testing/index.js';
import { cookieDocument } from '../support/cookie-document.js';
import { type Child, startNode } from './support/child.js';

/** A shop of which several processes run. The visitor's choice travels in a cookie of the shop. */
const shop = (host: string) => `
  import { createServer } from 'node:http';
  import { createUserTokenServer } from 'usertoken/server';
  const tokens = createUserTokenServer({ appId: 'app', apiKey: 'key', secure: false, host: '${host}', batchWindowMs: 20 });
  createServer(async (request, response) => {
    const consent = /consent=(\\w+)/.exec(request.headers.cookie)?.[1] ?? 'pending';
    const visitor = tokens.visitor(request, { consent });
    const [, action, value] = request.url.split('/');
    if (action === 'login') visitor.login(value);
    if (action === 'logout') visitor.logout();
    const receipt = action === 'view' && (await visitor.viewedObjectIDs({ eventName: 'Seen', index: 'products', objectIDs: [value] }));
    visitor.applyTo(response);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ token: visitor.token ?? null, state: visitor.state, receipt, process: process.pid }));
  }).listen(0, '127.0.0.1', function () { console.log(this.address().port); });`;

let collector: Collector;
let processes: Child[];
let balancer: Server;
let url: string;

beforeAll(async () => {
  collector = await createCollector();
  processes = await Promise.all([1, 2].map(() => startNode(shop(collector.origin), 60_000)));
  const ports = await Promise.all(processes.map(async (child) => (await child.lines(1))[0]));
  let turns = 0;
  balancer = createServer((incoming, response) => {
    const port = ports[turns++ % ports.length]!;
    const { method, url: path, headers } = incoming;
    const onward = forward({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(balancer.address() as AddressInfo).port}`;
});
afterAll(async () => {
  balancer?.closeAllConnections();
  balancer?.close();
  for (const child of processes ?? []) child.process.kill();
  await Promise.all((processes ?? []).map(({ ended }) => ended));
  await collector?.close();
});

/** A browser whose every request may reach another process. */
function visitorOf(site: string) {
  const page = cookieDocument(site);
  return {
    page,
    async go(path: string) {
      const answer = await fetch(site + path, { headers: { cookie: page.cookie } });
      for (const line of answer.headers.getSetCookie()) page.cookie = line;
      return answer.json();
    },
  };
}

test('one visitor, whose requests alternate between two processes, is one visitor to both', async () => {
  const { page, go } = visitorOf(url);
  page.cookie = 'consent=granted; Path=/';
  const seen: { token: string; process: number }[] = [];
  for (const path of [
    '/',
    '/',
    '/view/a',
    '/view/b',
    '/login/ada-1815',
    '/',
    '/',
    '/view/c',
    '/view/d',
    '/logout',
    '/',
    '/view/e',
    '/view/f',
  ]) {
    seen.push(await go(path));
  }
  const token = seen[0]?.token;
  expect(token).toMatch(/^anonymous-/);
  expect(new Set(seen.map((each) => each.process)).size).toBe(2);
  expect(seen.slice(1).filter((each, index) => each.process === seen[index]?.process)).toEqual([]);
  expect(seen.map((each) => each.token)).toEqual([
    ...Array(4).fill(token),
    ...Array(5).fill('ada-1815'),
    ...Array(4).fill(token),
  ]);
  await collector.waitForEvents(6);
  const received = collector.events.map(({ event, userToken }) => [(event.objectIDs as string[])[0], userToken]);
  expect(received.sort()).toEqual([
    ['a', token],
    ['b', token],
    ['c', 'ada-1815'],
    ['d', 'ada-1815'],
    ['e', token],
    ['f', token],
  ]);

  page.cookie = 'consent=denied; Path=/';
  const denied = [await go('/view/g'), await go('/view/h')];
  expect(denied.map((each) => [each.token, each.receipt.reason])).toEqual(Array(2).fill([null, 'opted-out']));
  expect(page.cookie).toBe('consent=denied');
  expect(collector.events.length).toBe(6);
});

test('many visitors at once are not mixed', async () => {
  collector.clear();
  const tokens = await Promise.all(
    Array.from({ length: 100 }, async (_, n) => {
      const { page, go } = visitorOf(url);
      page.cookie = 'consent=granted; Path=/';
      const { token } = await go('/');
      for (const step of ['x', 'y']) await go(`/view/${n}-${step}`);
      return token;
    }),
  );
  expect(new Set(tokens).size).toBe(100);
  await collector.waitForEvents(200);
  const mixed = collector.events.filter(
    ({ event, userToken }) => tokens[Number.parseInt((event.objectIDs as string[])[0]!, 10)] !== userToken,
  );
  expect(mixed).toEqual([]);
});
