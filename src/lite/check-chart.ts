import type { Implementations, StateConfig } from './xstate.types.js';

const stateKeys = /^(id|type|context|initial|states|on|after|always|entry|exit|invoke|schemas)$/;
const transitionKeys = /^(target|guard|actions|reenter)$/;
const invokeKeys = /^(id|src|input|onDone|onError)$/;

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat());

/** Refuses a chart with a construct that the small interpreter would not run just as XState does. It is no part of what
 * is shipped: the build runs it over the machines that are.
 * @throws TypeError that names the state and the construct. */
export function checkChart(config: StateConfig, named: Implementations): void {
  function checkState(state: StateConfig, path: string, parent?: StateConfig): void {
    const children = Object.keys(state.states ?? {});
    const isParallel = state.type === 'parallel';

    function insist(isKnown: unknown, construct: string): asserts isKnown {
      if (!isKnown) throw new TypeError(`usertoken/lite: ${path}: ${construct} is not supported`);
    }
    function insistOnKeys(object: object, known: RegExp, where: string): void {
      for (const key of Object.keys(object)) insist(known.test(key), `${where}${key}`);
    }
    function checkTransitions(given: unknown, where: string): void {
      for (const item of [given].flat()) {
        const transition = (typeof item === 'string' ? { target: item } : (item ?? {})) as Record<string, unknown>;
        insistOnKeys(transition, transitionKeys, `${where}: `);
        const { target, reenter } = transition;
        if (target === undefined) continue;
        insist(typeof target === 'string', `${where}: several targets`);
        const isChild = target.startsWith('.');
        const owner = isChild ? state : parent;
        insist(Object.hasOwn(owner?.states ?? {}, isChild ? target.slice(1) : target), `${where}: target ${target}`);
        // Regions would stand in each other's way.
        insist(owner?.type !== 'parallel', `${where}: target ${target} out of a region or into one`);
        insist(!(isChild && reenter), `${where}: reenter with a child target`);
      }
    }

    insistOnKeys(state, stateKeys, '');
    insist(state.type === undefined || (isParallel && children.length), `type ${state.type}`);
    insist(isParallel || !children.length ? !state.initial : children.includes(String(state.initial)), 'initial');
    insist(!state.always || !children.length, 'always on a state with children');
    checkTransitions(state.always, 'always');
    for (const [type, given] of Object.entries(state.on ?? {})) {
      insist(type && !type.includes('*'), `on ${type}`);
      checkTransitions(given, `on ${type}`);
    }
    for (const [name, given] of Object.entries(state.after ?? {})) {
      insist(Number.isNaN(+name) && named.delays && name in named.delays, `after ${name}`);
      checkTransitions(given, `after ${name}`);
      // XState takes it for a transition without target.
      insist(
        !Array.isArray(given) || !given.some((item) => typeof item === 'string'),
        `after ${name}: a string in a list`,
      );
    }
    for (const invoked of listOf(state.invoke) as Record<string, unknown>[]) {
      const { id, src, onDone, onError } = invoked;
      insistOnKeys(invoked, invokeKeys, 'invoke: ');
      insist(typeof id === 'string' && typeof src === 'string', 'invoke without a named src and id');
      insist(named.actors && src in named.actors, `invoke of ${src}`);
      checkTransitions(onDone, 'onDone');
      checkTransitions(onError, 'onError');
    }
    for (const [name, child] of Object.entries(state.states ?? {})) {
      insist(!/[.#\\]/.test(name), `state name ${name}`);
      checkState(child, `${path}.${name}`, state);
    }
  }

  checkState(config, config.id ?? '(machine)');
}
