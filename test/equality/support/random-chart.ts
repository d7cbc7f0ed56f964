import { transform } from 'esbuild';
import { type AnyStateMachine, and, assign, createActor, emit, fromPromise, not, or, setup, stateIn } from 'xstate';
import { compileChart } from '../../../scripts/compile-charts.mjs';
import { startActor } from '../../../src/lite/actor.js';
import type { Chart } from '../../../src/lite/chart.types.js';
import * as runtime from '../../../src/lite/runtime.js';
import type { Probe, Start, TracedActor } from './trace.js';

/** Events of the charts, and one that none of them knows. */
export const eventTypes = ['e0', 'e1', 'e2', 'e3'];

export interface Input {
  readonly n: number;
}

interface Args {
  readonly context: Input;
  readonly event: { readonly type: string };
}

/** A small generator of numbers (xorshift), so that a seed names a chart. */
function randomFrom(seed: number) {
  let state = seed | 1;
  return (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** The functions that charts name. */
function logicFor({ call }: Probe) {
  const guard = (name: string, answer: (args: Args, params: { readonly limit: number }) => boolean) =>
    ((args: Args, params: { readonly limit: number }) => {
      call(name, args.context, args.event, params);
      return answer(args, params);
    }) as (args: Args, params: unknown) => boolean;
  return {
    isEven: guard('isEven', ({ context }) => context.n % 2 === 0),
    isMany: guard('isMany', ({ context }) => context.n > 2),
    isOver: guard('isOver', ({ context }, { limit }) => context.n > limit),
    isUnder: guard('isUnder', ({ context }, { limit }) => context.n < limit),
    /** The application fills it all the same. */
    isAllowed: guard('isAllowed', () => true),
    add: ({ context }: Args) => ({ n: context.n + 1 }),
    set: (_: Args, { to }: { readonly to: number }) => ({ n: to }),
    counted: ({ context }: Args) => ({ type: 'counted', n: context.n }),
    told: (_: Args, params: object) => ({ type: 'told', ...params }),
    context: ({ input }: { readonly input: Input }) => ({ n: input.n }),
    input: ({ context }: Args) => ({ n: context.n }),
    params: ({ context, event }: Args) => ({ of: context.n, event: event.type }),
    limit: ({ context }: Args) => ({ limit: 4 - context.n }),
    growing: ({ context }: Args) => 1 + context.n,
    /** The application fills it all the same. */
    chosen: (): number => 15,
  };
}

/** What the application fills. */
function partsFor({ call, request, flags }: Probe) {
  const effect =
    (name: string) =>
    ({ context, event }: Args, params: unknown) =>
      call(name, context, event, params);
  const flag = (name: string) => () => {
    call(name);
    return flags[name] === true;
  };
  return {
    request,
    guards: { isFlagged: flag('isFlagged'), isAllowed: flag('isAllowed') },
    delays: { short: 5, long: 25, chosen: ({ context }: Args) => 1 + 10 * context.n },
    actions: { record: effect('record'), other: effect('other') },
  };
}

const filled = ['isAllowed', 'chosen'];

interface Place {
  readonly name?: string;
  readonly siblings: readonly string[];
}

/** The config of a random chart over what the compiler supports: states, or two to three regions of them. It ends every
 * `always`: they lead to later siblings, or count. */
function configFrom(seed: number, logic: ReturnType<typeof logicFor>) {
  const random = randomFrom(seed);
  const pick = <Item>(items: readonly Item[]) => items[random(items.length)] as Item;
  const some = <Item>(max: number, make: () => Item) => Array.from({ length: random(max + 1) }, make);

  const guard = (): unknown =>
    pick([
      undefined,
      undefined,
      'isEven',
      'isMany',
      'isFlagged',
      'isAllowed',
      'isNot',
      'isBoth',
      'isEither',
      'isThere',
      'isElsewhere',
      { type: 'isOver', params: { limit: random(4) } },
      { type: 'isOver', params: logic.limit },
      not('isEven' as never),
      and(['isMany', or(['isFlagged', 'isElsewhere'] as never)] as never),
    ]);
  const action = (): unknown =>
    pick([
      'record',
      'record',
      'other',
      'add',
      'emitCount',
      { type: 'record', params: { some: random(9) } },
      { type: 'other', params: logic.params },
      { type: 'set', params: { to: random(5) } },
      { type: 'emitTold', params: { some: random(9) } },
      { type: 'emitTold', params: logic.params },
    ]);
  const actions = () => pick([undefined, action(), some(3, action)]);

  function transition({ name, siblings }: Place): object {
    const target = random(4) ? pick(siblings) : undefined;
    const common = { guard: guard(), actions: actions() };
    if (!target) return common;
    if (name === undefined) return { target: `.${target}`, ...common };
    return { target, reenter: target === name ? true : pick([undefined, true, false]), ...common };
  }
  function transitions(place: Place): unknown {
    const others = place.siblings.filter((sibling) => sibling !== place.name);
    const isShort = others.length > 0 && !random(4);
    if (isShort) return place.name === undefined ? `.${pick(others)}` : pick(others);
    return pick([transition(place), [transition(place), transition(place)]]);
  }
  const delayed = (place: Place) =>
    [transitions(place)].flat().map((item) => (typeof item === 'string' ? { target: item } : item));

  const still = () => ({ guard: guard(), actions: some(2, () => pick(['record', 'other', 'emitCount'])) });
  const counting = () => ({
    guard: { type: 'isUnder', params: { limit: 1 + random(4) } },
    actions: ['add', 'record'],
  });
  function always({ name = '', siblings }: Place): unknown {
    const later = siblings.filter((sibling) => sibling > name);
    const onward = later.length && name ? { guard: guard(), target: pick(later), actions: actions() } : still();
    return pick([onward, [onward, still()], [counting(), onward], still()]);
  }
  const on = (place: Place) => Object.fromEntries(some(3, () => [pick(eventTypes), transitions(place)]));

  let names = 0;
  const namesOf = (size: number) => Array.from({ length: size }, () => `s${String(names++).padStart(2, '0')}`);
  let requests = 0;
  function state(name: string, siblings: readonly string[]) {
    const place = { name, siblings };
    return {
      entry: actions(),
      exit: actions(),
      on: on(place),
      ...(random(3) ? {} : { after: { [pick(['short', 'long', 'growing', 'chosen'])]: delayed(place) } }),
      ...(random(3) ? {} : { always: always(place) }),
      ...(random(4)
        ? {}
        : {
            invoke: {
              id: `request${requests++}`,
              src: 'request',
              input: logic.input,
              ...(random(4) ? { onDone: transitions(place) } : {}),
              onError: [...some(1, () => transition(place)), { ...transition(place), guard: undefined }],
            },
          }),
    };
  }
  function region() {
    const siblings = namesOf(1 + random(4));
    return {
      initial: pick(siblings),
      on: on({ siblings }),
      ...(random(2) ? {} : { always: always({ siblings }) }),
      states: Object.fromEntries(siblings.map((name) => [name, state(name, siblings)])),
    };
  }

  const head = { id: 'chart', context: logic.context };
  const size = random(4);
  if (size < 2) {
    const only = region();
    const there = () => pick(Object.keys(only.states));
    return { config: { ...head, ...only }, there: there(), elsewhere: there() };
  }
  const regions = Object.fromEntries(namesOf(size).map((name) => [name, region()]));
  const there = () => {
    const [name, { states }] = pick(Object.entries(regions));
    return { [name]: pick(Object.keys(states)) };
  };
  return {
    config: { ...head, type: 'parallel', states: regions },
    there: there(),
    elsewhere: { ...there(), ...there() },
  };
}

/** A random chart as a machine whose defaults the application would fill. */
function machineFrom(seed: number, logic: ReturnType<typeof logicFor>, parts: ReturnType<typeof partsFor> | undefined) {
  const { config, there, elsewhere } = configFrom(seed, logic);
  const { isEven, isMany, isOver, isUnder, isAllowed, growing, chosen } = logic;
  const machine = setup({
    actors: { request: fromPromise(async () => {}) },
    guards: {
      isEven,
      isMany,
      isOver,
      isUnder,
      isAllowed,
      isFlagged: () => false,
      isNot: not('isMany' as never),
      isBoth: and(['isEven', not({ type: 'isOver', params: { limit: 3 } } as never)] as never),
      isEither: or(['isMany', 'isBoth', 'isThere'] as never),
      isThere: stateIn(there as never),
      isElsewhere: stateIn(elsewhere as never),
    },
    delays: { short: 5000, long: 25_000, growing, chosen },
    actions: {
      record: () => {},
      other: () => {},
      add: assign(logic.add as never),
      set: assign(logic.set as never),
      emitCount: emit(logic.counted as never),
      emitTold: emit(logic.told as never),
    },
  } as never).createMachine(config as never) as unknown as AnyStateMachine;
  if (!parts) return machine;
  const { request, ...rest } = parts;
  return machine.provide({ ...rest, actors: { request: fromPromise(request as never) } } as never) as AnyStateMachine;
}

/** The random chart of a seed on XState. */
export const onXState =
  (seed: number): Start<Input> =>
  (probe, { input, clock }) => {
    const machine = machineFrom(seed, logicFor(probe), partsFor(probe));
    return createActor(machine, { input, clock }).start() as unknown as TracedActor;
  };

/** The random chart of a seed, compiled, on the runtime. */
export async function onRuntime(seed: number): Promise<Start<Input>> {
  const unused = logicFor({ call() {}, request: async () => ({}) as never, flags: {} });
  const module = compileChart({ name: 'chart', machine: machineFrom(seed, unused, undefined), logic: unused, filled });
  const { code } = await transform(module, { loader: 'ts', format: 'cjs' });
  const evaluate = new Function('require', 'module', code);
  return (probe, { input, clock }) => {
    const compiled = { exports: {} as { chartChart(parts: object): Chart<Input, Args['event'], Input> } };
    const logic = logicFor(probe);
    evaluate((path: string) => (path.endsWith('runtime.js') ? runtime : logic), compiled);
    return startActor('chart', compiled.exports.chartChart(partsFor(probe)), {
      input,
      clock,
    }) as unknown as TracedActor;
  };
}
