import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { argumentsFor, counterIn, runRelay } from '../processes.js';
import { appId, click, tempDir } from '../setup.js';

/** `QUEUED=1000000` is the long form. */
const queued = Number(process.env.QUEUED ?? 100_000);

const megabytesOf = (pid: number | undefined) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

it(`needs no more memory for ${queued} queued events than for a tenth of them`, { timeout: 1_200_000 }, async () => {
  // Nobody answers there, so all of them wait.
  const args = argumentsFor('http://127.0.0.1:9', '--data', join(tempDir(), 'relay.db'));
  const relay = await runRelay(args);
  onTestFinished(async () => void (await relay.kill()));
  let sent = 0;
  const page = async (until: number) => {
    while (sent < until) {
      sent += 100;
      const body = JSON.stringify({ appId, events: Array.from({ length: 100 }, () => click()) });
      expect((await fetch(`${relay.origin}/events`, { method: 'POST', body })).status).toBe(200);
    }
  };
  const all = (until: number) => Promise.all(Array.from({ length: 8 }, () => page(until)));
  await all(queued / 10);
  const early = megabytesOf(relay.child.pid);
  await all(queued);
  const late = megabytesOf(relay.child.pid);
  expect(await counterIn(relay, 'queued_events')).toBeGreaterThanOrEqual(queued);
  console.log(`${early.toFixed(0)} MB at ${queued / 10} queued events, ${late.toFixed(0)} MB at ${queued}`);
  expect(late).toBeLessThan(early * 1.5);
});
