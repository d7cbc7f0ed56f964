import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUserToken, isAnonymousToken, isUserToken, maxTokenLength, refuseToken } from '../../machines/index.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
/** The characters of a user token. */
const allowed = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=+/-';
// fast-check's own unit of binary text takes seconds to prepare.
const codeUnit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const reasonOf = (value: unknown) => {
  const check = checkUserToken(value);
  return check.ok ? 'ok' : check.reason;
};

describe('the pattern of user tokens', () => {
  // ID-08
  it('accepts 129 characters and refuses 130', () => {
    expect(checkUserToken('a'.repeat(129))).toEqual({ ok: true, token: 'a'.repeat(129) });
    expect(checkUserToken('a'.repeat(130))).toMatchObject({ reason: 'too-long', position: 129 });
    expect(maxTokenLength).toBe(129);
  });

  // ID-06, ID-08
  it.each([
    ['ok ok', 2],
    ['ok\n', 2],
    ['\nok', 0],
    ['user:42:', 4],
    ['naïve', 2],
    ['\ud800', 0],
  ])('refuses %j with the position of the first bad character', (token, position) => {
    expect(checkUserToken(token)).toMatchObject({ ok: false, reason: 'bad-characters', position });
  });

  it('accepts exactly what the pattern of the API accepts, apart from personal data and names of missing values', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: codeUnit, maxLength: 140 }),
          fc.string({ unit: fc.constantFrom(...allowed), maxLength: 135 }),
        ),
        (text) => {
          const check = checkUserToken(text, () => true);
          const isEmail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
          const isMissing = ['undefined', 'null', 'NaN'].includes(text);
          const isInPattern = /^[a-zA-Z0-9_=/+-]{1,129}$/.test(text) && !text.includes('\n');
          expect(check.ok).toBe(isInPattern && !isEmail && !isMissing);
        },
      ),
    );
  });

  // ID-02
  it('refuses undefined and the empty string, each with its own reason', () => {
    expect(reasonOf(undefined)).toBe('not-a-token');
    expect(reasonOf('')).toBe('empty');
  });

  it.each(['undefined', 'null', 'NaN'])('refuses %j, which a missing value turns into', (token) => {
    expect(reasonOf(token)).toBe('not-an-id');
    expect(checkUserToken(token, () => true)).toMatchObject({ reason: 'not-an-id' });
  });

  it.each(['undefined-1', 'user_null', 'nullable', 'NaN0', 'xundefined', 'Null'])(
    'accepts %j, which only contains the name of a missing value',
    (token) => {
      expect(checkUserToken(token)).toEqual({ ok: true, token });
    },
  );

  it('turns whole numbers into decimal strings', () => {
    expect(checkUserToken(42)).toEqual({ ok: true, token: '42' });
    expect(checkUserToken(0)).toEqual({ ok: true, token: '0' });
    expect(checkUserToken(-7)).toEqual({ ok: true, token: '-7' });
    expect(checkUserToken(12345678901234567890n)).toEqual({ ok: true, token: '12345678901234567890' });
  });

  it('refuses numbers that a double does not hold exactly, as two accounts could become one', () => {
    for (const number of [1e21, 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(reasonOf(number)).toBe('not-a-token');
    }
  });

  it('refuses values of other types without throwing', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const values = [null, {}, [], ['a'], Symbol('a'), () => 'a', new Date(), true, circular, Object('boxed')];
    for (const value of values) expect(reasonOf(value)).toBe('not-a-token');
    expect(reasonOf('x'.repeat(10_000_000))).toBe('too-long');
  });

  it('never quotes the refused value', () => {
    for (const value of ['secret user', 'jane.doe@example.com', '+491701234567']) {
      const check = checkUserToken(value);
      expect(check).toMatchObject({ ok: false, message: expect.stringMatching(/./) });
      expect(JSON.stringify(check)).not.toContain(value);
    }
  });
});

describe('the guard against personal data', () => {
  it.each([
    // ID-06
    ['an e-mail address', 'a@b.co'],
    ['an international phone number', '+4917012345678'],
    ['an e-mail address in base64', base64('jane.doe@example.com')],
    ['an e-mail address in base64url, with - and _, without padding', base64url('aa?bb>@example.com')],
    ['an e-mail address with letters of other scripts in base64', base64('jörg@exämple.com')],
    ['an e-mail address and a line break in base64', base64('jane@example.com\n')],
    ['a phone number in base64', base64('+4917012345678')],
  ])('refuses %s', (_, token) => {
    expect(reasonOf(token)).toBe('personal-data');
  });

  it.each([
    ['a UUID', 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'],
    ['a phone number without +', '4917012345678'],
    ['a number with + that is too short for a phone', '+1234567'],
    ['base64 of other text', base64('hello world')],
    ['base64 of bytes around an e-mail address', base64('\u0000a@b.co')],
  ])('accepts %s', (_, token) => {
    expect(reasonOf(token)).toBe('ok');
  });

  it('can be replaced, unlike the pattern', () => {
    const isEven = (token: string) => token.length % 2 === 0;
    expect(checkUserToken('+4917012345678', isEven).ok).toBe(true);
    expect(checkUserToken('abc', isEven)).toMatchObject({ reason: 'refused-by-check' });
    expect(checkUserToken('a b!', isEven)).toMatchObject({ reason: 'bad-characters' });
  });

  // XS-06
  it.each<[string, (token: string) => boolean]>([
    ['returns a promise', (async () => true) as never],
    ['returns another truthy value', (() => 'yes') as never],
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
  ])('refuses when its replacement %s', (_, isAllowed) => {
    expect(checkUserToken('abc', isAllowed)).toMatchObject({ reason: 'refused-by-check' });
  });
});

describe('refuseToken', () => {
  it.each([
    ['not-a-token', 'a string or whole number'],
    ['empty', 'an id, or logout() for nobody'],
    ['too-long', 'at most 129 characters'],
    ['bad-characters', 'only A-Z a-z 0-9 _ = + / -'],
    ['personal-data', 'a pseudonymous id'],
    ['not-an-id', "an id, not a missing value's name"],
    ['refused-by-check', 'what checkToken allows'],
  ] as const)('says for %s that %s would be right', (reason, message) => {
    expect(refuseToken(reason)).toEqual({ ok: false, reason, position: undefined, message });
  });

  it('names the position', () => {
    expect(refuseToken('too-long', 129)).toMatchObject({ position: 129 });
  });
});

describe('isUserToken', () => {
  it('accepts what checkUserToken accepts, numbers included', () => {
    expect([isUserToken('u1'), isUserToken(42), isUserToken(42n)]).toEqual([true, true, true]);
    expect([isUserToken('a b'), isUserToken(null), isUserToken(1.5)]).toEqual([false, false, false]);
  });
});

describe('isAnonymousToken', () => {
  it.each([
    ['anonymous-1', true],
    ['u_1', false],
    ['not-anonymous-1', false],
    ['anonymous-a b', false],
    [42, false],
    [undefined, false],
  ])('of %j is %s', (value, isAnonymous) => {
    expect(isAnonymousToken(value)).toBe(isAnonymous);
  });
});
