import { afterEach, describe, expect, it, vi } from 'vitest';
import { localStorageOf, safeStorage } from '../../src/adapters/web-storage.js';
import { asPage } from '../support/as-page.js';
import { memoryStorage } from '../support/memory-storage.js';

const refuse = () => {
  throw new DOMException('', 'SecurityError');
};
const blocked = Object.defineProperty({}, 'localStorage', { get: refuse }) as Window;

afterEach(() => void vi.unstubAllGlobals());

describe('localStorageOf', () => {
  it("is the window's, and missing where touching it throws or there is no page", () => {
    const localStorage = memoryStorage();
    expect(localStorageOf({ localStorage } as Window)).toBe(localStorage);
    expect(localStorageOf(blocked)).toBeUndefined();
    expect(localStorageOf()).toBeUndefined();
  });
});

describe('safeStorage', () => {
  it('reads, writes and removes', () => {
    const storage = safeStorage({ storage: memoryStorage() });
    expect(storage.get('a')).toBeUndefined();
    expect([storage.put('a', '1'), storage.get('a')]).toEqual([true, '1']);
    expect([storage.put('a', ''), storage.get('a')]).toEqual([true, '']);
    storage.remove('a');
    storage.remove('a');
    expect(storage.get('a')).toBeUndefined();
  });

  it('lists the keys that begin with a prefix', () => {
    const storage = safeStorage({ storage: memoryStorage() });
    for (const key of ['p:1', 'q:1', 'p:2', 'xp:3', 'p']) storage.put(key, 'x');
    expect(storage.keysUnder('p:')).toEqual(['p:1', 'p:2']);
    expect(storage.keysUnder('none')).toEqual([]);
  });

  it('lists no key that is gone while it looks', () => {
    const storage = { ...memoryStorage(), length: 2, key: (index: number) => (index ? null : 'p:1') };
    expect(safeStorage({ storage }).keysUnder('p:')).toEqual(['p:1']);
    expect(safeStorage({ storage }).keysUnder('')).toEqual(['p:1', '']);
  });

  it.each<[string, Storage | undefined]>([
    ['missing', undefined],
    ['blocked', new Proxy({} as Storage, { get: refuse })],
  ])('that is %s keeps nothing and throws nothing', (_, given) => {
    const storage = safeStorage({ storage: given });
    expect([storage.put('a', '1'), storage.get('a'), storage.remove('a'), storage.keysUnder('')]).toEqual([
      false,
      undefined,
      undefined,
      [],
    ]);
  });

  it('says of a write to a full storage that it was not kept', () => {
    const setItem = () => {
      throw new DOMException('', 'QuotaExceededError');
    };
    expect(safeStorage({ storage: { ...memoryStorage(), setItem } }).put('a', '1')).toBe(false);
  });

  it("is the page's where none is handed in, touched with the first use", () => {
    const localStorage = memoryStorage();
    let touches = 0;
    asPage({});
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get() {
        touches += 1;
        return localStorage;
      },
    });
    const storage = safeStorage({});
    expect(touches).toBe(0);
    storage.put('a', '1');
    expect(localStorage.getItem('a')).toBe('1');
    Reflect.deleteProperty(globalThis, 'localStorage');
  });
});
