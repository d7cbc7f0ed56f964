import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fault } from '../../src/testing/collector.types.js';
import { expectOnce, login, logout, otherSite, whileBackingOff } from './actions.js';
import { can } from './engines.js';
import { clickOn, useStage } from './harness.js';
import type { Tab } from './tab.js';

// Short random walks of a visitor, in every engine. `npm run bench -- walks` has long ones in Chromium, beside other libraries.
const stage = useStage();

const steps = 16;
const faults: readonly Fault[] = [{ status: 503 }, { status: 429, retryAfter: 1 }, { drop: true }];
const kinds = ['click', 'click', 'go', 'go', 'burst', 'open', 'leave', 'closeTab', 'login', 'logout', 'fault', 'heal'];

test.each([1, 2, 3, 4, 5])(
  'a visitor walks, and no event is lost or told of another visitor (seed %i)',
  async (seed) => {
    const { collector } = stage;
    const profile = await stage.profile();
    const tokens = new Map<string, string>();
    /** Events whose page may have gone while a request was under way: nobody knows whether it was accepted. */
    const unanswered = new Set<string>();
    /** Events of a tab whose last writes the engine may have cut off. */
    const cutOff = new Set<string>();
    let tabs: Tab[] = [await profile.open()];
    let isFaulted = false;
    let hadFaults = false;
    let count = 0;

    /** Tracks in a tab, under the token that is in force there. */
    async function trackIn(tab: Tab, amount: number, address?: string): Promise<void> {
      const ids = Array.from({ length: amount }, () => `walk${seed}-${++count}`);
      // In one task: another tab's login may come between two.
      const token = await tab.evaluate(
        ([events, address]) => {
          for (const event of events) void window.user.track(event);
          if (address) location.assign(address);
          return window.user.token!;
        },
        [ids.map(clickOn), address] as const,
      );
      for (const id of ids) tokens.set(id, token);
    }
    /** The API is well again, after a page has met the outage: one that nobody met can't be told from none. */
    async function heal(tab: Tab): Promise<void> {
      if (!isFaulted) return;
      await trackIn(tab, 1);
      await whileBackingOff(tab);
      collector.setFault(null);
      isFaulted = false;
    }
    /** The page of a tab ends. */
    function end(doubtful = unanswered): void {
      for (const id of tokens.keys()) doubtful.add(id);
    }

    const actions: Readonly<Record<string, (tab: Tab, n: number) => Promise<unknown>>> = {
      click: (tab) => trackIn(tab, 1),
      burst: (tab, n) => trackIn(tab, 20 + n),
      async go(tab) {
        end();
        await trackIn(tab, 1, `${stage.shopUrl()}&step=${count}`);
        await tab.until((step) => location.search.includes(`step=${step}`) && window.user !== undefined, count - 1);
      },
      async leave(tab) {
        end();
        await trackIn(tab, 1, otherSite(stage));
        await tab.until(() => location.pathname === '/elsewhere');
        await tab.goto(stage.shopUrl());
      },
      async open() {
        if (tabs.length < 3) tabs.push(await profile.open());
      },
      async closeTab(tab) {
        if (tabs.length < 2) return;
        end();
        await trackIn(tab, 1);
        if (!can('whole page exit')) end(cutOff);
        tabs = tabs.filter((other) => other !== tab);
        await tab.close();
      },
      login: (tab, n) => login(tab, `user-${n % 3}`),
      logout: (tab) => logout(tab),
      async fault(_, n) {
        isFaulted = true;
        hadFaults = true;
        collector.setFault(faults[n % 3]!);
      },
      heal,
    };

    const walk = fc.array(fc.tuple(fc.constantFrom(...kinds), fc.nat(50)), { minLength: steps, maxLength: steps });
    for (const [kind, n] of fc.sample(walk, { seed, numRuns: 1 })[0]!) await actions[kind]!(tabs[n % tabs.length]!, n);
    const [last] = tabs as [Tab];
    await heal(last);
    end();
    await last.goto(stage.shopUrl());
    await trackIn(last, 1);
    await expectOnce(
      stage,
      last,
      [...tokens.keys()],
      (name) => cutOff.has(name) || (hadFaults && unanswered.has(name)),
    );
    const wrong = collector.events.filter(
      ({ event, userToken }) => userToken !== tokens.get((event.objectIDs as string[])[0]!),
    );
    expect(wrong).toEqual([]);
  },
);
