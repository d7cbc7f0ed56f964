import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createUserToken, type UserTokenOptions } from '../../src/index.js';
import { testOptions } from '../../src/testing/index.js';
import { bundle } from '../docs/support/bundle.js';
import { root } from '../docs/support/guide.js';

const event = { eventName: 'Product Viewed', index: 'products', objectIDs: ['kettle'] };

it('makes a client that runs on fakes alone, with all of them in hand', async () => {
  const options = testOptions();
  const user = createUserToken(options);
  user.login('account-1815');
  const receipt = user.viewedObjectIDs(event);
  await options.clock.advance(250);
  expect(await receipt).toEqual({ status: 'delivered' });
  expect(options.transport.accepted).toMatchObject([{ userToken: 'account-1815' }]);
  expect([options.tokenStore.read('anonymous'), options.tokenStore.read('identified')]).toEqual([
    'anonymous-1',
    'account-1815',
  ]);
  expect([options.outbox.size, options.page.listeners]).toEqual([0, 1]);
  user.dispose();
  expect([options.clock.timers, options.page.listeners]).toEqual([0, 0]);
});

it('has a fake for each port that there is', () => {
  const ports = ['tokenStore', 'outbox', 'transport', 'page', 'tabs', 'clock'] satisfies (keyof UserTokenOptions)[];
  expect(Object.keys(testOptions())).toEqual(expect.arrayContaining([...ports, 'random', 'generateToken']));
});

it('makes clients that know nothing of each other', () => {
  const [one, two] = [createUserToken(testOptions()), createUserToken(testOptions())];
  one.login('account-1815');
  one.consent.deny();
  expect([two.state, two.consent.state]).toEqual(['anonymous', 'granted']);
  const later = createUserToken({ ...testOptions(), consent: 'pending' });
  expect([later.state, later.consent.state]).toEqual(['anonymous', 'pending']);
});

/** A test file that meets the other one: both are open while each logs in. Threads of a process share Node's channels. */
const file = (name: string, create: string) => `
  import { expect, test } from 'vitest';
  import { createUserToken } from 'usertoken';
  import { testOptions } from 'usertoken/testing';
  test('${name} stays as it was', async () => {
    const channel = new BroadcastChannel('meeting');
    const seen = new Set();
    let wake = () => {};
    channel.onmessage = ({ data }) => {
      // The other file may have come later than the first call.
      if (data.name !== '${name}' && !seen.has(data.step)) channel.postMessage({ name: '${name}', step: data.step - 1 });
      if (data.name !== '${name}') seen.add(data.step);
      wake();
    };
    async function meet(step) {
      channel.postMessage({ name: '${name}', step });
      while (![...seen].some((other) => other >= step)) await new Promise((resolve) => { wake = resolve; });
    }
    const user = ${create};
    await meet(1);
    user.login('account-of-${name}');
    await meet(2);
    expect(user.token).toBe('account-of-${name}');
    user.logout();
    await meet(3);
    expect([user.state, user.token.startsWith('anonymous-')]).toEqual(['loggedOut', true]);
    user.dispose();
    channel.close();
  });`;

/** Runs test files, each in a thread of one process. */
async function runInThreads(files: Readonly<Record<string, string>>): Promise<{ status: number; said: string }> {
  await mkdir(`${root}.tmp`, { recursive: true });
  const folder = await mkdtemp(`${root}.tmp/threads-`);
  try {
    const config = "export default { test: { environment: 'happy-dom', pool: 'threads', maxWorkers: 2 } };";
    await writeFile(join(folder, 'vitest.config.mjs'), config);
    for (const [name, code] of Object.entries(files)) {
      const text = await bundle(code, 'node', ['vitest']);
      await writeFile(join(folder, `${name}.test.mjs`), text);
    }
    const env = Object.entries(process.env).filter(([name]) => !/^(VITEST.*|NODE_OPTIONS)$/.test(name));
    const child = spawn(process.execPath, [`${root}node_modules/vitest/vitest.mjs`, 'run', '--root', folder], {
      env: { ...Object.fromEntries(env), NO_COLOR: '1' },
      timeout: 60_000,
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
    const [status] = await once(child, 'close');
    return { status, said };
  } finally {
    await rm(folder, { recursive: true });
  }
}

it.each([
  ['the fakes', 'createUserToken(testOptions())'],
  ['a DOM', "createUserToken({ appId: 'app', apiKey: 'key', consent: 'granted', host: 'http://127.0.0.1:9' })"],
])("test files with %s don't hear of each other under pool: 'threads'", async (_, create) => {
  const { status, said } = await runInThreads({ one: file('one', create), two: file('two', create) });
  expect(said).toContain('2 passed');
  expect(status).toBe(0);
});
