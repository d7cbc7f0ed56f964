import { expect, it, onTestFinished } from 'vitest';
import { startNats } from './nats.js';
import { argumentsFor, counterIn, countingApi, type RelayProcess, runRelay } from './processes.js';
import { appId, click } from './setup.js';

/** `NODE_KILLS=50` is the long form. */
const kills = Number(process.env.NODE_KILLS ?? 10);

it(`delivers each acknowledged event over ${kills} kills of one of three NATS nodes or of one of three relays`, {
  timeout: 120_000 + kills * 15_000,
}, async () => {
  const nats = await startNats();
  onTestFinished(() => nats.stop());
  const api = await countingApi();
  const urls = nats.nodes.map(({ url }) => url).join(',');
  const args = argumentsFor(api.origin, '--store', 'nats', '--nats', urls);
  const relays: RelayProcess[] = [];
  for (let index = 0; index < 3; index += 1) relays.push(await runRelay(args));
  onTestFinished(async () => void (await Promise.all(relays.map((relay) => relay.kill()))));
  const acknowledged = new Set<string>();
  let isRunning = true;

  /** A page behind a load balancer: each try goes to the next relay. */
  async function page(number: number): Promise<void> {
    for (let turn = number; isRunning; turn += 1) {
      const events = Array.from({ length: 10 }, () => click());
      const body = JSON.stringify({ appId, events });
      for (let isKnown = false; !isKnown; turn += 1) {
        try {
          const { origin } = relays[turn % 3]!;
          const signal = AbortSignal.timeout(15_000);
          const response = await fetch(`${origin}/events`, { method: 'POST', body, signal });
          isKnown = response.ok;
          await response.text();
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
      }
      for (const { objectIDs } of events) acknowledged.add(objectIDs[0]!);
    }
  }
  const pages = Array.from({ length: 6 }, (_, number) => page(number));
  const growth = async (count: number) => {
    const before = acknowledged.size;
    await expect.poll(() => acknowledged.size, { timeout: 60_000, interval: 10 }).toBeGreaterThan(before + count);
  };
  let ambiguous = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    await growth(200 + Math.random() * 500);
    const victim = Math.floor(Math.random() * 3);
    if (kill % 2 === 0) {
      await nats.nodes[victim]!.kill();
      // The other two go on without it.
      await growth(200);
      await nats.nodes[victim]!.start();
    } else {
      ambiguous += await counterIn(relays[victim]!, 'ambiguous_total').catch(() => 0);
      await relays[victim]!.kill();
      relays[victim] = await runRelay(args);
    }
  }
  isRunning = false;
  await Promise.all(pages);
  await expect.poll(() => [...acknowledged].filter((id) => !api.seen.has(id)).length, { timeout: 120_000 }).toBe(0);
  for (const relay of relays) ambiguous += await counterIn(relay, 'ambiguous_total');

  const extra = [...api.seen.values()].reduce((sum, count) => sum + count - 1, 0);
  console.log(
    `${kills} kills: ${acknowledged.size} events acknowledged, 0 lost, ${extra} sent twice, of ${ambiguous} whose answer was lost; ${api.requests()} requests`,
  );
  expect(extra).toBeLessThanOrEqual(ambiguous);
});
