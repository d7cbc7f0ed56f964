import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Tabs } from '../../src/adapters/ports.js';
import { memoryTokenStore, type OnLogout } from '../../src/index.js';
import { fakeClock } from '../../src/testing/index.js';
import { setup } from '../support/setup.js';

const count = 3;

/** Tabs whose messages wait until they are delivered; those from one page to another keep their order. */
function slowTabs() {
  const listeners: ((message: unknown) => void)[] = [];
  const ways = Array.from({ length: count ** 2 }, () => [] as unknown[]);
  const tabs = Array.from(
    { length: count },
    (_, from): Tabs => ({
      post(message) {
        for (let to = 0; to < count; to += 1) if (to !== from) ways[from * count + to]!.push(structuredClone(message));
      },
      open(listener) {
        listeners[from] = listener;
      },
      close() {},
    }),
  );
  /** Hands over the next message of one of the ways that have any, if one has. */
  function deliver(choice: number): boolean {
    const busy = ways.flatMap((messages, way) => (messages.length > 0 ? [way] : []));
    if (busy.length === 0) return false;
    const way = busy[choice % busy.length]!;
    listeners[way % count]!(ways[way]!.shift());
    return true;
  }
  return { tabs, deliver };
}

type Step =
  | { readonly do: 'sync'; readonly page: number; readonly id: string | null }
  | { readonly do: 'deny' | 'track'; readonly page: number }
  | { readonly do: 'deliver'; readonly choice: number }
  | { readonly do: 'wait'; readonly ms: number };

const page = fc.nat({ max: count - 1 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('sync'), page, id: fc.constantFrom('u1', 'u2', 'u3', null) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deliver'), choice: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('track'), page }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.nat({ max: 3 }) }) },
);
const denial: fc.Arbitrary<Step> = fc.record({ do: fc.constant('deny'), page });
const onLogout = fc.constantFrom<OnLogout>('restore', 'renew');

/** Three pages with one token store, who do things and hear of each other late, until all is heard. */
async function play(steps: readonly Step[], onLogout: OnLogout) {
  const clock = fakeClock();
  const tokenStore = memoryTokenStore();
  const { tabs, deliver } = slowTabs();
  const users = tabs.map((own, n) => {
    let made = 0;
    return setup({ clock, tokenStore, tabs: own, onLogout, generateToken: () => `anonymous-${n}-${++made}` }).user;
  });
  for (const step of steps) {
    if (step.do === 'sync') users[step.page]!.sync(step.id);
    else if (step.do === 'track') {
      void users[step.page]!.track({ eventType: 'view', eventName: 'x', index: 'i', objectIDs: ['1'] });
      await Promise.resolve();
    } else if (step.do === 'deny') users[step.page]!.consent.deny();
    else if (step.do === 'deliver') deliver(step.choice);
    else await clock.advance(step.ms);
  }
  while (deliver(0));
  const ends = users.map(({ consent, state, token, identity }) => {
    const { anonymousToken, identifiedToken } = identity.getSnapshot().context;
    return { consent: consent.state, isIdentified: state === 'identified', token, anonymousToken, identifiedToken };
  });
  for (const user of users) user.dispose();
  return {
    ends,
    kept: { anonymousToken: tokenStore.read('anonymous'), identifiedToken: tokenStore.read('identified') },
  };
}

const runs = { numRuns: 400 };

describe('tabs that hear of each other late', () => {
  it('are all who the last of them said, and so is the tokenStore that the next page reads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 16, size: 'max' }), onLogout, async (steps, onLogout) => {
        const { ends, kept } = await play(steps, onLogout);
        expect(ends[1]).toEqual(ends[0]);
        expect(ends[2]).toEqual(ends[0]);
        expect(ends[0]).toMatchObject(kept);
      }),
      runs,
    );
  });

  it('are all denied once one of them was, whatever the others did before they heard of it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 8, size: 'max' }),
        denial,
        fc.array(step, { maxLength: 8, size: 'max' }),
        onLogout,
        async (before, denial, after, onLogout) => {
          const { ends, kept } = await play([...before, denial, ...after], onLogout);
          expect(ends.map(({ consent, token }) => [consent, token])).toEqual(Array(count).fill(['denied', undefined]));
          expect(kept).toEqual({ anonymousToken: undefined, identifiedToken: undefined });
        },
      ),
      runs,
    );
  });
});
