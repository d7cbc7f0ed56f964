import { describe, expect, it, vi } from 'vitest';
import { contain } from '../src/contain.js';

const boom = new Error('boom');
const fail = (): never => {
  throw boom;
};

describe('a contained port', () => {
  it('answers as the port does, with its own `this` and all arguments', () => {
    class Port {
      #total = 0;
      readonly name = 'port';
      add(...numbers: number[]) {
        this.#total += numbers.reduce((sum, n) => sum + n, 0);
        return this.#total;
      }
    }
    const onError = vi.fn();
    const port = contain(new Port(), onError);
    expect([port.name, port.add(1, 2), port.add(3)]).toEqual(['port', 3, 6]);
    expect(onError).not.toHaveBeenCalled();
  });

  it('gives undefined for a method or getter that throws, and the error to onError', () => {
    const onError = vi.fn();
    const port = contain(
      {
        method: fail,
        get getter() {
          return fail();
        },
      },
      onError,
    );
    expect([port.method(), port.getter]).toEqual([undefined, undefined]);
    expect(onError.mock.calls).toEqual([[boom], [boom]]);
  });

  it('reads a member as it is now, and has none that the port has not', () => {
    const target: { n: number; missing?: () => void } = { n: 1 };
    const port = contain(target, fail);
    target.n = 2;
    expect([port.n, port.missing]).toEqual([2, undefined]);
    expect(port.missing?.()).toBeUndefined();
  });

  it('contains a frozen port too', () => {
    const port = contain(Object.freeze({ method: fail, n: 1 }), () => {});
    expect([port.method(), port.n]).toEqual([undefined, 1]);
  });
});
