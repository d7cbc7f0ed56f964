import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { jsonOf } from '../src/plain-json.js';

/** Adds a `toJSON` as old versions of Prototype.js do. */
function addToJSON(prototype: object): void {
  Object.defineProperty(prototype, 'toJSON', {
    configurable: true,
    value(this: unknown) {
      return `damaged ${String(this)}`;
    },
  });
}
afterEach(() => {
  for (const prototype of [Array.prototype, Object.prototype]) Reflect.deleteProperty(prototype, 'toJSON');
});

const value = {
  list: [1, [2, { a: [] }]],
  object: { date: new Date(0), nothing: undefined, nil: null, empty: {} },
  text: 'x',
};
const plain = JSON.stringify(value);

describe('jsonOf', () => {
  it('is JSON on an ordinary page', () => {
    fc.assert(fc.property(fc.jsonValue(), (any) => jsonOf(any) === JSON.stringify(any)));
    expect(jsonOf(value)).toBe(plain);
  });

  it('is the same where a library has added toJSON to all lists', () => {
    addToJSON(Array.prototype);
    expect(JSON.stringify(value)).not.toBe(plain);
    expect(jsonOf(value)).toBe(plain);
  });

  it('is the same where a library has added toJSON to all objects', () => {
    addToJSON(Object.prototype);
    expect(JSON.stringify(value)).not.toBe(plain);
    expect(jsonOf(value)).toBe(plain);
  });

  it("leaves an object's own toJSON, and that of its class, in force", () => {
    class Money {
      toJSON() {
        return 'money';
      }
    }
    addToJSON(Array.prototype);
    expect(jsonOf([{ toJSON: () => 'own' }, new Money()])).toBe('["own","money"]');
  });
});
