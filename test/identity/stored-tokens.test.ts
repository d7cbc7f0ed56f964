import { describe, expect, it, vi } from 'vitest';
import { checkUserToken } from '../../machines/index.js';
import { memoryTokenStore } from '../../src/adapters/memory-token-store.js';
import { readTokens, validTokens, writeTokens } from '../../src/identity/stored-tokens.js';

const both = { anonymous: 'anonymous-1', identified: 'u1' };
const tokens = { anonymousToken: 'anonymous-1', identifiedToken: 'u1' };

describe('readTokens', () => {
  it('gives what the store holds, as it is', () => {
    expect(readTokens({ tokenStore: memoryTokenStore(both), storesUser: true })).toEqual(tokens);
    const tampered = memoryTokenStore({ anonymous: 'a b', identified: '' });
    expect(readTokens({ tokenStore: tampered, storesUser: true })).toEqual({
      anonymousToken: 'a b',
      identifiedToken: '',
    });
  });

  it('does not ask for an account that is not stored', () => {
    const tokenStore = memoryTokenStore(both);
    const read = vi.spyOn(tokenStore, 'read');
    expect(readTokens({ tokenStore, storesUser: false })).toEqual({ ...tokens, identifiedToken: undefined });
    expect(read.mock.calls).toEqual([['anonymous']]);
  });
});

describe('validTokens', () => {
  it('keeps each valid token', () => {
    expect(validTokens(tokens, checkUserToken)).toEqual(tokens);
    expect(validTokens({}, checkUserToken)).toEqual({});
  });

  it.each(['', 'u1', 'anonymous-a b'])('drops %j as anonymous token alone', (anonymousToken) => {
    expect(validTokens({ ...tokens, anonymousToken }, checkUserToken)).toEqual({
      anonymousToken: undefined,
      identifiedToken: 'u1',
    });
  });

  it.each(['', 'a b', 'jane@example.com'])('drops %j as account alone', (identifiedToken) => {
    expect(validTokens({ ...tokens, identifiedToken }, checkUserToken)).toEqual({
      anonymousToken: 'anonymous-1',
      identifiedToken: undefined,
    });
  });

  it("drops an account that the application's check refuses, and asks it about nothing that is missing", () => {
    const check = vi.fn(() => checkUserToken('u1', () => false));
    expect(validTokens(tokens, check).identifiedToken).toBeUndefined();
    expect(validTokens({}, check)).toEqual({});
    expect(check.mock.calls).toEqual([['u1']]);
  });
});

describe('writeTokens', () => {
  const written = (storesUser: boolean, given: Partial<typeof tokens>, before = {}) => {
    const tokenStore = memoryTokenStore(before);
    writeTokens({ tokenStore, storesUser }, { anonymousToken: undefined, identifiedToken: undefined, ...given });
    return [tokenStore.read('anonymous'), tokenStore.read('identified')];
  };

  it('stores both', () => {
    expect(written(true, tokens)).toEqual(['anonymous-1', 'u1']);
  });

  it('removes an account that is not logged in any more', () => {
    expect(written(true, { anonymousToken: 'anonymous-2' }, both)).toEqual(['anonymous-2', undefined]);
  });

  it('gives a store no account where accounts are not stored, and removes one from before', () => {
    expect(written(false, tokens)).toEqual(['anonymous-1', undefined]);
    expect(written(false, tokens, both)).toEqual(['anonymous-1', undefined]);
  });

  it('leaves the stored anonymous token where there is no other', () => {
    expect(written(true, { identifiedToken: 'u2' }, both)).toEqual(['anonymous-1', 'u2']);
  });
});
