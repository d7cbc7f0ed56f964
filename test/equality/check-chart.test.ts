import { describe, expect, it } from 'vitest';
import { deliveryMachine, identityMachine } from '../../machines/index.js';
import { checkChart } from '../../src/lite/check-chart.js';
import { setup } from '../../src/lite/xstate.js';
import type { StateConfig } from '../../src/lite/xstate.types.js';

const named = { delays: { soon: 5 }, actors: { work: async () => {} } };
const two = (a: object, b: object = {}) => ({ initial: 'a', states: { a, b } });

describe('the subset', () => {
  it.each([
    ['identity', identityMachine],
    ['delivery', deliveryMachine],
  ])('knows every construct of our machine %s', (_, machine) => {
    checkChart(machine.config as never, machine.implementations as never);
  });

  it.each<[string, object, RegExp]>([
    ['a wildcard', two({ on: { '*': 'b' } }), /chart\.a: on \*/],
    ['a partial wildcard', two({ on: { 'x.*': 'b' } }), /chart\.a: on x\.\*/],
    ['always beside children', { ...two({}), always: {} }, /always/],
    ['a final state', two({ type: 'final' }), /type final/],
    ['a history state', two({ type: 'history' }), /type history/],
    ['a parallel state without regions', two({ type: 'parallel' }), /type parallel/],
    ['no initial state', { states: { a: {} } }, /initial/],
    ['initial actions', { initial: { target: 'a' }, states: { a: {} } }, /initial/],
    ['tags', two({ tags: ['x'] }), /chart\.a: tags/],
    ['the end of a state', two({ onDone: 'b' }), /onDone/],
    ['an id target', two({ on: { go: '#b' } }), /target #b/],
    ['a dotted target', two({ on: { go: 'b.c' } }), /target b\.c/],
    ['a missing target', two({ on: { go: 'c' } }), /target c/],
    ['several targets', two({ on: { go: { target: ['a', 'b'] } } }), /several targets/],
    ['a child target from a parallel state', { type: 'parallel', on: { go: '.a' }, states: { a: {} } }, /region/],
    [
      'a target from one region into another',
      { type: 'parallel', states: { a: { on: { go: 'b' } }, b: {} } },
      /region/,
    ],
    ['reenter with a child target', two({ ...two({}), on: { go: { target: '.a', reenter: true } } }), /reenter/],
    ['a transition with a description', two({ on: { go: { target: 'b', description: 'x' } } }), /description/],
    ['a delay in figures', two({ after: { 100: 'b' } }), /after 100/],
    ['a delay without implementation', two({ after: { later: 'b' } }), /after later/],
    ['a string in a list of delayed transitions', two({ after: { soon: ['b'] } }), /a string in a list/],
    ['an inline src', two({ invoke: { id: 'x', src: () => {} } }), /invoke/],
    ['an invoke without id', two({ invoke: { src: 'work' } }), /invoke/],
    ['an actor without implementation', two({ invoke: { id: 'x', src: 'play' } }), /play/],
    ['snapshots of an invoked actor', two({ invoke: { id: 'x', src: 'work', onSnapshot: 'b' } }), /onSnapshot/],
    ['a name with a dot', { initial: 'a', states: { a: {}, 'b.c': {} } }, /state name b\.c/],
  ])('refuses %s when the machine is created', (_, config, message) => {
    const { createMachine } = setup(named);
    expect(() => createMachine({ id: 'chart', ...config } as StateConfig)).toThrow(TypeError);
    expect(() => createMachine({ id: 'chart', ...config } as StateConfig)).toThrow(message);
  });
});
