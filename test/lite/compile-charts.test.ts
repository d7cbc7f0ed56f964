import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { and, assign, emit, enqueueActions, fromPromise, not, raise, stateIn } from 'xstate';
import { compileChart, compileCharts } from '../../scripts/compile-charts.mjs';

const isNamed = ({ context }: { readonly context: object }) => 'n' in context;
const context = () => ({ n: 1 });
const change = () => ({ n: 2 });
const input = () => ({});
const logic = { isNamed, context, change, input };

/** What charts here name. `isOff`, `soon`, `work` and `record` are filled by the application. */
const parts = {
  guards: {
    isNamed,
    isOff: () => false,
    isInline: ({ context }: { readonly context: object }) => 'm' in context,
    isAway: stateIn('a.b'),
  },
  actions: {
    change: assign(change),
    record: () => {},
    changeInline: assign(() => ({ n: 3 })),
    changeParts: assign({ n: () => 3 }),
    emitInline: emit(() => ({ type: 'x' })),
    emitFixed: emit({ type: 'x' }),
    raiseIt: raise({ type: 'x' }),
    enqueue: enqueueActions(() => {}),
  },
  delays: { soon: 5, late: ({ context }: { readonly context: { readonly n: number } }) => context.n },
  actors: { work: fromPromise(async () => {}) },
};

function compile(chart: object, filled: readonly string[] = []): string {
  const machine = { config: { id: 'chart', context, ...chart }, implementations: parts };
  return compileChart({ name: 'chart', machine, logic, filled });
}
const two = (a: object, b: object = {}) => ({ initial: 'a', states: { a, b } });
const on = (go: unknown) => two({ on: { go } });
const regions = (a: object, rest: object = {}) => ({ type: 'parallel', states: { a, b: two({}) }, ...rest });
const invoked = (invoke: object) => two({ invoke: { id: 'x', src: 'work', input, onError: 'b', ...invoke } });

