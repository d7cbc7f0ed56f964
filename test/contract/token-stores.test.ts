import { describe, expect, it } from 'vitest';
import { cookieTokenStore } from '../../src/adapters/cookie-token-store.js';
import { memoryTokenStore } from '../../src/adapters/memory-token-store.js';
import type { TokenStore } from '../../src/adapters/ports.js';
import { cookieDocument, cookielessDocument, throwingDocument } from '../support/cookie-document.js';

const tokenStores: [string, () => TokenStore][] = [
  ['memory', () => memoryTokenStore()],
  ['cookies on http', () => cookieTokenStore({}, { document: cookieDocument('http://localhost/shop/') })],
  ['cookies on https', () => cookieTokenStore({}, { document: cookieDocument('https://www.shop.co.uk/a/b') })],
  [
    'cookies of a domain',
    () => cookieTokenStore({ domain: 'shop.co.uk' }, { document: cookieDocument('https://www.shop.co.uk/') }),
  ],
  [
    'cookies of a domain that is refused',
    () => cookieTokenStore({ domain: 'other.com' }, { document: cookieDocument('https://www.shop.co.uk/') }),
  ],
  [
    'cookies that the server manages',
    () => cookieTokenStore({ server: true }, { document: cookieDocument('https://www.shop.co.uk/') }),
  ],
  [
    'cookies with SameSite=None on http',
    () => cookieTokenStore({ sameSite: 'None' }, { document: cookieDocument('http://shop.test/') }),
  ],
  ['cookies that throw', () => cookieTokenStore({}, { document: throwingDocument() })],
  ['cookies that are off', () => cookieTokenStore({}, { document: cookielessDocument() })],
  ['no document', () => cookieTokenStore({}, { document: undefined })],
];

describe.each(tokenStores)('a tokenStore: %s', (_, create) => {
  const anonymous = 'anonymous-f81d4fae-7dec-41d0-a765-00a0c91e6bf6';

  it('is empty at first', () => {
    const tokenStore = create();
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([undefined, undefined]);
  });

  it('reads what was written, each slot for itself', () => {
    const tokenStore = create();
    tokenStore.write('anonymous', anonymous);
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([anonymous, undefined]);
    tokenStore.write('identified', 'u_1=/+-');
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([anonymous, 'u_1=/+-']);
  });

  it('reads the last of several writes', () => {
    const tokenStore = create();
    tokenStore.write('identified', 'u1');
    tokenStore.write('identified', 'u2');
    tokenStore.write('identified', 'u2');
    expect(tokenStore.read('identified')).toBe('u2');
  });

  it('keeps tokens of every length and character that the API takes', () => {
    const tokenStore = create();
    const token = 'A9z_=+/-'.repeat(16).concat('x');
    expect(token).toHaveLength(129);
    tokenStore.write('identified', token);
    expect(tokenStore.read('identified')).toBe(token);
  });

  it('removes one slot and leaves the other', () => {
    const tokenStore = create();
    tokenStore.write('anonymous', anonymous);
    tokenStore.write('identified', 'u1');
    tokenStore.remove('identified');
    tokenStore.remove('identified');
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([anonymous, undefined]);
  });

  it('erases both, and can be filled again', () => {
    const tokenStore = create();
    tokenStore.write('anonymous', anonymous);
    tokenStore.write('identified', 'u1');
    tokenStore.erase();
    tokenStore.erase();
    expect([tokenStore.read('anonymous'), tokenStore.read('identified')]).toEqual([undefined, undefined]);
    tokenStore.write('anonymous', anonymous);
    expect(tokenStore.read('anonymous')).toBe(anonymous);
  });
});
