import { describe, expect, it, vi } from 'vitest';
import { startActor } from '../../src/lite/actor.js';
import type { Chart } from '../../src/lite/chart.types.js';
import { assign, effect, emit } from '../../src/lite/runtime.js';
import { fakeClock } from '../../src/testing/index.js';

interface Context {
  readonly n: number;
}
type Event = { readonly type: 'go' | 'fail' | 'refuse' | 'tell' };

const fail = () => {
  throw new Error('of the application');
};

/** A light that is on or off, and counts. */
const chart: Chart<Context, Event> = {
  context: () => ({ n: 0 }),
  initial: { '': 'off' },
  regions: {
    '': {
      on: {
        fail: [[0, 'on', effect(fail), assign(({ context }: { readonly context: Context }) => ({ n: context.n + 1 }))]],
        refuse: [[fail as () => boolean, 'on']],
        tell: [[0, 0, emit(() => ({ type: 'told' }))]],
      },
      states: { off: { on: { go: [[0, 'on']] } }, on: { on: { go: [[0, 'off']] } } },
    },
  },
};
const start = () =>
  startActor<'on' | 'off', Context, Event, undefined, { readonly type: 'told' }>('light', chart, {
    input: undefined,
    clock: fakeClock(),
  });

/** Runs `act` and returns the errors that reached the page. */
function reported(act: () => void): string[] {
  const errors: string[] = [];
  vi.stubGlobal('setTimeout', (callback: () => void) => {
    expect(callback).toThrow();
    errors.push('reported');
  });
  act();
  vi.unstubAllGlobals();
  return errors;
}

describe('the runtime', () => {
  it('reports an effect that throws, and finishes the transition', () => {
    const actor = start();
    expect(reported(() => actor.send({ type: 'fail' }))).toEqual(['reported']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'on', context: { n: 1 } });
  });

  it('reports a guard that throws, and goes on with the next event', () => {
    const actor = start();
    expect(reported(() => actor.send({ type: 'refuse' }))).toEqual(['reported']);
    expect(actor.getSnapshot().value).toBe('off');
    actor.send({ type: 'go' });
    expect(actor.getSnapshot().value).toBe('on');
  });

  it('takes no event that is sent behind a stop', () => {
    const actor = start();
    const values: string[] = [];
    actor.subscribe(({ value }) => {
      values.push(value);
      actor.stop();
      actor.send({ type: 'go' });
    });
    actor.send({ type: 'go' });
    expect(values).toEqual(['on']);
    expect(actor.getSnapshot()).toMatchObject({ status: 'stopped', value: 'on' });
  });

  it('notifies a listener of the events after its subscription, and of none after its end', () => {
    const actor = start();
    const heard: string[] = [];
    const outer = actor.on('told', () => {
      heard.push('outer');
      actor.on('told', () => heard.push('inner'));
    });
    actor.send({ type: 'tell' });
    outer.unsubscribe();
    actor.send({ type: 'tell' });
    expect(heard).toEqual(['outer', 'inner']);
  });

  it('accepts an observer with any of its methods, the same one twice, and one that is none', () => {
    const actor = start();
    const next = vi.fn();
    const complete = vi.fn();
    const subscription = actor.subscribe(next);
    actor.subscribe(next);
    actor.subscribe({ complete });
    actor.subscribe({ next });
    expect(reported(() => actor.subscribe(undefined as never))).toEqual([]);
    actor.send({ type: 'go' });
    expect(next).toHaveBeenCalledTimes(3);
    subscription.unsubscribe();
    actor.send({ type: 'go' });
    expect(next).toHaveBeenCalledTimes(5);
    actor.stop();
    actor.subscribe({ next, complete });
    expect({ next: next.mock.calls.length, complete: complete.mock.calls.length }).toEqual({ next: 5, complete: 1 });
  });

  it('has snapshots that stay as they were: matches and can answer for their moment', () => {
    const actor = start();
    const before = actor.getSnapshot();
    expect(actor.getSnapshot()).toBe(before);
    actor.send({ type: 'go' });
    expect([before.matches('off'), actor.getSnapshot().matches('off')]).toEqual([true, false]);
    expect([before.can({ type: 'go' }), before.can({ type: 'nonsense' as never })]).toEqual([true, false]);
  });
});
