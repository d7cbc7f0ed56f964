import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OnLogout, Receipt, Strategy } from '../../src/index.js';
import { isAnonymousToken, memoryOutbox, memoryTokenStore, storageOutbox } from '../../src/index.js';
import { fakeClock, fakeTabs } from '../../src/testing/index.js';
import { fakeLocks } from '../support/fake-locks.js';
import { memoryStorage } from '../support/memory-storage.js';
import { setup } from '../support/setup.js';

type Command =
  | { readonly do: 'login'; readonly id: unknown }
  | { readonly do: 'logout' }
  | { readonly do: 'sync'; readonly id: unknown }
  | { readonly do: 'grant' }
  | { readonly do: 'deny' }
  | { readonly do: 'track'; readonly kind: 'good' | 'poison' | 'suspect' }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'fault'; readonly fault: 'none' | '503' | '429' | 'dead' | 'hanging' }
  | { readonly do: 'network'; readonly is: 'online' | 'offline' }
  | { readonly do: 'hide' }
  | { readonly do: 'flush' };

const id = fc.constantFrom<unknown>('u1', 'u2', 42, '', 'a b', undefined, {}, 'x@y.zz', 'x'.repeat(130));
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('login' as const), id }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('logout' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      id: fc.oneof(
        id.filter((each) => each !== undefined),
        fc.constant(null),
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('grant' as const, 'deny' as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('track' as const),
      kind: fc.constantFrom<'good' | 'poison' | 'suspect'>('good', 'good', 'good', 'poison', 'suspect'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 100, 250, 3_000, 40_000, 400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      fault: fc.constantFrom<'none' | '503' | '429' | 'dead' | 'hanging'>('none', '503', '429', 'dead', 'hanging'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('network' as const),
      is: fc.constantFrom<'online' | 'offline'>('online', 'offline'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('hide' as const, 'flush' as const) }) },
);

/** Who acts, told in the simplest way: a user, and how often the anonymous token was replaced. */
class Reference {
  user: string | undefined;
  /** Counts anonymous tokens: a new one comes with a renewal and after a denial. */
  epoch = 0;
  consent: 'pending' | 'granted' | 'denied';
  constructor(
    consent: 'pending' | 'granted' | 'denied',
    readonly onLogout: OnLogout,
  ) {
    this.consent = consent;
  }

  /** The token a valid id means, or undefined. */
  static tokenOf(id: unknown): string | undefined {
    return id === 'u1' || id === 'u2' ? id : id === 42 ? '42' : undefined;
  }

  setUser(user: string | undefined): void {
    if (user === this.user) return;
    const endsLogin = this.user !== undefined;
    this.user = user;
    if (endsLogin && this.onLogout === 'renew') this.epoch += 1;
  }

  setConsent(consent: 'granted' | 'denied'): void {
    if (consent === 'denied' && this.consent !== 'denied') this.epoch += 1;
    this.consent = consent;
  }
}

interface Tracked {
  readonly kind: 'good' | 'poison' | 'suspect';
  readonly user: string | undefined;
  readonly epoch: number;
  receipt: Receipt | undefined;
  ends: string[];
}

async function run(
  commands: readonly Command[],
  strategy: Strategy,
  onLogout: OnLogout,
  consent: Reference['consent'],
  isDurable: boolean,
) {
  const clock = fakeClock();
  const storage = memoryStorage();
  const outbox = isDurable
    ? storageOutbox({ appId: 'APP', storage, locks: fakeLocks(), tabs: fakeTabs()(), clock })
    : memoryOutbox();
  const tokenStore = memoryTokenStore();
  const { user, transport, page } = setup({
    tokenStore,
    strategy,
    onLogout,
    consent,
    clock,
    outbox,
    random: () => 0.5,
  });
  const reference = new Reference(consent, onLogout);
  const tracked = new Map<string, Tracked>();
  const anonymousTokens = new Map<number, unknown>();
  let fault = 'none';

  transport.answerWith((request) => {
    expect(user.consent.state, 'a request without consent').toBe('granted');
    if (fault === '503') return { status: 503 };
    if (fault === '429') return { status: 429, retryAfterMs: 5_000 };
    if (fault === 'dead') return { status: 0 };
    if (fault === 'hanging') return new Promise(() => {});
    const isPoisoned = request.events.some(({ eventName }) => eventName === 'poison');
    return isPoisoned ? { status: 422, message: 'poison' } : { status: 200 };
  });
  const nameOf = (event: unknown) => (event as { objectIDs: string[] }).objectIDs[0]!;
  user.on('eventDelivered', ({ event }) => tracked.get(nameOf(event))!.ends.push('delivered'));
  user.on('eventDropped', ({ event, reason }) => tracked.get(nameOf(event))!.ends.push(reason));

  for (const step of commands) {
    if (step.do === 'login' || (step.do === 'sync' && step.id !== null)) {
      const token = Reference.tokenOf(step.id);
      const check = step.do === 'login' ? user.login(step.id as string) : user.sync(step.id as string);
      expect(check.ok).toBe(token !== undefined);
      if (token !== undefined) reference.setUser(token);
    } else if (step.do === 'logout' || step.do === 'sync') {
      if (step.do === 'logout') user.logout();
      else user.sync(null);
      reference.setUser(undefined);
    } else if (step.do === 'grant' || step.do === 'deny') {
      user.consent[step.do]();
      reference.setConsent(step.do === 'grant' ? 'granted' : 'denied');
    } else if (step.do === 'track') {
      const name = `o${tracked.size}`;
      const eventName = step.kind === 'suspect' ? 'é' : step.kind === 'poison' ? 'poison' : 'good';
      const entry: Tracked = {
        kind: step.kind,
        user: reference.user,
        epoch: reference.epoch,
        receipt: undefined,
        ends: [],
      };
      tracked.set(name, entry);
      void user.track({ eventType: 'click', eventName, index: 'i', objectIDs: [name] }).then((receipt) => {
        entry.receipt = receipt;
      });
      if (reference.consent === 'denied') entry.ends.push('never accepted');
    } else if (step.do === 'wait') await clock.advance(step.ms);
    else if (step.do === 'fault') fault = step.fault;
    else if (step.do === 'network') page.say(step.is);
    else if (step.do === 'hide') page.say('hidden');
    else void user.flush({ timeoutMs: 0 });

    expect(user.consent.state).toBe(reference.consent);
    if (reference.consent !== 'granted') expect(storage.length, 'events stored without consent').toBe(0);
    const isStored = tokenStore.read('anonymous') !== undefined || tokenStore.read('identified') !== undefined;
    expect(isStored, 'stored without consent').toBe(reference.consent === 'granted');
    const isIdentified = reference.user !== undefined;
    expect(user.state === 'identified').toBe(isIdentified);
  }

  fault = 'none';
  page.say('online');
  await clock.advance(600_000);
  await clock.advance(600_000);

  const accepted = new Map<string, Readonly<Record<string, unknown>>>();
  for (const event of transport.accepted) {
    const name = nameOf(event);
    expect(accepted.has(name), 'accepted twice').toBe(false);
    accepted.set(name, event);
    const { user: by, epoch, kind } = tracked.get(name)!;
    expect(kind).not.toBe('poison');
    const anonymous = strategy === 'link' || by === undefined ? event.userToken : undefined;
    if (strategy === 'link') expect(event.authenticatedUserToken).toBe(by);
    else if (by !== undefined) expect(event.userToken).toBe(by);
    if (anonymous !== undefined) {
      expect(isAnonymousToken(anonymous)).toBe(true);
      if (!anonymousTokens.has(epoch)) anonymousTokens.set(epoch, anonymous);
      expect(anonymousTokens.get(epoch), 'one anonymous token an epoch').toBe(anonymous);
    }
  }
  expect(new Set(anonymousTokens.values()).size, 'no anonymous token in two epochs').toBe(anonymousTokens.size);

  for (const [name, entry] of tracked) {
    expect(entry.receipt, `the receipt of ${name} settles`).toBeDefined();
    if (reference.consent === 'pending') {
      expect([entry.ends, entry.receipt]).toEqual([[], { status: 'stored' }]);
      continue;
    }
    expect(entry.ends, `${name} has one end`).toHaveLength(1);
    const [end] = entry.ends;
    // What was handed to the browser before a denial can't be recalled.
    if (end !== 'opted-out') expect(accepted.has(name)).toBe(end === 'delivered');
    if (end === 'never accepted') expect(entry.receipt).toEqual({ status: 'dropped', reason: 'opted-out' });
    if (entry.receipt?.status === 'delivered') expect(end).toBe('delivered');
    if (end === 'refused') expect(entry.kind).toBe('poison');
    if (entry.kind === 'poison') expect(end).not.toBe('delivered');
    expect(['delivered', 'refused', 'opted-out', 'never accepted']).toContain(end);
    if (!commands.some((step) => step.do === 'deny') && reference.consent === 'granted' && entry.kind !== 'poison') {
      expect(end).toBe(consent === 'denied' && end === 'never accepted' ? 'never accepted' : 'delivered');
    }
  }
  user.dispose();
  // A lock outlives the change it guards by a second.
  await clock.advance(1_000);
  expect([clock.timers, page.listeners]).toEqual([0, 0]);
}

describe('random sequences of logins, logouts, consent, events, time and faults', () => {
  it('keep every token with its event, send nothing without consent, settle every receipt, lose and double nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(command, { maxLength: 60, size: 'max' }),
        fc.constantFrom<Strategy>('replace', 'link'),
        fc.constantFrom<OnLogout>('restore', 'renew'),
        fc.constantFrom<Reference['consent']>('pending', 'granted', 'denied'),
        fc.boolean(),
        run,
      ),
      { numRuns: 800 },
    );
  }, 120_000);
});
