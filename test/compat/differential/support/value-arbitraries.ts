import fc from 'fast-check';
import type { Fields } from './steps.types.js';

/** What sequences search by. */
export const queryIDs = ['0123456789abcdef0123456789abcdef', 'f'.repeat(32), 'message_1'];
export const savedToken = 'anonymous-11111111-2222-4333-8444-555555555555';
const malformed = ['jane@example.com', 'user:42', 'a'.repeat(130), '+4915112345678', 1.5, {}];

export const pick = (...values: unknown[]): fc.Arbitrary<unknown> => fc.constantFrom(...values);
export const oneOf = <Value>(...values: Value[]) => fc.constantFrom(...values);
export const often = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { freq: 4, nil: undefined });
/** An object with some of the keys. */
export const some = (shape: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Fields> =>
  fc.record(shape, { requiredKeys: [] });

export const token = fc.oneof(
  { weight: 12, arbitrary: pick('visitor', 'account-1', 'account-2', savedToken, 42) },
  { weight: 2, arbitrary: pick(undefined, null, '', 0) },
  { weight: 2, arbitrary: pick(...malformed) },
);
