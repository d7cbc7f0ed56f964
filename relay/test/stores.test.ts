import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { memoryStore, sqliteStore } from '../src/index.js';
import { tempDir } from './setup.js';
import { describeStore } from './store-contract.js';

const folder = mkdtempSync(join(tmpdir(), 'relay-stores-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
const fileNow = () => join(folder, `${made}.db`);

describeStore('memoryStore', { create: (now) => memoryStore({ now }) });

describeStore('sqliteStore', {
  create(now) {
    made += 1;
    return sqliteStore({ file: fileNow(), now });
  },
  reopen: (now) => sqliteStore({ file: fileNow(), now }),
});

const bigEvent = (id: string) => ({
  id,
  json: JSON.stringify({ userToken: 'a', filler: 'x'.repeat(2_000) }),
  tokens: [],
});

it('refuses a file that is open already', async () => {
  const file = join(tempDir(), 'relay.db');
  const store = sqliteStore({ file });
  expect(() => sqliteStore({ file })).toThrow(/another process has .*relay\.db open/);
  await store.close();
  await sqliteStore({ file }).close();
});

it('refuses events on a full disk, keeps what it has and takes more once there is room', async () => {
  const store = sqliteStore({ file: join(tempDir(), 'relay.db'), maxBytes: 200_000 });
  let accepted = 0;
  const fill = async () => {
    for (;;) {
      await store.add('app', [bigEvent(`event-${accepted}`)]);
      accepted += 1;
    }
  };
  await expect(fill()).rejects.toThrow(/full/);
  expect(accepted).toBeGreaterThan(10);
  const taken = await store.take('app', 1_000, 1e6);
  expect(taken).toHaveLength(accepted);
  await store.settle('app', taken);
  expect(await store.add('app', [bigEvent('another')])).toEqual([true]);
  await store.close();
});

it('says which events a process was sending when it died', async () => {
  const file = join(tempDir(), 'relay.db');
  const store = sqliteStore({ file });
  await store.add('app', [bigEvent('a'), bigEvent('b')]);
  const [first] = await store.take('app', 1, 1e6);
  await store.begin?.('app', [first!]);
  await store.close();
  const next = sqliteStore({ file });
  expect((await next.take('app', 10, 1e6)).map(({ mayHaveArrived }) => mayHaveArrived)).toEqual([true, false]);
  await next.close();
});
