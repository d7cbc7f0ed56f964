import { expect, test } from 'vitest';
import { clickOn, names, untilExit } from '../../browser/harness.js';
import { expectOnce, trackMany } from '../actions.js';
import type { Profile, Stage } from '../harness/stage.js';

/** The ways in which a page ends right after the last event. Requests take their time, so that what the browser cancels is
 * lost. */
export function pageExit(stage: Stage): void {
  const slow = () => ({ ...untilExit, host: stage.passage.origin });

  /** Whether the engine lets a page that is closed finish. */
  async function runsToItsEnd(profile: Profile): Promise<boolean> {
    const tab = await profile.newTab();
    await tab.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
    await tab.evaluate(() => {
      addEventListener('pagehide', () => {
        const end = performance.now() + 100;
        while (performance.now() < end);
        localStorage.setItem('ended', '');
      });
    });
    await tab.close();
    const after = await profile.newTab();
    await after.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
    const hasEnded = after.until(() => localStorage.getItem('ended') !== null, [], { timeoutMs: 2_000 });
    return hasEnded.then(
      () => true,
      () => false,
    );
  }

  test('200 events tracked in the tick in which the visitor follows a link arrive once', async () => {
    const tab = await (await stage.profile()).open(slow());
    await tab.evaluate(
      (event, address) => {
        for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`leaving${n}`] });
        location.assign(address);
      },
      clickOn('x'),
      `${stage.shopUrl()}&page=2`,
    );
    await tab.until(() => location.search.includes('page=2') && window.user !== undefined);
    await expectOnce(stage, tab, names('leaving', 200));
  });

  test('200 events of 900 bytes, more than may outlive a page, arrive once, the rest from the next page', async () => {
    const tab = await (await stage.profile()).open(slow());
    await tab.evaluate(
      (event, address) => {
        for (let n = 0; n < 200; n += 1) {
          void window.user.track({ ...event, objectIDs: [`big${n}`, 'x'.repeat(900)] });
        }
        location.assign(address);
      },
      clickOn('x'),
      `${stage.shopUrl()}&page=2`,
    );
    await tab.until(() => location.search.includes('page=2') && window.user !== undefined);
    await expectOnce(stage, tab, names('big', 200));
  });

  test('a click on a link that tracks and leaves: the event arrives once', async () => {
    const tab = await (await stage.profile()).open(slow());
    await tab.evaluate(
      (event, address) => {
        const link = document.createElement('a');
        link.href = address;
        link.textContent = 'Teapot';
        link.addEventListener('click', () => void window.user.track(event));
        document.body.append(link);
      },
      clickOn('teapot'),
      `${stage.shopUrl()}&page=2`,
    );
    await tab.click('a');
    await tab.until(() => location.search.includes('page=2') && window.user !== undefined);
    await expectOnce(stage, tab, ['teapot']);
  });

  test('200 events and the tab is closed right after: they arrive, at the latest with the next visit, and once where page exits are whole', async () => {
    const profile = await stage.profile();
    const tab = await profile.open(slow());
    await trackMany(tab, 'closed', 200);
    await tab.close();
    const next = await profile.open();
    const isWhole = stage.supports('whole page exits', await runsToItsEnd(profile));
    // Where pagehide is cut short, the request gets out and the storage's knowledge of it may not.
    await expectOnce(stage, next, names('closed', 200), isWhole ? 1 : 2);
  });

  test('a tab that closes itself in the tick of 200 events: they arrive once, at the latest with the next visit', async () => {
    const profile = await stage.profile();
    const opener = await profile.open();
    await opener.evaluate((address) => void window.open(address), stage.shopUrl(slow()));
    const tab = await profile.opened();
    await tab.until(() => window.user !== undefined);
    // From a task of its own, since the call itself could not be answered any more.
    await tab.evaluate((event) => {
      setTimeout(() => {
        for (let n = 0; n < 200; n += 1) void window.user.track({ ...event, objectIDs: [`closing${n}`] });
        window.close();
      });
    }, clickOn('x'));
    await expect.poll(() => tab.evaluate(() => 'there').catch(() => 'gone')).toBe('gone');
    await expectOnce(stage, await profile.open(), names('closing', 200));
  });

  test('what is in flight when the visitor leaves arrives once', async () => {
    const { collector } = stage;
    const tab = await (await stage.profile()).open();
    collector.setFault({ delayMs: 400 });
    await trackMany(tab, 'flying', 20);
    await collector.waitForRequests(1);
    await tab.evaluate(
      (event, address) => {
        void window.user.track(event);
        location.assign(address);
      },
      clickOn('late'),
      `${stage.shopUrl()}&page=2`,
    );
    await tab.until(() => location.search.includes('page=2') && window.user !== undefined);
    await expectOnce(stage, tab, [...names('flying', 20), 'late']);
  });

  test('a page that another tab covers sends what waits, long before the batch window ends', async () => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tab = await profile.open(untilExit);
    await trackMany(tab, 'covered', 3);
    expect(await tab.evaluate(() => document.visibilityState)).toBe('visible');
    expect(collector.requests).toEqual([]);
    const cover = await profile.newTab();
    await cover.goto(stage.pages.url(undefined, { path: '/elsewhere' }));
    const isHidden = (await tab.evaluate(() => document.visibilityState)) === 'hidden';
    if (stage.supports('hidden tabs', isHidden)) {
      await collector.waitForEvents(3);
      expect(await tab.evaluate(() => window.user.flush())).toBe(true);
    } else {
      expect(collector.requests).toEqual([]);
      await tab.evaluate(() => window.user.flush());
    }
    expect(collector.events).toHaveLength(3);
  });
}
