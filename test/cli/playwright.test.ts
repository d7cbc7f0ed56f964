import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCli } from '../../scripts/build-cli.mjs';
import { findBrowser } from '../../scripts/ensure-browser.mjs';
import { bundle } from '../docs/support/bundle.js';
import { root, snippetsOf } from '../docs/support/guide.js';
import { freePort } from './support/command.js';

const shopScript = `
import { createUserToken } from 'usertoken';
const user = createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host: window.insightsHost });
document.querySelector('#login').onclick = () => user.login('account-4711');
document.querySelector('#buy').onclick = () =>
  user.purchasedObjectIDs({ eventName: 'Product Bought', index: 'products', objectIDs: ['a'] });`;

/** A shop as a reader may have one, which \`npm start\` serves. */
const shopServer = (script: string, port: number) => `
import { createServer } from 'node:http';
const page = '<!doctype html><title>Shop</title><button id="login">Log in</button><button id="buy">Buy</button>'
  + '<script type="module" src="/shop.js"></script>';
const script = ${JSON.stringify(script)};
createServer(({ url }, response) => {
  const isScript = url === '/shop.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(isScript ? script : page);
}).listen(${port}, '127.0.0.1');`;

/** The page's configuration, with the browser of this machine. */
const configHere = `import config from './playwright.config';
export default {
  ...config,
  fullyParallel: true,
  workers: 2,
  use: { ...config.use, launchOptions: { executablePath: ${JSON.stringify(findBrowser())}, args: ['--no-sandbox'] } },
};`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usertoken-playwright-'));
  const [shopPort, collectorPort] = [await freePort(), await freePort()];
  const path = 'docs/testing-playwright.md';
  const page = { path, text: await readFile(join(root, path), 'utf8') };
  for (const { flags, code } of snippetsOf(page).filter(({ flags }) => flags[0]?.endsWith('.ts'))) {
    const here = code.replaceAll("3000'", `${shopPort}'`).replace(/\b4290\b/g, String(collectorPort));
    await writeFile(join(folder, flags[0]!), here);
  }
  await writeFile(join(folder, 'here.config.ts'), configHere);
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', scripts: { start: 'node shop.mjs' } }),
  );
  await writeFile(join(folder, 'shop.mjs'), shopServer(await bundle(shopScript, 'browser'), shopPort));

  const modules = join(folder, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await symlink(join(root, 'node_modules/@playwright'), join(modules, '@playwright'));
  await buildCli(join(modules, 'usertoken/dist/cli.js'));
  await symlink('../usertoken/dist/cli.js', join(modules, '.bin/usertoken'));
  await chmod(join(modules, 'usertoken/dist/cli.js'), 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs: readonly {
    readonly tests: readonly { readonly results: readonly { readonly workerIndex: number }[] }[];
  }[];
}
const workersOf = ({ suites = [], specs }: Suite): number[] => [
  ...specs.flatMap(({ tests }) => tests.flatMap(({ results }) => results.map(({ workerIndex }) => workerIndex))),
  ...suites.flatMap(workersOf),
];

it('the example for Playwright passes as it stands in the guide, its tests at once in two workers', async () => {
  const cli = join(root, 'node_modules/@playwright/test/cli.js');
  const args = [cli, 'test', '--config', 'here.config.ts', '--reporter', 'json'];
  // Playwright refuses to run inside of another runner that it takes for itself.
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, CI: '1' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env }).catch((error) => error);
  const { stats, errors, suites } = JSON.parse(stdout);
  expect({ errors, ...stats }).toMatchObject({ errors: [], expected: 2, unexpected: 0, flaky: 0, skipped: 0 });
  expect(workersOf({ suites, specs: [] }).sort()).toEqual([0, 1]);
});