describe('the compiler of charts', () => {
  it('wrote the charts in src/lite/generated from the machines as they are: else run npm run charts', async () => {
    const root = new URL('../../', import.meta.url);
    const compiled = await compileCharts();
    for (const [path, module] of compiled) expect(readFileSync(new URL(path, root), 'utf8')).toBe(module);
    const folder = new URL('src/lite/generated/', root);
    expect(readdirSync(folder)).toEqual(compiled.map(([path]) => path.split('/').at(-1)).sort());
  });

  it.each<[string, object, string]>([
    [
      'a region whose always has params',
      { ...two({}), always: { guard: { type: 'isNamed', params: { a: 1 } } } },
      'always: [[(args) => logic.isNamed(args, {"a":1})]]',
    ],
    [
      'guards combined in place',
      on({ guard: and(['isNamed', not('isOff')]) }),
      '[(args) => (logic.isNamed(args)) && (!(guards.isOff()))]',
    ],
    [
      'an action with params',
      on({ actions: { type: 'record', params: input } }),
      'effect(actions.record, logic.input)',
    ],
  ])('knows %s', (_, chart, text) => {
    expect(compile(chart)).toContain(text);
  });

  it('keeps apart an action, a guard and a helper of the same name', () => {
    const machine = {
      config: { id: 'chart', context, ...on({ guard: 'emit', actions: ['emit', 'guards'] }) },
      implementations: {
        guards: { emit: not('isNamed'), isNamed },
        actions: { emit: assign(change), guards: () => {} },
      },
    };
    expect(compileChart({ name: 'chart', machine, logic })).toContain('[[emit2, 0, emit3, guards2]]');
  });

  it.each<[string, object, string]>([
    ['a guard without a name', on({ guard: () => true }), 'chart.a: on go: a guard without a name is not supported'],
    [
      'a guard whose function is not in the logic',
      on({ guard: 'isInline' }),
      'chart.a: on go: guard isInline without a name in chart.logic.ts',
    ],
    [
      'a guard that nobody has implemented',
      on({ guard: 'isLost' }),
      'chart.a: on go: guard isLost has no implementation',
    ],
    ['a guard on a state by its path', on({ guard: 'isAway' }), 'chart.a: on go: stateIn "a.b" is not supported'],
    [
      'a guard on a state that does not exist',
      on({ guard: stateIn({ a: 'c' }) }),
      'chart.a: on go: stateIn {"a":"c"} is not supported',
    ],
    [
      'a guard with params that are no data',
      on({ guard: { type: 'isNamed', params: { a: [] } } }),
      'chart.a: on go: a params object that is no flat data is not supported',
    ],
    [
      'params without a name',
      on({ guard: { type: 'isNamed', params: () => ({}) } }),
      'chart.a: on go: params without a name in chart.logic.ts',
    ],
    [
      'an action without a name',
      on({ actions: () => {} }),
      'chart.a: on go: an action without a name is not supported',
    ],
    [
      'an action that nobody has implemented',
      on({ actions: 'lost' }),
      'chart.a: on go: action lost has no implementation',
    ],
    [
      'an assign without a name',
      on({ actions: 'changeInline' }),
      'chart.a: on go: assign changeInline without a name in chart.logic.ts',
    ],
    [
      'an assign in place',
      on({ actions: assign(change) }),
      'chart.a: on go: an action without a name is not supported',
    ],
    [
      'an assign of single fields',
      on({ actions: 'changeParts' }),
      'chart.a: on go: assign changeParts without a name in chart.logic.ts',
    ],
    [
      'an emitted event without a name',
      on({ actions: 'emitInline' }),
      'chart.a: on go: emit emitInline without a name in chart.logic.ts',
    ],
    [
      'an emitted event that is an object',
      on({ actions: 'emitFixed' }),
      'chart.a: on go: emit emitFixed without a name in chart.logic.ts',
    ],
    ['raise', on({ actions: 'raiseIt' }), 'chart.a: on go: action raiseIt (xstate.raise) is not supported'],
    [
      'enqueueActions',
      on({ actions: 'enqueue' }),
      'chart.a: on go: action enqueue (xstate.enqueueActions) is not supported',
    ],
    [
      'an entry action without a name',
      two({ entry: () => {} }),
      'chart.a: entry: an action without a name is not supported',
    ],
    ['a context without a name', { context: {}, ...two({}) }, 'chart: context without a name in chart.logic.ts'],
    [
      'an input without a name',
      invoked({ input: () => ({}) }),
      'chart.a: input of work without a name in chart.logic.ts',
    ],
    ['a wildcard', two({ on: { '*': 'b' } }), 'chart.a: on "*" is not supported'],
    ['a partial wildcard', two({ on: { 'x.*': 'b' } }), 'chart.a: on "x.*" is not supported'],
    ['a forbidden event', on(undefined), 'chart.a: on go: a transition that is undefined is not supported'],
    ['an id target', on('#b'), 'chart.a: on go: target #b is not supported'],
    ['a dotted target', on('b.c'), 'chart.a: on go: target b.c is not supported'],
    ['a missing target', on('c'), 'chart.a: on go: target c is not supported'],
    ['a child target of a state without children', on('.b'), 'chart.a: on go: target .b is not supported'],
    [
      'several targets',
      on({ target: ['a', 'b'] }),
      'chart.a: on go: a transition with several targets is not supported',
    ],
    [
      'a state as its own target without reenter',
      on('a'),
      'chart.a: on go: a target that is the state itself, without reenter is not supported',
    ],
    ['reenter without a target', on({ reenter: true }), 'chart.a: on go: reenter without a target is not supported'],
    [
      'reenter with a child target',
      { ...two({}), on: { go: { target: '.a', reenter: true } } },
      'chart: on go: reenter with a child target is not supported',
    ],
    [
      'a sibling target of a region',
      regions({ ...two({}), on: { go: 'b' } }),
      'chart.a: on go: target b is not supported',
    ],
    [
      'a transition with a description',
      on({ target: 'b', description: 'x' }),
      'chart.a: on go: description is not supported',
    ],
    ['a final state', two({ type: 'final' }), 'chart.a: type is not supported'],
    ['a history state', two({ type: 'history' }), 'chart.a: type is not supported'],
    ['states within states', two(two({})), 'chart.a: initial is not supported'],
    ['tags', two({ tags: ['x'] }), 'chart.a: tags is not supported'],
    ['the end of a state', two({ onDone: 'b' }), 'chart.a: onDone is not supported'],
    [
      'a name that is no identifier',
      { initial: 'a', states: { a: {}, 'b-c': {} } },
      'chart.b-c: a name that is no identifier is not supported',
    ],
    ['no initial state', { states: { a: {} } }, 'chart: initial undefined is not supported'],
    [
      'initial actions',
      { initial: { target: 'a' }, states: { a: {} } },
      'chart: initial {"target":"a"} is not supported',
    ],
    ['a machine without states', {}, 'chart: a region without states is not supported'],
    ['a region without states', regions({}), 'chart.a: a region without states is not supported'],
    ['events of a parallel machine as a whole', regions(two({}), { on: { go: {} } }), 'chart: on is not supported'],
    ['an entry action of a region', regions({ ...two({}), entry: 'record' }), 'chart.a: entry is not supported'],
    ['an entry action of the machine', { ...two({}), entry: 'record' }, 'chart: entry is not supported'],
    ['a delay in figures', two({ after: { 100: 'b' } }), 'chart.a: after 100: a delay without a name is not supported'],
    [
      'a delay without implementation',
      two({ after: { never: 'b' } }),
      'chart.a: after never: delay never has no implementation',
    ],
    [
      'a delay whose function is not in the logic',
      two({ after: { late: 'b' } }),
      'chart.a: after late: delay late without a name in chart.logic.ts',
    ],
    [
      'a string in a list of delayed transitions',
      two({ after: { soon: ['b'] } }),
      'chart.a: after soon: a string in a list is not supported',
    ],
    [
      'an inline src',
      invoked({ src: fromPromise(async () => {}) }),
      'chart.a: invoke without a named src and id is not supported',
    ],
    ['an invoke without id', invoked({ id: undefined }), 'chart.a: invoke without a named src and id is not supported'],
    ['an actor without implementation', invoked({ src: 'play' }), 'chart.a: actor play has no implementation'],
    [
      'a request whose error nothing takes',
      invoked({ onError: undefined }),
      'chart.a: invoke of work without an onError for all errors is not supported',
    ],
    [
      'a request whose error a guard may refuse',
      invoked({ onError: { guard: 'isNamed', target: 'b' } }),
      'chart.a: invoke of work without an onError for all errors is not supported',
    ],
    ['snapshots of an invoked actor', invoked({ onSnapshot: 'b' }), 'chart.a: onSnapshot is not supported'],
  ])('refuses %s, and names the place', (_, chart, message) => {
    expect(() => compile(chart)).toThrow(new TypeError(message));
  });

  it('refuses to leave to the application what is no guard or delay of the chart', () => {
    expect(() => compile(two({}), ['isLost'])).toThrow(
      new TypeError('chart: isLost, which the application fills, is no guard or delay'),
    );
  });
});
