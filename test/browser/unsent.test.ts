import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { can } from './engines.js';
import { clickOn, track, useStage } from './harness.js';
import { servePages } from './page-server.js';
import { selfSigned } from './self-signed.js';

const stage = useStage();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Sends an event from a page, and returns what the transport says. Nothing of the page's own around. */
const sendTo = async (address: string) => {
  const request = { url: `${address}/1/events?X-Algolia-API-Key=key`, body: '{"events":[]}', bytes: 13 };
  const options = { outlives: false, signal: new AbortController().signal };
  return window.usertoken.fetchTransport().send(request, options);
};

// S01 of the second round: each cause had the same warning, and a redirect or a policy was told as the network.
test('a content security policy is named as what keeps events from being sent', async () => {
  stage.expectErrors(/Content Security Policy/i);
  const csp = "default-src 'none'; img-src data:; script-src 'self'; connect-src 'self'";
  const tab = await (await stage.profile()).open({ consent: 'pending' }, { csp });
  expect(await tab.evaluate(sendTo, stage.collector.origin)).toMatchObject({ status: 0, reason: 'blocked-by-policy' });
  expect(await tab.evaluate(sendTo, 'https://insights.algolia.io')).toMatchObject({ reason: 'blocked-by-policy' });
});

test('a server that is out of reach is no policy, and has no reason', async () => {
  stage.expectErrors(/ERR_/);
  const tab = await (await stage.profile()).open({ consent: 'pending' });
  // JSON leaves `undefined` out.
  expect(await tab.evaluate(sendTo, 'http://127.0.0.1:1')).toEqual({ status: 0, message: '' });
});

test.each([301, 307, 308])('a page sends through a %i to another origin, each event once', async (status) => {
  const { collector } = stage;
  const server = createServer(({ url }, response) => {
    const headers = { location: collector.origin + url, 'access-control-allow-origin': '*' };
    response.writeHead(status, headers).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  stage.expectErrors(/405/);
  const tab = await (await stage.profile()).open({ host });
  expect(await track(tab, clickOn('teapot'))).toEqual({ status: 'delivered' });
  expect(await track(tab, clickOn('kettle'))).toEqual({ status: 'delivered' });
  expect(collector.events.map(({ event }) => event.objectIDs)).toEqual([['teapot'], ['kettle']]);
});

describe.runIf(can('playwright'))('a page on https', () => {
  test('names a host on http as what keeps events from being sent', async () => {
    stage.expectErrors(/Mixed Content/);
    const pages = await servePages(selfSigned('127.0.0.1'));
    try {
      const context = await stage.context({ ignoreHTTPSErrors: true });
      const page = await stage.open(context, { consent: 'pending' }, { origin: pages.origin });
      expect(await page.evaluate(sendTo, 'http://insights.example')).toMatchObject({ reason: 'host-insecure' });
    } finally {
      await pages.close();
    }
  });
});
