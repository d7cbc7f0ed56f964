import { describe, expect, it } from 'vitest';
import { tryCall } from '../../machines/try-call.js';

describe('tryCall', () => {
  const error = new Error('broken');
  const broken = () => {
    throw error;
  };

  it('returns what the function returns, and passes the argument on', () => {
    expect(tryCall(() => 1)).toBe(1);
    expect(
      tryCall(
        (argument: number) => argument + 1,
        () => {},
        1,
      ),
    ).toBe(2);
  });

  it('returns undefined when the function throws, and passes the error on', () => {
    const errors: unknown[] = [];
    expect(tryCall(broken, (thrown) => errors.push(thrown))).toBeUndefined();
    expect(errors).toEqual([error]);
    expect(tryCall(broken)).toBeUndefined();
  });
});
