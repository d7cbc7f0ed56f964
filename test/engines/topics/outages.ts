import { expect, test } from 'vitest';
import type { Fault } from '../../../src/testing/collector.types.js';
import { names, received } from '../../browser/harness.js';
import { expectOnce, login, trackMany, whileBackingOff, who } from '../actions.js';
import type { Stage } from '../harness/stage.js';

const faults: readonly (readonly [string, Fault])[] = [
  ['answers 503', { status: 503 }],
  ['answers 503 that the page may not read', { status: 503, cors: false }],
  ['answers 429 with Retry-After', { status: 429, retryAfter: 1 }],
  ['resets connections', { drop: true }],
  ['never answers', { hang: true }],
];

/** The API fails for a while. */
export function outages(stage: Stage): void {
  test.each(faults)(
    '100 events over an outage in which the API %s arrive once, each under its token',
    async (_, fault) => {
      const { collector } = stage;
      const tab = await (await stage.profile()).open({ requestTimeoutMs: fault.hang ? 3_000 : 30_000 });
      const anonymous = (await who(tab)).token;
      collector.setFault(fault);
      await trackMany(tab, 'before', 50);
      await collector.waitForRequests(1);
      await login(tab, 'ada-1815');
      await trackMany(tab, 'after', 50);
      await collector.waitForRequests(2, { timeoutMs: 15_000 });
      expect(collector.events).toEqual([]);
      collector.setFault(null);
      await expectOnce(stage, tab, [...names('before', 50), ...names('after', 50)]);
      const labelled = [
        ...names('before', 50).map((name) => `${anonymous}: ${name}`),
        ...names('after', 50).map((name) => `ada-1815: ${name}`),
      ];
      expect(received(collector).sort()).toEqual(labelled.sort());
    },
  );

  test('a server that refuses connections and comes back: 100 events arrive once', async () => {
    const { passage, collector } = stage;
    const tab = await (await stage.profile()).open({ host: passage.origin });
    await passage.refuse();
    try {
      await trackMany(tab, 'refused', 100);
      await whileBackingOff(tab);
      expect(collector.requests).toEqual([]);
    } finally {
      await passage.accept();
    }
    await expectOnce(stage, tab, names('refused', 100));
  });

  test('an outage in which the tab is closed loses nothing and doubles nothing', async () => {
    const profile = await stage.profile();
    const tab = await profile.open();
    stage.collector.setFault({ status: 503 });
    await trackMany(tab, 'outage', 100);
    await whileBackingOff(tab);
    await tab.close();
    stage.collector.setFault(null);
    await expectOnce(stage, await profile.open(), names('outage', 100));
  });

  test('a renderer that crashes with no request under way loses nothing and doubles nothing', async () => {
    const { collector, passage } = stage;
    const profile = await stage.profile();
    const tab = await profile.open({ host: passage.origin });
    // Refused rather than reset, and until the next page is there: a browser may repeat a request of a page that crashed.
    await passage.refuse();
    const next = await (async () => {
      await trackMany(tab, 'crash', 100);
      await whileBackingOff(tab);
      await tab.crash();
      return profile.open().catch(() => undefined);
    })().finally(passage.accept);
    if (!stage.supports('crash with storage', next !== undefined)) return expect(collector.events).toEqual([]);
    await expectOnce(stage, next!, names('crash', 100));
  });

  test('four tabs in an outage: what each of them tracked arrives once', async () => {
    const profile = await stage.profile();
    const all = [await profile.open(), await profile.open(), await profile.open(), await profile.open()];
    stage.collector.setFault({ status: 503 });
    await Promise.all(all.map((tab, n) => trackMany(tab, `tab${n}-`, 100)));
    await Promise.all(all.map(whileBackingOff));
    await all[3]!.close();
    stage.collector.setFault(null);
    await expectOnce(
      stage,
      all[0]!,
      all.flatMap((_, n) => names(`tab${n}-`, 100)),
    );
  });
}
