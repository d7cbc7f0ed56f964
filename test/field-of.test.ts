import { describe, expect, it } from 'vitest';
import { fieldOf } from '../src/field-of.js';

describe('fieldOf', () => {
  it('reads a field, inherited ones too', () => {
    expect(fieldOf({ a: 0 }, 'a')).toBe(0);
    expect(fieldOf(Object.create({ a: 1 }), 'a')).toBe(1);
    expect(fieldOf('text', 'length')).toBe(4);
  });

  it.each([undefined, null, 7, {}])('of %j is undefined where it is missing', (value) => {
    expect(fieldOf(value, 'missing')).toBeUndefined();
  });

  it('is undefined where reading throws', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const getter = Object.defineProperty({}, 'a', {
      get() {
        throw new Error('no');
      },
    });
    expect([fieldOf(getter, 'a'), fieldOf(proxy, 'a')]).toEqual([undefined, undefined]);
  });
});
