import { describe, expect, it } from 'vitest';
import { needsFreshToken, tokensOf } from '../../machines/index.js';

describe('tokensOf', () => {
  it.each([
    ['replace', 'anonymous-1', undefined, 'anonymous-1', undefined],
    ['replace', 'anonymous-1', 'u1', 'u1', undefined],
    ['link', 'anonymous-1', undefined, 'anonymous-1', undefined],
    ['link', 'anonymous-1', 'u1', 'anonymous-1', 'u1'],
    // Without an anonymous token, consent is denied: an account's id must not be in force either.
    ['replace', undefined, 'u1', undefined, undefined],
    ['link', undefined, 'u1', undefined, undefined],
  ] as const)(
    'with strategy %s, %s and %s lead to token %s and authenticatedToken %s',
    (strategy, anonymousToken, identifiedToken, token, authenticatedToken) => {
      expect(tokensOf({ strategy, anonymousToken, identifiedToken })).toEqual({ token, authenticatedToken });
    },
  );
});

describe('needsFreshToken', () => {
  const context = {
    token: undefined,
    authenticatedToken: undefined,
    anonymousToken: 'anonymous-1',
    identifiedToken: undefined,
    renewed: false,
    isKnownNobody: false,
    strategy: 'replace',
    onLogout: 'restore',
    startConsent: 'granted',
  } as const;

  it.each([
    [false, 'nobody is logged in', {}],
    [false, 'a logout restores', { identifiedToken: 'u1' }],
    [false, 'a logout would renew but nobody is logged in', { onLogout: 'renew' }],
    [true, 'a logout renews', { identifiedToken: 'u1', onLogout: 'renew' }],
    [true, 'there is no anonymous token', { anonymousToken: undefined }],
  ] as const)('is %s when %s', (isNeeded, _, more) => {
    expect(needsFreshToken({ ...context, ...more })).toBe(isNeeded);
  });
});
