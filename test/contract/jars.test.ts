import { describe, expect, it } from 'vitest';
import { cookieJar } from '../../src/adapters/cookie-jar.js';
import { memoryJar } from '../../src/adapters/memory-jar.js';
import type { TokenJar } from '../../src/adapters/ports.js';
import { cookieDocument, cookielessDocument, throwingDocument } from '../support/cookie-document.js';
import { memoryStorage } from '../support/memory-storage.js';

const throwingStorage = new Proxy({} as Storage, {
  get() {
    throw new DOMException('blocked', 'SecurityError');
  },
});
const storage = memoryStorage();

const jars: [string, () => TokenJar][] = [
  ['memory', () => memoryJar()],
  ['cookies on http', () => cookieJar({}, { document: cookieDocument('http://localhost/shop/'), storage })],
  ['cookies on https', () => cookieJar({}, { document: cookieDocument('https://www.shop.co.uk/a/b'), storage })],
  [
    'cookies of a domain',
    () => cookieJar({ domain: 'shop.co.uk' }, { document: cookieDocument('https://www.shop.co.uk/'), storage }),
  ],
  [
    'cookies of a domain that is refused',
    () => cookieJar({ domain: 'other.com' }, { document: cookieDocument('https://www.shop.co.uk/'), storage }),
  ],
  [
    'cookies that the server manages',
    () => cookieJar({ server: true }, { document: cookieDocument('https://www.shop.co.uk/'), storage }),
  ],
  [
    'cookies with SameSite=None on http',
    () => cookieJar({ sameSite: 'None' }, { document: cookieDocument('http://shop.test/'), storage }),
  ],
  ['cookies that throw', () => cookieJar({}, { document: throwingDocument(), storage })],
  ['cookies that are off', () => cookieJar({}, { document: cookielessDocument(), storage })],
  [
    'cookies beside storage that throws',
    () => cookieJar({}, { document: cookieDocument('https://shop.test/'), storage: throwingStorage }),
  ],
  ['no document', () => cookieJar({}, { document: undefined, storage: undefined })],
];

describe.each(jars)('a jar: %s', (_, create) => {
  const anonymous = 'anonymous-f81d4fae-7dec-41d0-a765-00a0c91e6bf6';

  it('is empty at first', () => {
    const jar = create();
    expect([jar.read('anonymous'), jar.read('identified')]).toEqual([undefined, undefined]);
  });

  it('reads what was written, each slot for itself', () => {
    const jar = create();
    jar.write('anonymous', anonymous);
    expect([jar.read('anonymous'), jar.read('identified')]).toEqual([anonymous, undefined]);
    jar.write('identified', 'u_1=/+-');
    expect([jar.read('anonymous'), jar.read('identified')]).toEqual([anonymous, 'u_1=/+-']);
  });

  it('reads the last of several writes', () => {
    const jar = create();
    jar.write('identified', 'u1');
    jar.write('identified', 'u2');
    jar.write('identified', 'u2');
    expect(jar.read('identified')).toBe('u2');
  });

  it('keeps tokens of every length and character that the API takes', () => {
    const jar = create();
    const token = 'A9z_=+/-'.repeat(16).concat('x');
    expect(token).toHaveLength(129);
    jar.write('identified', token);
    expect(jar.read('identified')).toBe(token);
  });

  it('removes one slot and leaves the other', () => {
    const jar = create();
    jar.write('anonymous', anonymous);
    jar.write('identified', 'u1');
    jar.remove('identified');
    jar.remove('identified');
    expect([jar.read('anonymous'), jar.read('identified')]).toEqual([anonymous, undefined]);
  });

  it('erases both, and can be filled again', () => {
    const jar = create();
    jar.write('anonymous', anonymous);
    jar.write('identified', 'u1');
    jar.erase();
    jar.erase();
    expect([jar.read('anonymous'), jar.read('identified')]).toEqual([undefined, undefined]);
    jar.write('anonymous', anonymous);
    expect(jar.read('anonymous')).toBe(anonymous);
  });
});
