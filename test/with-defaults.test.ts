import { describe, expect, it } from 'vitest';
import { withDefaults } from '../src/with-defaults.js';

describe('withDefaults', () => {
  it('fills in what is left out or undefined, and nothing else', () => {
    const options = { a: undefined, b: null, c: 0, d: '', e: false };
    const defaults = { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1 };
    expect(withDefaults(options, defaults)).toEqual({ a: 1, b: null, c: 0, d: '', e: false, f: 1 });
  });

  it('keeps options without a default, and changes neither object', () => {
    const [options, defaults] = [Object.freeze({ appId: 'APP' }), Object.freeze({ region: 'de' })];
    expect(withDefaults(options, defaults)).toEqual({ appId: 'APP', region: 'de' });
  });

  it('takes __proto__ of parsed options as an option like any other', () => {
    const options = JSON.parse('{"__proto__":{"polluted":true}}');
    expect((withDefaults(options, { a: 1 }) as { polluted?: true }).polluted).toBeUndefined();
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });
});
