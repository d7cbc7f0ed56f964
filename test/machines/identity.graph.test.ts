import { expect, it } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import { adjacencyMapToArray, getAdjacencyMap } from 'xstate/graph';
import { type IdentityEvent, identityMachine } from '../../machines/index.js';

const anon = 'anonymous-1';
const fresh = 'anonymous-2';

it('has exactly these edges between states', () => {
  const events: IdentityEvent[] = [
    { type: 'identity.login', token: 'u1' },
    { type: 'identity.login', token: '' },
    { type: 'identity.logout' },
    { type: 'identity.sync', token: 'u2' },
    { type: 'identity.sync', token: null },
    { type: 'tabs.changed', state: 'anonymous', anonymousToken: anon },
    { type: 'tabs.changed', state: 'identified', anonymousToken: anon, identifiedToken: 'u3' },
    { type: 'tabs.changed', state: 'loggedOut', anonymousToken: anon },
    { type: 'consent.grant', freshAnonymousToken: fresh },
    { type: 'consent.deny' },
  ];
  const map = getAdjacencyMap(identityMachine as never as AnyStateMachine, {
    input: { anonymousToken: anon, consent: 'pending' },
    events,
    serializeState: (state) => JSON.stringify([state.value, state.context]),
  });
  const name = (value: unknown) => Object.values(value as object).join('+');
  const edges = adjacencyMapToArray(map)
    .map(({ state, event, nextState }) => [name(state.value), event.type, name(nextState.value)])
    .filter(([from, , to]) => from !== to)
    .map(([from, type, to]) => `${from} --${type}--> ${to}`);

  const expected = ['pending', 'granted', 'denied'].flatMap((consent) => [
    `anonymous+${consent} --identity.login--> identified+${consent}`,
    `anonymous+${consent} --identity.sync--> identified+${consent}`,
    `loggedOut+${consent} --identity.login--> identified+${consent}`,
    `loggedOut+${consent} --identity.sync--> identified+${consent}`,
    `identified+${consent} --identity.logout--> loggedOut+${consent}`,
    `identified+${consent} --identity.sync--> loggedOut+${consent}`,
  ]);
  for (const visitor of ['anonymous', 'identified', 'loggedOut']) {
    expected.push(
      `${visitor}+pending --consent.grant--> ${visitor}+granted`,
      `${visitor}+pending --consent.deny--> ${visitor}+denied`,
      `${visitor}+granted --consent.deny--> ${visitor}+denied`,
      `${visitor}+denied --consent.grant--> ${visitor}+granted`,
    );
    for (const other of ['anonymous', 'identified', 'loggedOut']) {
      if (other !== visitor) expected.push(`${visitor}+granted --tabs.changed--> ${other}+granted`);
    }
  }
  expect([...new Set(edges)].sort()).toEqual(expected.sort());
});
