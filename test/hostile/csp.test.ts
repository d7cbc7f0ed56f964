import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { clickOn, received, track, useStage } from '../browser/harness.js';

const stage = useStage();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

test('works without a violation under a policy with nonces, without eval and without trusted types', async () => {
  const { collector, pages } = stage;
  const csp = [
    "default-src 'none'",
    "script-src 'nonce-r4nd0m' 'strict-dynamic'",
    `connect-src ${collector.origin}`,
    'img-src data:',
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    "base-uri 'none'",
    'report-uri /reports',
  ].join('; ');
  const context = await stage.context();
  const reports: string[] = [];
  await context.route('**/reports', (route) => {
    reports.push(route.request().postData() ?? '');
    return route.fulfill({ status: 204 });
  });
  const html = await (await fetch(pages.url())).text();
  const body = html.replaceAll('<script src="', `<script nonce="r4nd0m" src="${pages.origin}`);
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-security-policy': csp }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const page = await stage.open(context, {}, { origin });
  stage.expectErrors(/This document requires 'TrustedScript'/);
  const refusal = await page.evaluate(() => {
    try {
      // biome-ignore lint/suspicious/noExplicitAny: text is what the policy forbids here
      setTimeout('window.evaluated = true' as any);
      return 'evaluates text';
    } catch (error) {
      return (error as Error).name;
    }
  });
  expect(refusal).toBe('TypeError');
  // Reports arrive in order: what follows is ours.
  await expect.poll(() => reports.length).toBe(1);
  expect(await page.evaluate(() => window.violations.splice(0))).toEqual(['require-trusted-types-for']);

  const anonymous = await page.evaluate(() => window.user.token);
  expect(await track(page, clickOn('teapot'))).toEqual({ status: 'delivered' });
  await page.evaluate(() => window.user.login('ada-1815'));
  expect(await track(page, clickOn('kettle'))).toEqual({ status: 'delivered' });
  await page.evaluate(() => window.usertoken.widestDomain());
  await page.evaluate(() => window.user.consent.deny());
  await page.evaluate(() => window.user.dispose());
  expect(received(collector)).toEqual([`${anonymous}: teapot`, 'ada-1815: kettle']);
  expect(await page.evaluate(() => window.violations)).toEqual([]);
  expect(reports).toHaveLength(1);
});
