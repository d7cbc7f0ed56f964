import { describe, expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { createTestModel } from 'xstate/graph';
import { type IdentityEvent, tokensOf } from '../../machines/index.js';
import type { OnLogout, Strategy } from '../../src/index.js';
import { modelMachine } from '../support/model-machine.js';
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
  { type: 'identity.sync', token: undefined },
  { type: 'tabs.changed', state: 'identified', anonymousToken: 'anonymous-1', identifiedToken: 'u3' },
  { type: 'tabs.changed', state: 'loggedOut', anonymousToken: 'anonymous-1' },
  { type: 'consent.grant' },
  { type: 'consent.deny' },
];

function apply({ user, tokenStore }: Setup, event: IdentityEvent): void {
  if (event.type === 'identity.login') user.login(event.token as string);
  else if (event.type === 'identity.logout') user.logout();
  else if (event.type === 'identity.sync') user.sync(event.token as string);
  else if (event.type === 'consent.grant') user.consent.grant();
  else if (event.type === 'consent.deny') user.consent.deny();
  else {
    // The other tab has filled the token store that both share before it says so.
    if (user.consent.state === 'granted') {
      tokenStore.write('anonymous', event.anonymousToken);
      if (event.identifiedToken) tokenStore.write('identified', event.identifiedToken);
      else tokenStore.remove('identified');
    }
    user.identity.send(event);
  }
}

const cases = (['replace', 'link'] as Strategy[]).flatMap((strategy) =>
  (['restore', 'renew'] as OnLogout[]).flatMap((onLogout) =>
    (['pending', 'granted', 'denied'] as const).map((consent) => ({ strategy, onLogout, consent })),
  ),
);

const machine = await modelMachine();

describe.each(cases)('the real controller on every shortest path of the chart: %o', (options) => {
  // The controller makes a fresh token for each event; the model always brings the same one.
  const withFresh = events.map((event) => ({ ...event, freshAnonymousToken: 'anonymous-fresh' }));
  const model = createTestModel(
    machine as never as AnyStateMachine,
    {
      events: withFresh,
      input: { anonymousToken: 'anonymous-1', ...options },
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
      const instance = setup({
        ...options,
        generateToken: () => (made++ === 0 ? 'anonymous-1' : 'anonymous-fresh'),
      });
      const { user, tokenStore } = instance;
      let heard = user.token;
      user.on('tokenChanged', ({ userToken }) => {
        heard = userToken;
      });
      for (const { event, state } of path.steps) {
        if ((event.type as string) !== 'xstate.init') apply(instance, event as IdentityEvent);
        const { visitor, consent } = state.value as { visitor: string; consent: string };
        const tokens = tokensOf(state.context);
        expect({ ...user.getSnapshot() }).toEqual({
          token: tokens.userToken,
          authenticatedToken: tokens.authenticatedUserToken,
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
