import { describe, expect, it } from 'vitest';
import { memoryTokenStore, type TokenStore, type UserTokenOptions } from '../src/index.js';
import { fakeClock, fakePage, fakeTabs } from '../src/testing/index.js';
import { click, setup } from './support/setup.js';

/** Every string below a value, functions' results and hidden fields included, six levels deep. */
function* stringsIn(value: unknown, depth = 0): Generator<string> {
  if (typeof value === 'string') yield value;
  if (value === null || typeof value !== 'object' || depth > 6) return;
  for (const key of Reflect.ownKeys(value)) {
    if (typeof key === 'string') yield key;
    yield* stringsIn((value as Record<PropertyKey, unknown>)[key], depth + 1);
  }
  const { getSnapshot } = value as { getSnapshot?: () => unknown };
  if (typeof getSnapshot === 'function') yield* stringsIn(getSnapshot(), depth + 1);
}

async function story(options: Partial<UserTokenOptions>) {
  const shown: unknown[] = [];
  const open = fakeTabs();
  const other = open();
  other.open(() => {});
  const { user, transport, clock, page } = setup({ inspect: (event) => shown.push(event), tabs: open(), ...options });
  const secrets = ['u_4711', 'u_4712', 'jane.doe@example.com', 'KEY', 'SESSIONUSER', 'anonymous-1', 'anonymous-stored'];
  user.login('u_4711');
  user.login('jane.doe@example.com');
  void user.track(click());
  await clock.advance(250);
  user.sync('u_4712');
  transport.answerWith(({ events }) => ({ status: 422, message: `userToken ${events[0]?.userToken} is bad` }));
  void user.track(click());
  await clock.advance(250);
  other.post({
    v: 1,
    at: clock.now() + 1,
    state: { visitor: 'identified', anonymousToken: 'anonymous-stored', identifiedToken: 'SESSIONUSER' },
  });
  user.logout();
  user.consent.deny();
  user.consent.grant();
  page.say('restored');
  user.dispose();
  return { shown, secrets };
}

describe('inspection', () => {
  // cases-2, A04: statelyai/inspect#5
  it('goes to an observer as to a function, and a stop of the observer harms nobody', async () => {
    const [seen, shown]: [unknown[], unknown[]] = [[], []];
    await story({ inspect: { next: (event) => seen.push(event), complete: () => {} } });
    await story({ inspect: (event) => shown.push(event) });
    const types = (events: unknown[]) => (events as { type: string }[]).map(({ type }) => type);
    expect(types(seen)).toEqual(types(shown));
    expect(seen.length).toBeGreaterThan(10);
    const silent = setup({ inspect: {} });
    expect(silent.user.login('u1').ok).toBe(true);
  });

  // XS-02 of the test cases.
  it('shows both actors with their snapshots and events', async () => {
    const { shown } = await story({});
    const types = new Set((shown as { type: string }[]).map(({ type }) => type));
    expect(types).toEqual(
      new Set(['@xstate.actor', '@xstate.event', '@xstate.snapshot', '@xstate.microstep', '@xstate.action']),
    );
    const actors = (shown as { type: string; actorRef: { id: string } }[])
      .filter(({ type }) => type === '@xstate.actor')
      .map(({ actorRef }) => actorRef.id);
    expect(actors.slice(0, 2)).toEqual(['identity', 'delivery']);
    const values = (shown as { type: string; snapshot: { value: unknown } }[])
      .filter(({ type }) => type === '@xstate.snapshot')
      .map(({ snapshot }) => JSON.stringify(snapshot.value));
    expect(values).toContain('{"visitor":"identified","consent":"granted"}');
    expect(values).toContain('"sending"');
  });

  // XS-02 of the test cases.
  it('no full token and no key is anywhere in it, six levels deep', async () => {
    const { shown, secrets } = await story({});
    const strings = [...stringsIn(shown)];
    expect(strings.length).toBeGreaterThan(1_000);
    for (const secret of secrets) {
      expect(strings.filter((text) => text.includes(secret) && text !== 'anonymous-1'.slice(0, 9))).toEqual([]);
    }
  });

  // XS-01 of the test cases.
  it('a component that mounts twice subscribes twice to the one actor, and nothing is made or written again', () => {
    const actors: string[] = [];
    const tokenStore = memoryTokenStore();
    let writes = 0;
    const counting: TokenStore = {
      ...tokenStore,
      write(slot, token) {
        writes += 1;
        tokenStore.write(slot, token);
      },
    };
    const { user, page } = setup({
      tokenStore: counting,
      inspect: (event) => {
        if (event.type === '@xstate.actor') actors.push((event.actorRef as unknown as { id: string }).id);
      },
    });
    const [madeActors, madeWrites, listeners] = [[...actors], writes, page.listeners];
    const seen: unknown[] = [];
    for (let mount = 0; mount < 2; mount += 1) {
      const leave = [user.subscribe(() => seen.push('subscribe')), user.on('tokenChanged', () => seen.push('on'))];
      user.getSnapshot();
      if (mount === 0) for (const each of leave) each();
    }
    expect([actors, writes, page.listeners]).toEqual([madeActors, madeWrites, listeners]);
    expect(actors).toEqual(['identity', 'delivery']);
    // Each subscriber was called at once.
    expect(seen.splice(0)).toEqual(['subscribe', 'subscribe']);
    user.login('u1');
    expect(seen.sort()).toEqual(['on', 'subscribe']);
  });

  // XS-02 of the test cases.
  it('a thousand instances that come and go, inspected, leave no timer, no listener and no page on the channel', async () => {
    const clock = fakeClock();
    const page = fakePage();
    const open = fakeTabs();
    let shown = 0;
    for (let round = 0; round < 1_000; round += 1) {
      const { user } = setup({
        clock,
        page,
        tabs: open(),
        inspect: () => {
          shown += 1;
        },
      });
      user.login('u1');
      void user.track(click());
      user.dispose();
    }
    expect(shown).toBeGreaterThan(1_000);
    expect([clock.timers, page.listeners]).toEqual([0, 0]);
    let heard = 0;
    const late = open();
    late.open(() => {
      heard += 1;
    });
    late.post({ v: 1, at: 1, isQuestion: true });
    expect(heard).toBe(0);
  });

  it('the same token has the same mask, another one another', async () => {
    const { shown } = await story({});
    const tokens = (shown as { type: string; snapshot: { context: Record<string, string> } }[])
      .filter(({ type, snapshot }) => type === '@xstate.snapshot' && snapshot.context?.identifiedToken)
      .map(({ snapshot }) => snapshot.context.identifiedToken);
    expect(new Set(tokens).size).toBe(3);
    for (const token of tokens) expect(token).toMatch(/^user-…\d+$/);
  });

  it('what is shown are copies: writing to them changes nothing', async () => {
    const { user } = setup({
      inspect: (event) => {
        const { snapshot } = event as unknown as { snapshot?: { context?: Record<string, unknown> } };
        if (snapshot?.context) snapshot.context.identifiedToken = 'planted';
      },
    });
    user.login('u1');
    expect(user.token).toBe('u1');
  });
});
