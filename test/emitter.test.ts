import { describe, expect, it, vi } from 'vitest';
import { createEmitter } from '../src/emitter.js';

type Event = { readonly type: 'a'; readonly n: number } | { readonly type: 'b' };

function emitterOf() {
  const onError = vi.fn();
  return { onError, ...createEmitter<Event>(onError) };
}

describe('an emitter', () => {
  it('calls the listeners of a type, in the order they came, until they are taken away', () => {
    const { on, emit } = emitterOf();
    const heard: string[] = [];
    const off = on('a', ({ n }) => heard.push(`first ${n}`));
    on('a', ({ n }) => heard.push(`second ${n}`));
    on('b', () => heard.push('other'));
    emit({ type: 'a', n: 1 });
    off();
    off();
    emit({ type: 'a', n: 2 });
    expect(heard).toEqual(['first 1', 'second 1', 'second 2']);
  });

  it('calls a listener that was added twice twice', () => {
    const { on, emit } = emitterOf();
    const listener = vi.fn();
    on('a', listener);
    const off = on('a', listener);
    emit({ type: 'a', n: 1 });
    expect(listener).toHaveBeenCalledTimes(2);
    off();
    emit({ type: 'a', n: 2 });
    expect(listener).toHaveBeenCalledTimes(3);
  });

  it('passes an error on, and the other listeners still hear', () => {
    const { on, emit, onError } = emitterOf();
    const error = new Error('listener');
    on('a', () => {
      throw error;
    });
    const listener = vi.fn();
    on('a', listener);
    emit({ type: 'a', n: 1 });
    expect(onError.mock.calls).toEqual([[error]]);
    expect(listener).toHaveBeenCalledOnce();
  });

  it('takes a listener that is no function without harm', () => {
    const { on, emit, hasListeners, onError } = emitterOf();
    const off = on('a', undefined as never);
    emit({ type: 'a', n: 1 });
    off();
    expect([hasListeners('a'), onError.mock.calls]).toEqual([false, []]);
  });

  it('knows for which types it has listeners, and none once it is cleared', () => {
    const { on, emit, clear, hasListeners } = emitterOf();
    const listener = vi.fn();
    on('a', listener);
    expect([hasListeners('a'), hasListeners('b')]).toEqual([true, false]);
    clear();
    emit({ type: 'a', n: 1 });
    expect([hasListeners('a'), listener.mock.calls]).toEqual([false, []]);
  });

  it('shows every listener the events in order, also those that a listener causes', () => {
    const { on, emit } = emitterOf();
    const heard: string[] = [];
    on('a', ({ n }) => {
      heard.push(`first ${n}`);
      if (n === 1) emit({ type: 'a', n: 2 });
    });
    on('a', ({ n }) => heard.push(`second ${n}`));
    emit({ type: 'a', n: 1 });
    expect(heard).toEqual(['first 1', 'second 1', 'first 2', 'second 2']);
  });

  it('does not call a listener for the event during which it is added', () => {
    const { on, emit } = emitterOf();
    const late = vi.fn();
    on('b', () => void on('b', late));
    emit({ type: 'b' });
    expect(late).not.toHaveBeenCalled();
    emit({ type: 'b' });
    expect(late).toHaveBeenCalledOnce();
  });
});

describe('a batch', () => {
  it('notifies after its effect, of all that was emitted in it', () => {
    const { on, emit, batch } = emitterOf();
    const heard: string[] = [];
    on('a', ({ n }) => heard.push(`${n}`));
    batch(() => {
      emit({ type: 'a', n: 1 });
      batch(() => emit({ type: 'a', n: 2 }));
      heard.push('effect');
    });
    expect(heard).toEqual(['effect', '1', '2']);
  });

  it('whose effect throws still notifies, and leaves the emitter usable', () => {
    const { on, emit, batch, onError } = emitterOf();
    const heard: number[] = [];
    on('a', ({ n }) => heard.push(n));
    const error = new Error('effect');
    batch(() => {
      emit({ type: 'a', n: 1 });
      throw error;
    });
    emit({ type: 'a', n: 2 });
    expect([heard, onError.mock.calls]).toEqual([[1, 2], [[error]]]);
  });
});
