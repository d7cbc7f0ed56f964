import { createActor as create } from '../../../src/lite/xstate.js';
import type { Event, Machine, Scope, Snapshot } from '../../../src/lite/xstate.types.js';

export * from '../../../src/lite/xstate.js';

interface Inspected {
  readonly inspect?: (event: { readonly type: string; readonly event: Event; readonly actorRef: object }) => void;
}

/** The subset's actor, where an inspector is shown the events it works off: a test counts them. */
export function createActor(machine: Machine, options: Parameters<typeof create>[1] & Inspected = {}) {
  const transition: Machine['transition'] = (snapshot, event, scope) => {
    options.inspect?.({ type: '@xstate.event', event, actorRef: {} });
    return machine.transition(snapshot, event, scope);
  };
  return create({ ...machine, transition }, options);
}

/** What is left to do after a step, as XState's pure functions tell it. */
interface Left {
  readonly type: string;
  readonly params?: { readonly event: Event };
}

/** A machine whose own actions and emissions are only written down, and what was. Its actors never answer. */
function written(machine: Machine) {
  const actions: Left[] = [];
  const noted = Object.entries(machine.implementations.actions).flatMap(([type, action]) =>
    typeof action === 'function' ? [[type, () => void actions.push({ type })] as const] : [],
  );
  const scope: Scope = {
    children: new Map(),
    now: (effect) => effect(),
    later: (effect) => effect(),
    emit: (event) => void actions.push({ type: 'xstate.emit', params: { event } }),
    receive() {},
    setTimer() {},
    clearTimer() {},
  };
  const actors = Object.keys(machine.implementations.actors).map((src) => [src, () => new Promise(() => {})] as const);
  return {
    machine: machine.provide({ actions: Object.fromEntries(noted), actors: Object.fromEntries(actors) }),
    actions,
    scope,
  };
}

/** As XState's function of this name, for the tests that stand: actions by name, emissions with their event. */
export function initialTransition(given: Machine, input: unknown) {
  const { machine, actions, scope } = written(given);
  return [machine.getInitialSnapshot(scope, input), actions] as const;
}

/** As XState's function of this name, for the tests that stand: actions by name, emissions with their event. */
export function transition(given: Machine, snapshot: Snapshot, event: Event) {
  const { machine, actions, scope } = written(given);
  const next = machine.transition(snapshot, event, scope);
  if (next.status === 'error') throw next.error;
  return [next, actions] as const;
}
