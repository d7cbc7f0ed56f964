import type {
  Args,
  Node,
  Scope,
  StateConfig,
  Step,
  Transition,
  TransitionConfig,
  Transitions,
} from './xstate.types.js';

const listOf = <Item>(value: Item | readonly Item[] | undefined) =>
  (value === undefined ? [] : [value].flat()) as Item[];

/** What a value is, or what a function makes of the arguments. */
export const valueIn = (value: unknown, args: Args, params?: unknown) =>
  typeof value === 'function' ? value(args, params) : value;

/** What is entered with a state: itself, its initial state or else all its regions, and so on down. */
export const withInitial = (node: Node): Node[] => [
  node,
  ...node.children.filter(({ key }) => (node.initial ?? key) === key).flatMap(withInitial),
];

function transitionsOf(node: Node, given: Transitions): Transition[] {
  return [given].flat().map((item = {}) => {
    const { target, guard, actions, reenter } = (
      typeof item === 'string' ? { target: item } : item
    ) as TransitionConfig;
    const owner = target?.[0] === '.' ? node : node.above[0];
    const to = target && owner?.children.find(({ key }) => key === target.replace('.', ''));
    const isInside = to === node && !reenter;
    return {
      guard,
      actions: listOf(actions),
      domain: isInside ? node : to ? owner : undefined,
      enters: to ? withInitial(to).slice(+isInside) : [],
    };
  });
}

/** Ends a promise actor. */
export function stopChild(step: Step, id: string): void {
  const { children, now, later } = step.scope;
  const child = children.get(id);
  children.delete(id);
  step.changes++;
  now(() => child?.stop(later));
}

function startChild(step: Step, id: string, src: string, input: unknown): void {
  const { children, receive, later } = step.scope;
  const controller = new AbortController();
  const { signal } = controller;
  let phase = 0;
  const end = (kind: string, result: object) => {
    if (phase > 1) return;
    phase = 2;
    receive({ type: `xstate.${kind}.actor.${id}`, ...result, actorId: id });
  };
  const fail = (error: unknown) => end('error', { error });
  const child = {
    start() {
      if (phase) return;
      phase = 1;
      try {
        Promise.resolve(step.named.actors[src]!({ input, signal })).then((output) => end('done', { output }), fail);
      } catch (error) {
        fail(error);
      }
    },
    stop(later: Scope['later']) {
      if (phase === 1) later(() => controller.abort());
      phase = 2;
    },
  };
  children.set(id, child);
  step.changes++;
  later(child.start);
}

/** Reads a chart: its states in the order of the document, with their transitions. */
export function readChart(config: StateConfig): Node[] {
  const all: Node[] = [];
  const links: (() => void)[] = [];

  function read(config: StateConfig, key: string, above: readonly Node[]): Node {
    const { initial, states = {}, on = {}, after = {}, always, invoke } = config;
    const id = config.id ?? (above[0] ? `${above[0].id}.${key}` : key);
    const entry = listOf(config.entry);
    const exit = listOf(config.exit);
    const node: Node = { key, id, initial, above, children: [], on: new Map(), always: [], entry, exit };
    const given = { ...on };

    all.push(node);
    node.children = Object.keys(states).map((name) => read(states[name]!, name, [node, ...above]));
    for (const name in after) {
      const event = { type: `xstate.after.${name}.${id}` };
      given[event.type] = after[name];
      entry.push({
        run({ named, scope }, args) {
          const delayMs = valueIn(named.delays[name], args);
          scope.later(() => scope.setTimer(event, delayMs));
        },
      });
      exit.push({ run: ({ scope }) => scope.later(() => scope.clearTimer(event)) });
    }
    for (const { id, src, input, onDone, onError } of listOf(invoke)) {
      if (onDone) given[`xstate.done.actor.${id}`] = onDone;
      if (onError) given[`xstate.error.actor.${id}`] = onError;
      entry.push({ run: (step, args) => startChild(step, id, src, valueIn(input, args)) });
      exit.push({ run: (step) => stopChild(step, id) });
    }
    // Targets can be found once every state is read.
    links.push(() => {
      if (always) node.always = transitionsOf(node, always);
      for (const type in given) node.on.set(type, transitionsOf(node, given[type]));
    });
    return node;
  }

  read(config, config.id ?? '(machine)', []);
  for (const link of links) link();
  return all;
}
