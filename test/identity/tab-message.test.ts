import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTabMessage, tabMessage } from '../../src/identity/tab-message.js';

const at = 1_800_000_000_000;
const anonymousToken = 'anonymous-1';
const states = [
  { visitor: 'anonymous' as const, anonymousToken },
  { visitor: 'loggedOut' as const, anonymousToken },
  { visitor: 'identified' as const, anonymousToken, identifiedToken: 'u1' },
];
const parse = (fields: object) => parseTabMessage({ v: 1, at, ...fields });

describe('a message that this library posts', () => {
  it.each(states)('with the state %j comes back whole', (state) => {
    expect(parseTabMessage(tabMessage({ at, state }))).toEqual({ v: 1, at, state });
  });

  it('that is a denial, a repeated one or a question comes back whole', () => {
    expect(parseTabMessage(tabMessage({ at, isDenial: true }))).toEqual({ v: 1, at, isDenial: true });
    const answer = { at, isDenial: true, isAnswer: true } as const;
    expect(parseTabMessage(tabMessage(answer))).toEqual({ v: 1, ...answer });
    expect(parseTabMessage(tabMessage({ at, isQuestion: true }))).toEqual({ v: 1, at, isQuestion: true });
  });
});

describe('a message as it came', () => {
  it.each([undefined, null, 7, 'text', [], {}, { at, isDenial: true }])('is not %j', (value) => {
    expect(parseTabMessage(value)).toBeUndefined();
  });

  it.each([{ v: 0 }, { v: 2 }, { v: '1' }, { at: undefined }, { at: '1' }, { at: Number.NaN }])(
    'with %j is ignored, also where it denies consent',
    (fields) => {
      expect(parse({ isDenial: true, ...fields })).toBeUndefined();
    },
  );

  it('carries no more than it should', () => {
    const [state] = states;
    expect(parse({ state: { ...state, identifiedToken: 'u1', extra: 1 }, extra: 1 })).toEqual({ v: 1, at, state });
    expect(parse({ state, isDenial: 1 })).toEqual({ v: 1, at, isDenial: true });
    expect(parse({ state, isDenial: true, isQuestion: 'yes' })).toEqual({ v: 1, at, isQuestion: true });
  });

  it('gives an account that is a number as text', () => {
    expect(parse({ state: { ...states[2], identifiedToken: 42 } })?.state?.identifiedToken).toBe('42');
  });

  it('takes an account that looks personal: the page where it logged in has let it in', () => {
    expect(parse({ state: { ...states[2], identifiedToken: '+4917012345678' } })?.state).toMatchObject({
      visitor: 'identified',
    });
  });

  it.each([
    undefined,
    null,
    'identified',
    {},
    { visitor: 'anonymous' },
    { visitor: 'anonymous', anonymousToken: 'u1' },
    { visitor: 'anonymous', anonymousToken: 'anonymous-a b' },
    { visitor: 'anonymous', anonymousToken: 7 },
    { visitor: 'unknown', anonymousToken },
    { visitor: 'unknown', anonymousToken, identifiedToken: 'u1' },
    { visitor: 'identified', anonymousToken },
    { visitor: 'identified', anonymousToken, identifiedToken: '' },
    { visitor: 'identified', anonymousToken, identifiedToken: 'jane@example.com' },
    { visitor: 'identified', anonymousToken: '', identifiedToken: 'u1' },
  ])('with the state %j is ignored', (state) => {
    expect(parse({ state })).toBeUndefined();
  });

  it('throws for nothing', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (value, state) => {
        parseTabMessage(value);
        parse({ state });
      }),
    );
  });
});
