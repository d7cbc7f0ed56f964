import { readChart, stopChild, valueIn, withInitial } from './chart.js';
import { checkChart } from './check-chart.js';
import type {
  Action,
  Args,
  Context,
  Event,
  Guard,
  Implementation,
  Implementations,
  Machine,
  MadeAction,
  MadeGuard,
  Named,
  Node,
  PromiseCreator,
  Reference,
  Snapshot,
  StateConfig,
  Step,
  Transition,
  Value,
} from './xstate.types.js';

export { createActor } from './actor.js';

// This module stands in for `xstate` where a build aliases it so. The order of what happens is XState's: exit actions
// from the innermost state outwards, actions of transitions, entry actions from the outermost state inwards; emissions,
// timers and promise actors once the new snapshot can be read.

/** What a reference stands for. */
function found<Made>(reference: Reference<Made>, named: Readonly<Record<string, Reference<Made>>>) {
  const name = typeof reference === 'string' ? reference : (reference as { readonly type?: string }).type;
  return (name ? named[name] : reference) as Implementation | Made | undefined;
}

const paramsOf = (reference: unknown, args: Args) => valueIn((reference as { readonly params?: unknown }).params, args);

function passes(guard: Guard, step: Step): unknown {
  const args = { context: step.context, event: step.event };
  const check = found(guard, step.named.guards);
  if (typeof check === 'function') return check(args, paramsOf(guard, args));
  return (check as MadeGuard).check((inner) => passes(inner, step), step);
}

/** The first whose guard passes, in a list. */
function firstOf(transitions: readonly Transition[] | undefined, step: Step): Transition[] {
  const first = transitions?.find(({ guard }) => !guard || passes(guard, step));
  return first ? [first] : [];
}

/** What an event leads to: each region answers for itself, and a state only where nothing in it does. */
function select(node: Node, step: Step): Transition[] {
  const inner = node.children.flatMap((child) => (step.nodes.has(child) ? select(child, step) : []));
  return inner.length ? inner : firstOf(node.on.get(step.event.type), step);
}

function run(actions: readonly Action[], step: Step): void {
  for (const action of actions) {
    const args = { context: step.context, event: step.event };
    const effect = found(action, step.named.actions);
    const params = paramsOf(action, args);
    if (typeof effect === 'object') effect.run(step, args, params);
    else step.scope.now(() => effect?.(args, params));
  }
}

function take(transitions: readonly Transition[], step: Step): void {
  const { all, nodes } = step;
  const left = all.filter((node) => nodes.has(node) && transitions.some(({ domain }) => node.above.includes(domain!)));
  const entered = all.filter((node) => transitions.some(({ enters }) => enters.includes(node)));
  for (const { exit } of [...left].reverse()) run(exit, step);
  for (const { actions } of transitions) run(actions, step);
  for (const { entry } of entered) run(entry, step);
  // States that are entered again keep their place.
  if (left.length === entered.length && left.every((node, index) => node === entered[index])) return;
  step.changes++;
  step.nodes = new Set([...nodes].filter((node) => !left.includes(node)).concat(entered));
}

/** Takes `always` transitions until nothing changes any more. */
function settle(step: Step): void {
  let before: number;
  do {
    before = step.changes;
    take(
      [...step.nodes].flatMap(({ always }) => firstOf(always, step)),
      step,
    );
  } while (step.changes > before);
}

function stateValue(node: Node, nodes: Set<Node>): Value {
  const active = node.children.filter((child) => nodes.has(child));
  if (node.initial && !active[0]!.children.length) return active[0]!.key;
  return Object.fromEntries(active.map((child) => [child.key, stateValue(child, nodes)]));
}

function matches(wanted: Value, value: Value): boolean {
  if (typeof wanted === 'string') {
    const [head, ...rest] = wanted.split('.');
    if (rest.length) return matches({ [head!]: rest.join('.') }, value);
    return typeof value === 'string' ? value === wanted : wanted in value;
  }
  return Object.keys(wanted).every(
    (name) => typeof value === 'object' && name in value && matches(wanted[name]!, value[name]!),
  );
}

