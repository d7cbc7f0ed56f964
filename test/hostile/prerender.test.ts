import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { createCollector } from '../../src/testing/collector.js';
import { servePages } from '../browser/page-server.js';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A page that has another rendered ahead and visits it when it is told to, and that other one. Both tell this server what
 * they see: a browser under a driver renders nothing ahead. */
async function serveAhead(consent: string) {
  const [pages, collector] = await Promise.all([servePages(), createCollector()]);
  ends.push(
    () => pages.close(),
    () => collector.close(),
  );
  const told: string[] = [];
  let visit: ServerResponse | undefined;
  const landing = `<!doctype html><title>Landing</title><link rel="icon" href="data:,">
<script type="speculationrules">{"prerender":[{"urls":["/product"],"eagerness":"immediate"}]}</script>
<script>
  fetch('/visit')
    .then(() => fetch('/told?before: ' + document.cookie + localStorage.length))
    .then(() => location.assign('/product'));
</script>`;
  const product = `<!doctype html><title>Product</title><link rel="icon" href="data:,">
<script src="${pages.origin}/usertoken.js"></script>
<script>
  const tell = (what) => fetch('/told?' + what);
  const user = usertoken.createUserToken({
    appId: 'app', apiKey: 'key', consent: '${consent}', host: '${collector.origin}', batchWindowMs: 0,
  });
  const event = { eventName: 'Seen', index: 'products' };
  user.viewedObjectIDs({ ...event, objectIDs: ['ahead'] })
    .then(({ status }) => tell('ahead: ' + status + ' ' + document.prerendering + ' ' + user.consent.state));
  document.addEventListener('prerenderingchange', () => {
    user.viewedObjectIDs({ ...event, objectIDs: ['visited'] })
      .then(({ status }) => tell('visited: ' + status + ' ' + document.cookie + ' ' + user.token));
  });
</script>`;
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://shop');
    if (pathname === '/visit') {
      visit = response;
      return;
    }
    if (pathname === '/told') told.push(decodeURIComponent(search.slice(1)));
    response.setHeader('content-type', 'text/html');
    response.end(pathname === '/product' ? product : landing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { collector, told, origin, visit: () => visit?.end() };
}

async function openUndriven(url: string): Promise<void> {
  const profile = await mkdtemp(join(tmpdir(), 'usertoken-profile-'));
  const flags = ['--no-sandbox', '--headless', '--no-first-run', `--user-data-dir=${profile}`];
  const child = spawn(findBrowser() ?? 'chromium', [...flags, url], { stdio: 'ignore' });
  ends.push(async () => {
    const exited = child.exitCode === null ? once(child, 'exit') : undefined;
    child.kill();
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });
}

test.each(['granted', 'pending'])(
  'a prerendered page with consent %s stores and sends nothing before the visit',
  async (consent) => {
    const { collector, told, origin, visit } = await serveAhead(consent);
    await openUndriven(origin);
    await expect.poll(() => told).toEqual(['ahead: stored true pending']);
    visit();
    await expect.poll(() => told.length).toBe(3);
    expect(told[1]).toBe('before: 0');
    if (consent === 'pending') {
      expect(told[2]).toMatch(/^visited: stored {2}anonymous-/);
      expect(collector.requests).toEqual([]);
      return;
    }
    const token = told[2]!.split(' ').at(-1);
    expect(told[2]).toBe(`visited: delivered _ALGOLIA=${token} ${token}`);
    await collector.waitForEvents(2);
    const sent = collector.events.map(({ event, userToken }) => `${event.objectIDs} ${userToken}`);
    expect(sent.sort()).toEqual([`ahead ${token}`, `visited ${token}`]);
  },
);
