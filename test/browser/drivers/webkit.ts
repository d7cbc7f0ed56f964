import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { vi } from 'vitest';
import { findMiniBrowser, findWebKitDriver } from '../../../scripts/ensure-browser.mjs';
import { withDeadline } from './deadline.js';
import type { Driver, DriverProfile, DriverTab, Engine } from './driver.types.js';
import { endDescendants } from './processes.js';
import { isReady, startSession, type WebDriverSession } from './webdriver.js';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Starts an X server without a screen; it chooses its own display number and writes it to the third descriptor. */
async function startDisplay(): Promise<{ child: ChildProcess; display: string }> {
  const screen = ['-screen', '0', '1024x768x24', '-nolisten', 'tcp', '-displayfd', '3'];
  const child = spawn('Xvfb', screen, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const display = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error('Xvfb ended before it had a display.')));
    let said = '';
    (child.stdio[3] as Readable).on('data', (chunk) => {
      said += chunk;
      if (said.includes('\n')) resolve(`:${said.trim()}`);
    });
  });
  return { child, display };
}

/** A script that runs an expression and hands back its string, or its error. Not by `eval`, which a page's policy may forbid. */
const asyncScript = (expression: string) => `
const done = arguments[0];
Promise.resolve().then(() => ${expression}).then(
  (value) => done({ value }),
  (error) => done({ error: String(error) }),
);`;

function tabOf(session: WebDriverSession, handle: string): DriverTab {
  const run: DriverTab['run'] = (expression, timeoutMs) =>
    session.inWindow(handle, async () => {
      await session.send('POST', '/timeouts', { script: timeoutMs });
      const answer = await session.send<{ value?: string; error?: string }>('POST', '/execute/async', {
        script: asyncScript(expression),
        args: [],
      });
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.value!;
    });
  return {
    run,
    back: () => session.inWindow(handle, () => session.send('POST', '/back', {})),
    goto: (url) => session.inWindow(handle, () => session.send('POST', '/url', { url })),
    click: (selector) =>
      session.inWindow(handle, async () => {
        const locator = { using: 'css selector', value: selector };
        const [element] = Object.values(await session.send<Record<string, string>>('POST', '/element', locator));
        await session.send('POST', `/element/${element}/click`, {});
      }),
    cookies: () =>
      session.inWindow(handle, async () => {
        const kept = await session.send<{ name: string; value: string }[]>('GET', '/cookie');
        return Object.fromEntries(kept.map(({ name, value }) => [name, value]));
      }),
    close: () => session.inWindow(handle, () => session.send('DELETE', '/window')),
    crash: () => Promise.reject(new Error('WebKitWebDriver ends the session when a renderer ends.')),
  };
}

/** Starts a browser. Now and then one never answers the driver: that one is ended, and another started. */
async function startBrowser(origin: string, driver: ChildProcess): Promise<WebDriverSession> {
  const start = () =>
    startSession(origin, {
      'webkitgtk:browserOptions': {
        binary: findMiniBrowser(),
        args: ['--automation', '--javascript-can-open-windows-automatically=true'],
      },
    });
  try {
    return await withDeadline(start(), 20_000);
  } catch {
    endDescendants(driver.pid!);
    return start();
  }
}

async function openProfile(origin: string, driver: ChildProcess): Promise<DriverProfile> {
  const session = await startBrowser(origin, driver);
  await session.send('POST', '/timeouts', { pageLoad: 30_000 });
  const handles = () => session.send<string[]>('GET', '/window/handles');
  const [home] = await handles();
  const known = new Set([home!]);
  return {
    // The first window stays empty: a session whose current window is gone is over.
    async newTab() {
      const { handle } = await session.inWindow(home!, () =>
        // A new window is in front, a new tab would be behind.
        session.send<{ handle: string }>('POST', '/window/new', { type: 'window' }),
      );
      known.add(handle);
      return tabOf(session, handle);
    },
    async openedTabs() {
      const opened = (await handles()).filter((handle) => !known.has(handle));
      for (const handle of opened) known.add(handle);
      return opened.map((handle) => tabOf(session, handle));
    },
    setOffline: () => Promise.reject(new Error('WebKitWebDriver has no command for it.')),
    async close() {
      // It may be over already, or hang: what is left of it is ended all the same.
      await withDeadline(session.send('DELETE', ''), 10_000).catch(() => {});
      endDescendants(driver.pid!);
    },
  };
}

/** WebKitGTK: its MiniBrowser, over WebDriver, on a screen that nobody sees. */
export const webkitEngine: Engine = {
  name: 'webkit',
  async launch(): Promise<Driver> {
    const path = findWebKitDriver();
    if (path === undefined)
      throw new Error('There is no WebKitWebDriver; node scripts/ensure-browser.mjs --all helps.');
    const home = await mkdtemp(join(tmpdir(), 'usertoken-webkit-'));
    const { child: screen, display } = await startDisplay();
    const origin = `http://127.0.0.1:${await freePort()}`;
    const driver = spawn(path, [`--port=${new URL(origin).port}`], {
      stdio: 'ignore',
      env: {
        ...process.env,
        DISPLAY: display,
        GDK_BACKEND: 'x11',
        HOME: home,
        XDG_CACHE_HOME: join(home, 'cache'),
        XDG_CONFIG_HOME: join(home, 'config'),
        XDG_DATA_HOME: join(home, 'data'),
        // Its sandbox can't be made inside a container.
        WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      },
    });
    await vi.waitUntil(() => isReady(origin), { timeout: 10_000, interval: 50 });
    return {
      newProfile: () => openProfile(origin, driver),
      async close() {
        endDescendants(driver.pid!);
        driver.kill();
        screen.kill();
        await rm(home, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  },
  launchIn: () => Promise.reject(new Error('MiniBrowser keeps nothing on disk under automation.')),
};