function snapshotOf(step: Step): Snapshot {
  const root = step.all[0]!;
  const { context, nodes } = step;
  const value = stateValue(root, nodes);
  return {
    status: 'active',
    context,
    value,
    nodes,
    matches: (wanted) => matches(wanted, value),
    can: (event) =>
      select(root, { ...step, context, nodes, event }).some(({ domain, actions }) => domain || actions.length),
  };
}

function machineOf(config: StateConfig, nodes: () => readonly Node[], named: Named): Machine {
  return {
    config,
    implementations: named,
    provide: (more) => machineOf(config, nodes, merged(named, more)),
    getInitialSnapshot(scope, input) {
      const event = { type: 'xstate.init', input };
      const { context = {} } = config;
      const isMade = typeof context === 'function';
      const all = nodes();
      const step = {
        all,
        named,
        scope,
        event,
        context: isMade ? {} : context,
        nodes: new Set(withInitial(all[0]!)),
        changes: 0,
      };
      let snapshot = snapshotOf(step);
      try {
        if (isMade) step.context = { ...context({ input }) };
        snapshot = snapshotOf(step);
        for (const { entry } of step.nodes) run(entry, step);
        settle(step);
        return snapshotOf(step);
      } catch (error) {
        return { ...snapshot, status: 'error', error };
      }
    },
    transition(snapshot, event, scope) {
      const { type, error } = event;
      const all = nodes();
      const step = { all, named, scope, event, context: snapshot.context, nodes: snapshot.nodes, changes: 0 };
      const isStop = type === 'xstate.stop';
      const enabled = isStop ? [] : select(all[0]!, step);
      if (isStop || (!enabled.length && type.startsWith('xstate.error.actor'))) {
        for (const id of scope.children.keys()) stopChild(step, id);
        return { ...snapshot, status: isStop ? 'stopped' : 'error', error };
      }
      take(enabled, step);
      settle(step);
      return step.changes ? snapshotOf(step) : snapshot;
    },
  };
}

const merged = (named: Named, more: Implementations): Named => ({
  actors: { ...named.actors, ...more.actors },
  actions: { ...named.actions, ...more.actions },
  guards: { ...named.guards, ...more.guards },
  delays: { ...named.delays, ...more.delays },
});

/** Like XState's `setup`: what the names in a chart stand for.
 * @returns `createMachine`, which throws a `TypeError` for what this interpreter does not know. */
export const setup = (implementations: Implementations) => ({
  createMachine(config: StateConfig): Machine {
    if (process.env.NODE_ENV !== 'production') checkChart(config, implementations);
    let nodes: readonly Node[] | undefined;
    // Read for the first actor: a page that needs none yet has its token sooner.
    return machineOf(config, () => (nodes ??= readChart(config)), merged({} as Named, implementations));
  },
});

/** Like XState's `fromPromise`, with `input` and `signal` for the function. */
export const fromPromise = (create: PromiseCreator) => create;

/** Like XState's `assign`. */
export const assign = (change: Implementation | Readonly<Record<string, unknown>>): MadeAction => ({
  run(step, args, params) {
    const changes = { ...(valueIn(change, args, params) as Context) };
    if (typeof change !== 'function') for (const name in change) changes[name] = valueIn(change[name], args, params);
    step.context = { ...step.context, ...changes };
    step.changes++;
  },
});

/** Like XState's `emit`. */
export const emit = (event: Event | Implementation): MadeAction => ({
  run({ scope }, args, params) {
    const emitted = valueIn(event, args, params);
    scope.later(() => scope.emit(emitted));
  },
});

/** Like XState's `and`. */
export const and = (guards: readonly Guard[]): MadeGuard => ({ check: (passes) => guards.every(passes) });

/** Like XState's `or`. */
export const or = (guards: readonly Guard[]): MadeGuard => ({ check: (passes) => guards.some(passes) });

/** Like XState's `not`. */
export const not = (guard: Guard): MadeGuard => ({ check: (passes) => !passes(guard) });

/** Like XState's `stateIn`, for a state's value or path, not for its id. */
export const stateIn = (value: Value): MadeGuard => ({
  check: (_, { all, nodes }) => matches(value, stateValue(all[0]!, nodes)),
});
