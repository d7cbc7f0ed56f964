import { describe, expect, it } from 'vitest';
import { deliveryMachine, identityMachine } from '../../machines/index.js';

/** A node of a machine's config, as far as the rules here look at it. */
interface Node {
  readonly [key: string]: unknown;
  readonly type?: string;
  readonly states?: Readonly<Record<string, Node>>;
}

// xstate's setup() adds `schemas`.
const nodeKeys = [
  'schemas',
  'id',
  'context',
  'type',
  'initial',
  'states',
  'on',
  'always',
  'after',
  'invoke',
  'entry',
  'exit',
];
const transitionKeys = ['target', 'guard', 'actions', 'reenter'];
const invokeKeys = ['id', 'src', 'input', 'onDone', 'onError'];

const listOf = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value]);
const transitionsOf = (value: unknown) =>
  listOf(value).map((item) => (typeof item === 'string' ? { target: item } : (item as Record<string, unknown>)));

/** Every construct outside the set that a small interpreter can run just as XState does, as a sentence each. */
function faultsIn(node: Node, path = '(root)', parent?: Node): string[] {
  const faults: string[] = [];
  const children = Object.keys(node.states ?? {});
  const siblings = Object.keys(parent?.states ?? {});
  const fault = (text: string) => faults.push(`${path}: ${text}`);

  for (const key of Object.keys(node)) if (!nodeKeys.includes(key)) fault(`${key} is outside the set`);
  if (node.type !== undefined && node.type !== 'parallel') fault(`type ${node.type}`);
  if (node.always && children.length > 0) fault('always on a state with children');
  if (typeof node.initial !== 'string' && node.initial !== undefined) fault('initial with actions');

  const checkTransition = (transition: Record<string, unknown>, where: string) => {
    const { target, guard, actions, reenter } = transition;
    for (const key of Object.keys(transition)) if (!transitionKeys.includes(key)) fault(`${where}: ${key}`);
    const guardName = (guard as { type?: unknown } | undefined)?.type ?? guard;
    if (guard !== undefined && typeof guardName !== 'string') fault(`${where}: a guard without a name`);
    for (const action of listOf(actions)) if (typeof action !== 'string') fault(`${where}: an action without a name`);
    if (target === undefined) {
      if (reenter) fault(`${where}: reenter without target`);
      return;
    }
    if (typeof target !== 'string') return fault(`${where}: several targets`);
    const isChild = target.startsWith('.');
    if (!(isChild ? children.includes(target.slice(1)) : siblings.includes(target)))
      fault(`${where}: target ${target}`);
    if (isChild && node.type === 'parallel') fault(`${where}: a child target from a parallel state`);
    if (isChild && reenter) fault(`${where}: reenter with a child target`);
  };

  for (const [event, value] of Object.entries(node.on ?? {})) {
    if (event.includes('*')) fault(`wildcard event ${event}`);
    for (const transition of transitionsOf(value)) checkTransition(transition, event);
  }
  for (const [delay, value] of Object.entries(node.after ?? {})) {
    if (!/^[a-z]/i.test(delay)) fault(`a delay without a name: ${delay}`);
    for (const transition of transitionsOf(value)) checkTransition(transition, `after ${delay}`);
  }
  for (const transition of transitionsOf(node.always)) checkTransition(transition, 'always');
  for (const action of [...listOf(node.entry), ...listOf(node.exit)]) {
    if (typeof action !== 'string') fault('an entry or exit action without a name');
  }
  for (const invoke of listOf(node.invoke) as Record<string, unknown>[]) {
    for (const key of Object.keys(invoke)) if (!invokeKeys.includes(key)) fault(`invoke: ${key}`);
    if (typeof invoke.src !== 'string' || typeof invoke.id !== 'string') fault('invoke without a named src and id');
    for (const on of ['onDone', 'onError']) {
      for (const transition of transitionsOf(invoke[on])) checkTransition(transition, on);
    }
  }
  for (const [name, child] of Object.entries(node.states ?? {})) {
    if (/[.#]/.test(name)) fault(`state name ${name}`);
    faults.push(...faultsIn(child, path === '(root)' ? name : `${path}.${name}`, node));
  }
  return faults;
}

describe('the charts keep to constructs that a small interpreter can run just as XState does', () => {
  it.each([
    ['identity', identityMachine],
    ['delivery', deliveryMachine],
  ])('%s', (_, machine) => {
    expect(faultsIn(machine.config as unknown as Node)).toEqual([]);
  });

  it.each<[string, Node]>([
    ['a wildcard', { states: { a: { on: { '*': 'a' } } } }],
    ['always beside children', { always: { actions: 'x' }, states: { a: {} } }],
    ['a final state', { states: { a: { type: 'final' } } }],
    ['a history state', { states: { a: { type: 'history' } } }],
    ['an inline guard', { states: { a: { on: { go: { guard: () => true } } } } }],
    ['an inline action', { states: { a: { entry: () => {} } } }],
    ['an id target', { states: { a: { on: { go: '#b' } } } }],
    ['a dotted target', { states: { a: { on: { go: 'b.c' } }, b: {} } }],
    ['a child target from a parallel state', { type: 'parallel', on: { go: '.a' }, states: { a: {} } }],
    ['tags', { states: { a: { tags: ['x'] } } }],
    ['an inline src', { states: { a: { invoke: { id: 'x', src: () => {} } } } }],
    ['a numeric delay', { states: { a: { after: { 100: 'a' } } } }],
  ])('and this test finds %s', (_, config) => {
    expect(faultsIn(config)).toHaveLength(1);
  });

  it('everything the charts name is there', () => {
    for (const machine of [identityMachine, deliveryMachine]) {
      const { guards, actions, delays, actors } = machine.implementations;
      const text = JSON.stringify(machine.config);
      const named = (key: string) => [...text.matchAll(new RegExp(`"${key}":"(\\w+)"`, 'g'))].map(([, name]) => name!);
      const withParams = [...text.matchAll(/"guard":\{"type":"(\w+)"/g)].map(([, name]) => name!);
      expect([...named('guard'), ...withParams].filter((name) => !(name in guards))).toEqual([]);
      expect([...named('actions'), ...named('entry')].filter((name) => !(name in actions))).toEqual([]);
      expect(named('src').filter((name) => !(name in actors))).toEqual([]);
      expect(Object.keys(delays)).toEqual(
        machine === identityMachine ? [] : ['batchWindow', 'requestTimeout', 'retryDelay'],
      );
    }
  });
});
