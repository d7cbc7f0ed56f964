import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { createTestModel } from 'xstate/graph';
import { type IdentityEvent, identityMachine } from '../../machines/index.js';
import type { OnLogout, Strategy, Tabs } from '../../src/index.js';
import { fakeTabs } from '../../src/testing/index.js';
import { type Setup, setup } from '../support/setup.js';

/** One event of each class of payload that the chart tells apart. */
const events: IdentityEvent[] = [
  { type: 'identity.login', token: 'u1' },
  { type: 'identity.login', token: 'u2' },
  { type: 'identity.login', token: 'a b' },
  { type: 'identity.login', token: '' },
  { type: 'identity.logout' },
  { type: 'identity.sync', token: 'u1' },
  { type: 'identity.sync', token: null },
  { type: 'tabs.changed', state: { visitor: 'identified', anonymousToken: 'anonymous-1', identifiedToken: 'u3' } },
  { type: 'tabs.changed', state: { visitor: 'loggedOut', anonymousToken: 'anonymous-1' } },
  { type: 'consent.grant' },
  { type: 'consent.deny' },
];

function apply({ user, tokenStore }: Setup, other: Tabs, event: IdentityEvent, at: number): void {
  if (event.type === 'identity.login') user.login(event.token);
  else if (event.type === 'identity.logout') user.logout();
  else if (event.type === 'identity.sync') user.sync(event.token);
  else if (event.type === 'consent.grant') user.consent.grant();
  else if (event.type === 'consent.deny') user.consent.deny();
  else {
    // The other tab has filled the token store that both share before it says so.
    if (user.consent.state === 'granted') {
      tokenStore.write('anonymous', event.state.anonymousToken);
      if (event.state.identifiedToken) tokenStore.write('identified', event.state.identifiedToken);
      else tokenStore.remove('identified');
    }
    other.post({ v: 1, at, state: event.state });
  }
}

const cases = (['replace', 'link'] as Strategy[]).flatMap((strategy) =>
  (['restore', 'renew'] as OnLogout[]).flatMap((onLogout) =>
    (['pending', 'granted', 'denied'] as const).map((consent) => ({ strategy, onLogout, consent })),
  ),
);

describe.each(cases)('the real controller on every shortest path of the chart: %o', (options) => {
  // The controller makes a fresh token for each event; the model always brings the same one.
  const withFresh = events.map((event) => ({ ...event, freshAnonymousToken: 'anonymous-fresh' }));
  const model = createTestModel(
    identityMachine as never as AnyStateMachine,
    {
      events: withFresh,
      input: { freshAnonymousToken: 'anonymous-1', ...options },
      serializeState: (state: { value: unknown; context: unknown }) => JSON.stringify([state.value, state.context]),
    } as never,
  );
  const paths = model.getShortestPaths();

  it('has paths to go', () => {
    expect(paths.length).toBeGreaterThanOrEqual(8);
  });

  it('is in the state and under the tokens that the chart says, and tokenStore and listeners agree', () => {
    for (const path of paths) {
      let made = 0;
      const open = fakeTabs();
      const other = open();
      other.open(() => {});
      const instance = setup({
        ...options,
        tabs: open(),
        generateToken: () => (made++ === 0 ? 'anonymous-1' : 'anonymous-fresh'),
      });
      const { user, tokenStore } = instance;
      let heard = user.token;
      user.on('tokenChanged', ({ token }) => {
        heard = token;
      });
      for (const [step, { event, state }] of path.steps.entries()) {
        if ((event.type as string) !== 'xstate.init')
          apply(instance, other, event as IdentityEvent, instance.clock.now() + 100 * step);
        const { visitor, consent } = state.value as { visitor: string; consent: string };
        expect({ ...user.getSnapshot() }).toEqual({
          token: state.context.token,
          authenticatedToken: state.context.authenticatedToken,
          state: visitor,
          consent,
        });
        expect(heard).toBe(user.token);
        const stored = [tokenStore.read('anonymous'), tokenStore.read('identified')];
        if (consent === 'granted')
          expect(stored).toEqual([state.context.anonymousToken, state.context.identifiedToken]);
        else expect(stored).toEqual([undefined, undefined]);
      }
      user.dispose();
    }
  });
});
