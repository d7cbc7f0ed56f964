import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkUserToken, isAnonymousToken, isUserToken } from '../../machines/index.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const reasonOf = (value: unknown) => {
  const check = checkUserToken(value);
  return check.ok ? 'ok' : check.reason;
};

describe('the pattern of user tokens', () => {
  it('ID-08: 129 characters are accepted, 130 refused, and the whole value must match', () => {
    expect(checkUserToken('a'.repeat(129))).toEqual({ ok: true, token: 'a'.repeat(129) });
    expect(checkUserToken('a'.repeat(130))).toMatchObject({ reason: 'too-long', position: 129 });
    expect(checkUserToken('ok ok')).toMatchObject({ reason: 'bad-characters', position: 2 });
    expect(checkUserToken('ok\n')).toMatchObject({ reason: 'bad-characters', position: 2 });
    expect(checkUserToken('\nok')).toMatchObject({ reason: 'bad-characters', position: 0 });
  });

  it('ID-02: undefined and the empty string are refused, each with its own reason', () => {
    expect(reasonOf(undefined)).toBe('not-a-token');
    expect(reasonOf('')).toBe('empty');
  });

  it('ID-06: ids with punctuation or letters outside ASCII are refused with the position, an e-mail as personal data', () => {
    expect(checkUserToken('user:42:')).toMatchObject({ reason: 'bad-characters', position: 4 });
    expect(checkUserToken('naïve')).toMatchObject({ reason: 'bad-characters', position: 2 });
    expect(reasonOf('a@b.co')).toBe('personal-data');
  });

  it('accepts exactly what the pattern of the API accepts, personal data aside', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 140 }), fc.stringMatching(/^[\w=+/-]{0,135}$/)),
        (text) => {
          const check = checkUserToken(text, () => true);
          const isEmail = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text);
          expect(check.ok).toBe(/^[a-zA-Z0-9_=/+-]{1,129}$/.test(text) && !text.includes('\n') && !isEmail);
        },
      ),
    );
  });

  it('turns whole numbers into decimal strings', () => {
    expect(checkUserToken(42)).toEqual({ ok: true, token: '42' });
    expect(checkUserToken(-7)).toEqual({ ok: true, token: '-7' });
    expect(checkUserToken(12345678901234567890n)).toEqual({ ok: true, token: '12345678901234567890' });
  });

  it('refuses numbers that a double does not hold exactly, since two accounts could become one', () => {
    for (const number of [1e21, 2 ** 53, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(reasonOf(number)).toBe('not-a-token');
    }
  });

  it('refuses every kind of nonsense without throwing', () => {
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const nonsense = [null, {}, [], ['a'], Symbol('a'), () => 'a', new Date(), true, circular, Object('boxed')];
    for (const value of nonsense) expect(reasonOf(value)).toBe('not-a-token');
    expect(reasonOf('x'.repeat(10_000_000))).toBe('too-long');
    expect(reasonOf('\ud800')).toBe('bad-characters');
  });

  it('never quotes the refused value', () => {
    for (const value of ['secret user', 'jane.doe@example.com', '+491701234567']) {
      expect(JSON.stringify(checkUserToken(value))).not.toContain(value);
    }
  });
});

describe('the guard against personal data', () => {
  it.each([
    ['an international phone number', '+4917012345678'],
    ['an e-mail address in base64', base64('jane.doe@example.com')],
    ['an e-mail address in base64url without padding', base64url('jane?doe@example.com')],
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
  ])('lets %s pass', (_, token) => {
    expect(reasonOf(token)).toBe('ok');
  });

  it('can be replaced, the pattern can not', () => {
    const even = (token: string) => token.length % 2 === 0;
    expect(checkUserToken('+4917012345678', even).ok).toBe(true);
    expect(checkUserToken('abc', even)).toMatchObject({ reason: 'refused-by-check' });
    expect(checkUserToken('a b!', even)).toMatchObject({ reason: 'bad-characters' });
  });

  it('XS-06: a replacement that answers with a promise, or throws, refuses', () => {
    const async = (async () => true) as unknown as (token: string) => boolean;
    expect(checkUserToken('abc', async)).toMatchObject({ reason: 'refused-by-check' });
    const throwing = () => {
      throw new Error('no');
    };
    expect(checkUserToken('abc', throwing)).toMatchObject({ reason: 'refused-by-check' });
  });
});

describe('anonymous tokens', () => {
  it('are strings that begin with anonymous- and fit the pattern', () => {
    expect(isAnonymousToken('anonymous-1')).toBe(true);
    expect(isAnonymousToken('u_1')).toBe(false);
    expect(isAnonymousToken('anonymous-a b')).toBe(false);
    expect(isAnonymousToken(42)).toBe(false);
    expect(isUserToken('anonymous-1')).toBe(true);
  });
});
